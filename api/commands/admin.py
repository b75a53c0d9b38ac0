"""``gongpei admin``: what an operator does beside the API: counties, keys, backups, audit, personal fields, tables."""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.commands.options import whole
from api.commands.service_options import add_service, settings_of
from api.errors import InvalidInput
from api.service import backup, county_file, history, personal, sealing
from api.service.audit import Deed, append, verify
from api.service.auth import ROLES, new_county, new_key, require_name, revoke_key
from api.service.database import hold, now_ms, open_database
from api.service.pruning import prune
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

DAY_MS = 86_400_000

TOLD_EACH_S = 2.0
"""How long nothing is said of a deed that goes on."""

NAMING = 7_204_005
"""Lock of PostgreSQL under which counties are named, so that two made at once do not get one name."""

BEGINNING = ("restore", "import", "upgrade", "prune")
"""Deeds that may be the first in a folder, or need no database."""

ALL_DATA = "--delete-all-data"

KEPT_FORM = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")

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


def _declare_purge(parser: argparse.ArgumentParser, lang: str) -> None:
    days = Text("保留天数（默认按配置 retention_days）", "days to keep (retention_days of the settings by default)")
    parser.add_argument("--days", type=whole(0), metavar="N", help=days.pick(lang))


def _declare_forget(parser: argparse.ArgumentParser, lang: str) -> None:
    days = Text(
        "保留天数（默认按配置 history_days，0 表示全部保留）",
        "days to keep (history_days of the settings by default, 0: everything is kept)",
    )
    parser.add_argument("--days", type=whole(1), metavar="N", help=days.pick(lang))


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
    _written_down(database, "admin.backup", {"rows": count})
    say(Text(f"已写入 {options.file}：{count} 行", f"written to {options.file}: {count} rows"), options.lang)
    return 0


def _restore(options: argparse.Namespace, _: Settings, database: Database) -> int:
    count = backup.restore(database, options.file)
    _written_down(database, "admin.restore", {"rows": count})
    say(Text(f"已恢复 {count} 行", f"{count} rows restored"), options.lang)
    return 0


def _export(options: argparse.Namespace, _: Settings, database: Database) -> int:
    with database.read() as connection:
        county = _county_id(connection, options.county)
    count = county_file.hand_out(database, county, options.file)
    _written_down(database, "admin.export", {"county": county, "rows": count})
    say(Text(f"已写入 {options.file}：{count} 行", f"written to {options.file}: {count} rows"), options.lang)
    return 0


