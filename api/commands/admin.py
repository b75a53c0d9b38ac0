"""``gongpei admin``: what an operator does beside the API: counties, keys, backups, audit, personal fields, tables."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.commands.service_options import add_service, settings_of
from api.commands.upkeep import (
    declare_audit,
    declare_forget,
    declare_purge,
    declare_rotation,
    forget_old,
    prune_caches,
    purge_personal,
    rotate_key,
    verify_audit,
    write_down,
)
from api.errors import InvalidInput
from api.service import backup, county_file, sealing
from api.service.auth import ROLES, new_county, new_key, require_name, revoke_key
from api.service.database import hold, open_database
from api.service.settings import SQLITE
from api.service.tables import counties, keys
from api.service.upgrade import BASE, downgrade, newest, require_newest, upgrade
from api.talk import line, say
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import ColumnElement, Connection

    from api.service.database import Database
    from api.service.settings import Settings

    Do = Callable[[argparse.Namespace, Settings, Database], int]

HELP = Text(
    "管理服务：县、密钥、备份、审计、个人信息", "run the service: counties, keys, backups, audit, personal fields"
)

NAMING = 7_204_005
"""Lock of PostgreSQL under which counties are named, so that two made at once do not get one name."""

BEGINNING = ("restore", "import", "upgrade", "prune")
"""Deeds that may be the first in a folder, or need no database."""

ALL_DATA = "--delete-all-data"

COUNTY = Text("县的编号或名称", "id or name of the county")

DEEDS: dict[str, Text] = {
    "county": Text("县：new --name NAME，list", "counties: new --name NAME, list"),
    "key": Text("接口密钥：new，list，revoke", "keys of the API: new, list, revoke"),
    "backup": Text("备份整个数据库到一个文件", "write the whole database to a file"),
    "restore": Text("把备份恢复到空的数据库", "put a backup into an empty database"),
    "export": Text("把一个县的全部场景和方案写入文件", "write all scenarios and plans of a county to a file"),
    "import": Text("把这样的文件导入没有该县的服务", "put such a file into a service that does not have the county"),
    "prune": Text("清理数据文件夹中过期的缓存", "remove travel times and results that were not used of late"),
    "verify-audit": Text("检查审计链", "check the audit chain"),
    "rotate-key": Text("换个人信息的密钥，重新加密", "make a new key of personal fields and seal all with it"),
    "purge": Text("删除过期的个人信息", "delete personal fields whose time is over"),
    "forget": Text(
        "删除早已结束的任务、未发布的方案和被取代的场景版本",
        "delete jobs that ended long ago, plans not published, revisions that were replaced",
    ),
    "upgrade": Text("把数据表升级到本版本", "bring the tables up to date"),
    "downgrade": Text("把数据表退回到旧版本", "bring the tables back to an older version"),
}


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare one subcommand for each deed."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    for name, text in DEEDS.items():
        sub = deeds.add_parser(name, help=text.pick(lang), description=text.pick(lang))
        if name in DECLARED:
            DECLARED[name](sub, lang)
        add_service(sub, lang)
        sub.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Do one deed; exit code 1 where the audit chain is broken."""
    settings = settings_of(options)
    _require_service(options, settings)
    database = open_database(settings.url)
    try:
        if options.deed not in ("upgrade", "downgrade"):
            require_newest(database) if settings.database else upgrade(database)
        return DOERS[options.deed](options, settings, database)
    finally:
        database.close()


def _require_service(options: argparse.Namespace, settings: Settings) -> None:
    """Refuse to make a new service where one is to be looked at: a backup from the wrong folder would be empty."""
    begins = options.deed in BEGINNING or (options.deed, getattr(options, "what", "")) == ("county", "new")
    if not (begins or settings.database or (settings.data / SQLITE).exists()):
        raise InvalidInput("E696", path=settings.data)


