"""What an operator of the service does now and then: the audit chain, keys of personal fields, what is old.

``api.commands.admin`` has the deeds by name; each of these gets its options, the settings and the database.
"""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING, Any

from api.commands.options import whole
from api.errors import InvalidInput
from api.service import forgetting, personal, sealing
from api.service.audit import Deed, append, verify
from api.service.database import now_ms
from api.service.pruning import prune
from api.talk import line, say
from scenarios.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.database import Database
    from api.service.settings import Settings

DAY_MS = 86_400_000

TOLD_EACH_S = 2.0
"""How long nothing is said of a deed that goes on."""

KEPT_FORM = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


def declare_audit(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the head to be looked for."""
    kept = Text(
        "以前记下的行数和末行，检查它是否仍在链中（末尾被删去时，链本身看不出）",
        "rows and head as they were told before, to be looked for in the chain: one that was cut short is whole in "
        "itself",
    )
    parser.add_argument("--kept", type=_kept, metavar="ROWS:HEAD", help=kept.pick(lang))


def verify_audit(options: argparse.Namespace, _: Settings, database: Database) -> int:
    """Check the audit chain and print its head; exit code 1 where it is broken or lacks the head that was kept."""
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


def _kept(text: str) -> tuple[int, str]:
    """Return the number and the digest of a head as ``verify-audit`` tells them."""
    found = KEPT_FORM.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not ROWS:HEAD")
    return int(found[1]), found[2]


def declare_rotation(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the second step."""
    drop = Text(
        "不换密钥，只删去不再使用的旧密钥", "make no new key, take the older ones, which nothing needs, off the file"
    )
    parser.add_argument("--drop-old", action="store_true", help=drop.pick(lang))


def rotate_key(options: argparse.Namespace, settings: Settings, database: Database) -> int:
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
    write_down(database, "admin.rotate-key", {"key": ring.newest, "boxes": total})
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
    write_down(database, "admin.drop-keys", {"keys": count})
    say(Text(f"已删去 {count} 个旧密钥", f"{count} older keys dropped"), options.lang)
    if count:
        later = Text(
            "以前的备份和导出文件由旧密钥加密：要从中恢复个人信息，须保留当时的密钥文件",
            "backups and exports made before are sealed with them: to get personal fields back from one, keep the key "
            "file of that time",
        )
        say(later, options.lang)
    return 0


def declare_purge(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare how many days stay."""
    days = Text("保留天数（默认按配置 retention_days）", "days to keep (retention_days of the settings by default)")
    parser.add_argument("--days", type=whole(0), metavar="N", help=days.pick(lang))


def purge_personal(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    """Delete personal fields whose time is over."""
    days = settings.retention_days if options.days is None else options.days
    with database.write() as connection:
        at_ms = now_ms(connection)
        count = personal.purge(connection, before_ms=at_ms - days * DAY_MS, at_ms=at_ms)
    say(Text(f"已删除 {count} 项个人信息", f"{count} personal fields deleted"), options.lang)
    return 0


def declare_forget(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare how many days stay."""
    days = Text(
        "保留天数（默认按配置 forget_days，0 表示全部保留）",
        "days to keep (forget_days of the settings by default, 0: everything is kept)",
    )
    parser.add_argument("--days", type=whole(1), metavar="N", help=days.pick(lang))


def forget_old(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    """Delete what was over long ago, saying every few seconds how much."""
    days = options.days or settings.forget_days
    if not days:
        kept = Text("forget_days 为 0：全部保留，未删除", "forget_days is 0: everything is kept, nothing was deleted")
        say(kept, options.lang)
        return 0
    with database.read() as connection:
        before_ms = now_ms(connection) - days * DAY_MS
    gone, told_s = forgetting.Forgotten(), time.monotonic()
    for gone in forgetting.forget(database, before_ms=before_ms):
        if time.monotonic() - told_s > TOLD_EACH_S:
            told_s = time.monotonic()
            say(_told(gone), options.lang)
    say(_told(gone), options.lang)
    return 0


def _told(gone: forgetting.Forgotten) -> Text:
    return Text(
        f"已删除 {gone.jobs} 个任务、{gone.plans} 个方案、{gone.revisions} 个场景版本",
        f"{gone.jobs} jobs, {gone.plans} plans and {gone.revisions} revisions of scenarios deleted",
    )


def prune_caches(options: argparse.Namespace, settings: Settings, _: Database) -> int:
    """Remove travel times and results that were not used of late; needs no database."""
    found = prune(settings)
    told = Text(
        f"已删除 {found.files} 个文件，{found.freed_bytes >> 20} MiB",
        f"{found.files} files removed, {found.freed_bytes >> 20} MiB",
    )
    say(told, options.lang)
    return 0


def write_down(database: Database, action: str, detail: dict[str, Any]) -> None:
    """Write a deed of the operator into the audit log, which no key stands behind."""
    with database.write() as connection:
        append(connection, Deed(action=action, object="database", detail=detail), now_ms(connection))