def _import(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    def known() -> Collection[str]:
        path = settings.key_file
        return () if path is None else sealing.read_ring(path, data=settings.data).keys

    count = county_file.take_in(database, options.file, known, drops_sealed=options.without_personal)
    _written_down(database, "admin.import", {"rows": count})
    say(Text(f"已导入 {count} 行；用 key new 为该县建密钥", f"{count} rows; key new makes keys for it"), options.lang)
    return 0


def _prune(options: argparse.Namespace, settings: Settings, _: Database) -> int:
    found = prune(settings)
    told = Text(
        f"已删除 {found.files} 个文件，{found.freed_bytes >> 20} MiB",
        f"{found.files} files removed, {found.freed_bytes >> 20} MiB",
    )
    say(told, options.lang)
    return 0


def _kept(text: str) -> tuple[int, str]:
    """Return the number and the digest of a head as ``verify-audit`` tells them."""
    found = KEPT_FORM.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not ROWS:HEAD")
    return int(found[1]), found[2]


def _declare_audit(parser: argparse.ArgumentParser, lang: str) -> None:
    kept = Text(
        "以前记下的行数和末行，检查它是否仍在链中（末尾被删去时，链本身看不出）",
        "rows and head as they were told before, to be looked for in the chain: one that was cut short is whole in "
        "itself",
    )
    parser.add_argument("--kept", type=_kept, metavar="ROWS:HEAD", help=kept.pick(lang))


def _verify_audit(options: argparse.Namespace, _: Settings, database: Database) -> int:
    with database.read() as connection:
        found = verify(connection, options.kept)
    if found.broken_at is not None:
        say(Text(f"审计链在第 {found.broken_at} 行断开", f"the chain breaks at row {found.broken_at}"), options.lang)
        return 1
    if not found.has_kept:
        number, digest = options.kept
        gone = Text(
            f"链中第 {number} 行不是 {digest}：末尾被删去过，或整条链被重写；请与备份比对（现有 {found.rows} 行）",
            f"row {number} of the chain is not {digest}: its end was cut off, or it was written anew; "
            f"compare it with a backup ({found.rows} rows now)",
        )
        say(gone, options.lang)
        return 1
    say(
        Text(f"审计链完整：{found.rows} 行，末行 {found.head}", f"whole: {found.rows} rows, head {found.head}"),
        options.lang,
    )
    if found.rows:
        later = Text("记在别处，下次检查：", "keep this elsewhere, and next time run:")
        say(later, options.lang)
        line(f"gongpei admin verify-audit --kept {found.rows}:{found.head}")
    return 0


def _declare_rotation(parser: argparse.ArgumentParser, lang: str) -> None:
    drop = Text(
        "不换密钥，只删去不再使用的旧密钥", "make no new key, take the older ones, which nothing needs, off the file"
    )
    parser.add_argument("--drop-old", action="store_true", help=drop.pick(lang))


def _rotate_key(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    """Add a key and seal everything with it; the older ones stay for whoever still has them in hand."""
    if settings.key_file is None:
        raise InvalidInput("E401", detail="--key-file", usage="gongpei admin rotate-key --help")
    ring = sealing.read_ring(settings.key_file, data=settings.data)
    if options.drop_old:
        return _drop_old(options, settings.key_file, ring, database)
    sealing.add_key(settings.key_file)
    total, count = 0, 1
    while count:
        with database.write() as connection:
            # of two operators who rotate at once both seal with the newer of their keys, and neither drops it
            personal.begin_storing(connection)
            ring = sealing.read_ring(settings.key_file, data=settings.data)
            count = personal.rotate(connection, ring)
        total += count
    _written_down(database, "admin.rotate-key", {"key": ring.newest, "boxes": total})
    say(Text(f"已重新加密 {total} 项", f"{total} boxes sealed anew"), options.lang)
    later = Text(
        "旧密钥仍保留；所有服务都用上新密钥后，运行：",
        "the older keys are still there; once all services use the new one, run:",
    )
    say(later, options.lang)
    line("gongpei admin rotate-key --drop-old")
    return 0


def _drop_old(options: argparse.Namespace, path: Path, ring: sealing.KeyRing, database: Database) -> int:
    """Forget the older keys, unless a box needs one; nothing is sealed while this looks and forgets."""
    with database.write() as connection:
        left = personal.under_older_keys(connection, ring)
        if left:
            raise InvalidInput("E617", count=left)
        older = set(ring.keys) - {ring.newest}
        sealing.drop_keys(path, older)
    count = len(older)
    _written_down(database, "admin.drop-keys", {"keys": count})
    say(Text(f"已删去 {count} 个旧密钥", f"{count} older keys dropped"), options.lang)
    if count:
        later = Text(
            "以前的备份和导出文件由旧密钥加密：要从中恢复个人信息，须保留当时的密钥文件",
            "backups and exports made before are sealed with them: to get personal fields back from one, keep the key "
            "file of that time",
        )
        say(later, options.lang)
    return 0


def _purge(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    days = settings.retention_days if options.days is None else options.days
    with database.write() as connection:
        at_ms = now_ms(connection)
        count = personal.purge(connection, before_ms=at_ms - days * DAY_MS, at_ms=at_ms)
    say(Text(f"已删除 {count} 项个人信息", f"{count} personal fields deleted"), options.lang)
    return 0


def _forget(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    days = options.days or settings.history_days
    if not days:
        kept = Text("history_days 为 0：全部保留，未删除", "history_days is 0: everything is kept, nothing was deleted")
        say(kept, options.lang)
        return 0
    with database.read() as connection:
        before_ms = now_ms(connection) - days * DAY_MS
    gone, told_s = history.Forgotten(), time.monotonic()
    for gone in history.forget(database, before_ms=before_ms):
        if time.monotonic() - told_s > TOLD_EACH_S:
            told_s = time.monotonic()
            say(_told(gone), options.lang)
    say(_told(gone), options.lang)
    return 0


def _told(gone: history.Forgotten) -> Text:
    return Text(
        f"已删除 {gone.jobs} 个任务、{gone.plans} 个方案、{gone.revisions} 个场景版本",
        f"{gone.jobs} jobs, {gone.plans} plans and {gone.revisions} revisions of scenarios deleted",
    )


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


def _written_down(database: Database, action: str, detail: dict[str, Any]) -> None:
    """Write a deed of the operator into the audit log, which no key stands behind."""
    with database.write() as connection:
        append(connection, Deed(action=action, object="database", detail=detail), now_ms(connection))


DECLARED: dict[str, Callable[[argparse.ArgumentParser, str], None]] = {
    "county": _declare_county,
    "key": _declare_key,
    "backup": _declare_file,
    "restore": _declare_file,
    "export": _declare_export,
    "import": _declare_import,
    "rotate-key": _declare_rotation,
    "verify-audit": _declare_audit,
    "purge": _declare_purge,
    "forget": _declare_forget,
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
    "prune": _prune,
    "verify-audit": _verify_audit,
    "rotate-key": _rotate_key,
    "purge": _purge,
    "forget": _forget,
    "upgrade": _upgrade,
    "downgrade": _downgrade,
}