def _declare_county(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("what", choices=("new", "list"))
    parser.add_argument("--name", metavar="NAME", default="", help=Text("县名", "name of the county").pick(lang))


def _declare_key(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("what", choices=("new", "list", "revoke"))
    parser.add_argument(
        "id", nargs="?", metavar="KEY", help=Text("要撤销的密钥编号", "id of the key to revoke").pick(lang)
    )
    county = Text(f"{COUNTY.zh}；操作员的密钥不写", f"{COUNTY.en}; none for the operator's key")
    parser.add_argument("--county", metavar="C", help=county.pick(lang))
    parser.add_argument("--role", choices=ROLES, default="viewer", help=Text("角色", "role").pick(lang))
    brand = Text("brand 角色的品牌编号", "id of the brand, for the role brand")
    parser.add_argument("--brand", metavar="B", default="", help=brand.pick(lang))


def _declare_file(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=Text("文件", "the file").pick(lang))


def _declare_export(parser: argparse.ArgumentParser, lang: str) -> None:
    _declare_file(parser, lang)
    parser.add_argument("--county", metavar="C", required=True, help=COUNTY.pick(lang))


def _declare_import(parser: argparse.ArgumentParser, lang: str) -> None:
    _declare_file(parser, lang)
    without = Text("不导入由别的密钥加密的个人信息", "leave out personal fields that are sealed with another key")
    parser.add_argument("--without-personal", action="store_true", help=without.pick(lang))


def _declare_version(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("version", metavar="VERSION", help=Text("版本，base 为全部删除", "version, or base").pick(lang))
    everything = Text("与 base 一起写：确认删除所有县的全部数据", f"with {BASE}: yes, delete all data of all counties")
    parser.add_argument(ALL_DATA, action="store_true", dest="loses_all", help=everything.pick(lang))


def _county(options: argparse.Namespace, _: Settings, database: Database) -> int:
    if options.what == "new":
        if not options.name:
            raise InvalidInput("E401", detail="--name", usage="gongpei admin county --help")
        require_name(options.name)
        with database.write() as connection:
            hold(connection, NAMING)
            _refuse_known(connection, options.name)
            county = new_county(connection, options.name)
        line(county)  # which is kept now
        return 0
    with database.read() as connection:
        for row in connection.execute(select(counties).order_by(counties.c.id)):
            line(f"{row.id}  {row.name}")
    return 0


def _refuse_known(connection: Connection, name: str) -> None:
    """Refuse a name that is a county's already, or its id: counties are named by either."""
    there = connection.scalar(select(counties.c.id).where(_is_called(name)).limit(1))
    if there is not None:
        raise InvalidInput("E618", value=name, id=there)


def _is_said(named: str) -> bool:
    """Whether a database can be asked for a name: bytes that are no UTF-8 come as halves of characters."""
    return bool(named) and named.isprintable()


def _is_called(named: str) -> ColumnElement[bool]:
    return (counties.c.id == named) | (counties.c.name == named)


def _key(options: argparse.Namespace, _: Settings, database: Database) -> int:
    if options.what == "new":
        return _new_key(options, database)
    if options.what == "revoke":
        with database.write() as connection:
            if not _is_said(options.id or "") or not revoke_key(connection, options.id):
                raise InvalidInput("E614", value=ascii(options.id or "-")[1:-1])
        say(Text(f"已撤销 {options.id}", f"{options.id} revoked"), options.lang)
        return 0
    with database.read() as connection:
        for row in connection.execute(select(keys).order_by(keys.c.id)):
            line("  ".join((row.id, row.county_id or "-", row.role, row.brand or "-", "x" if row.revoked_ms else "")))
    return 0


def _new_key(options: argparse.Namespace, database: Database) -> int:
    """Make a key and print its secret, this once."""
    if options.county is None and options.role != "admin":
        raise InvalidInput("E616", role=options.role, what="--county")
    if (options.role == "brand") != bool(options.brand):
        raise InvalidInput("E616", role=options.role, what="--brand" if options.role == "brand" else "--role brand")
    with database.write() as connection:
        county = None
        if options.county is not None:
            county = _county_id(connection, options.county)
        key_id, secret = new_key(connection, county, options.role, options.brand)
    say(Text(f"密钥 {key_id}，只显示这一次：", f"key {key_id}, shown this once:"), options.lang)
    line(secret)
    return 0


def _county_id(connection: Connection, named: str) -> str:
    """Return the id of the county with this id or name."""
    found = _is_said(named) and connection.execute(select(counties.c.id).where(_is_called(named))).scalars().all()
    if not found:
        raise InvalidInput("E615", value=named if _is_said(named) else ascii(named))
    if len(found) > 1:  # of before names were kept apart, or come in by an import
        raise InvalidInput("E619", value=named, ids=", ".join(sorted(found)))
    return str(found[0])


def _backup(options: argparse.Namespace, _: Settings, database: Database) -> int:
    count = backup.back_up(database, options.file)
    write_down(database, "admin.backup", {"rows": count})
    say(Text(f"已写入 {options.file}：{count} 行", f"written to {options.file}: {count} rows"), options.lang)
    return 0


def _restore(options: argparse.Namespace, _: Settings, database: Database) -> int:
    count = backup.restore(database, options.file)
    write_down(database, "admin.restore", {"rows": count})
    say(Text(f"已恢复 {count} 行", f"{count} rows restored"), options.lang)
    return 0


def _export(options: argparse.Namespace, _: Settings, database: Database) -> int:
    with database.read() as connection:
        county = _county_id(connection, options.county)
    count = county_file.hand_out(database, county, options.file)
    write_down(database, "admin.export", {"county": county, "rows": count})
    say(Text(f"已写入 {options.file}：{count} 行", f"written to {options.file}: {count} rows"), options.lang)
    return 0


def _import(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    def known() -> Collection[str]:
        path = settings.key_file
        return () if path is None else sealing.read_ring(path, data=settings.data).keys

    count = county_file.take_in(database, options.file, known, drops_sealed=options.without_personal)
    write_down(database, "admin.import", {"rows": count})
    say(Text(f"已导入 {count} 行；用 key new 为该县建密钥", f"{count} rows; key new makes keys for it"), options.lang)
    return 0


def _upgrade(options: argparse.Namespace, _: Settings, database: Database) -> int:
    upgrade(database)
    say(Text(f"数据表为版本 {newest()}", f"the tables are at version {newest()}"), options.lang)
    return 0


def _downgrade(options: argparse.Namespace, _: Settings, database: Database) -> int:
    if options.version == BASE and not options.loses_all:
        raise InvalidInput("E401", detail=f"{BASE}: {ALL_DATA}", usage="gongpei admin downgrade --help")
    downgrade(database, options.version)
    say(Text(f"数据表已退回 {options.version}", f"the tables are at {options.version}"), options.lang)
    return 0


DECLARED: dict[str, Callable[[argparse.ArgumentParser, str], None]] = {
    "county": _declare_county,
    "key": _declare_key,
    "backup": _declare_file,
    "restore": _declare_file,
    "export": _declare_export,
    "import": _declare_import,
    "rotate-key": declare_rotation,
    "verify-audit": declare_audit,
    "purge": declare_purge,
    "forget": declare_forget,
    "downgrade": _declare_version,
}
"""Arguments of the deeds that have any of their own."""

DOERS: dict[str, Do] = {
    "county": _county,
    "key": _key,
    "backup": _backup,
    "restore": _restore,
    "export": _export,
    "import": _import,
    "prune": prune_caches,
    "verify-audit": verify_audit,
    "rotate-key": rotate_key,
    "purge": purge_personal,
    "forget": forget_old,
    "upgrade": _upgrade,
    "downgrade": _downgrade,
}
