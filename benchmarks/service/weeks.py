"""Weeks of a county's use, day after day: do answers take longer, does memory grow, is anything left behind.

Each day a dispatcher changes the orders, has the day planned, asks about it, publishes the plan and goes on from it
after a cancelled order; a planner lists what there is, a brand looks at its goods. Half way through, what was over by
then is forgotten; at the end a backup is restored.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections import defaultdict
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import func, select

from api.service.audit import verify
from api.service.auth import new_key
from api.service.backup import back_up, restore
from api.service.database import now_ms, open_database, sqlite_url
from api.service.forgetting import Forgotten, forget
from api.service.tables import plans
from api.service.upgrade import upgrade
from benchmarks.service.asks import ended
from benchmarks.service.harness import Client, content_of, found_county, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.service.harness import Api, Ground

FIRST = date(2026, 1, 5)
"""A Monday."""

CHANGED = 40
"""Orders whose pieces change from day to day."""

SOLVE_S, REPLAN_S = 1, 0.5
"""Of search, so that a day takes seconds; what the plans are worth is not asked here."""

ASKED = 5
"""Questions of one kind a day."""


@dataclass(kw_only=True)
class _Diary:
    """What each day took, by what was done, in seconds; a list has a number for each time."""

    took: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    memory_mb: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Begin a new day."""
        for times in self.took.values():
            times.append([])

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Take the time of something."""
        began = time.monotonic()
        yield
        if not self.took[what]:
            self.took[what].append([])
        self.took[what][-1].append(time.monotonic() - began)

    def told(self) -> dict[str, Any]:
        """Return the medians of the second fifth of the days, when all is warm, and of the last fifth, with maxima."""
        return {what: _drift([max(each) for each in times if each], 1000) for what, times in self.took.items()}


def weeks(where: Ground, county: Path, *, days: int) -> dict[str, Any]:
    """Live so many days with a county; see the module."""
    owner = found_county(where.database, content_of(county))
    with where.database.write() as connection:
        secrets = {role: new_key(connection, owner.id, role)[1] for role in ("dispatcher", "viewer")}
        secrets["brand"] = new_key(connection, owner.id, "brand", "中通")[1]
    diary, draw, forgotten = _Diary(), random.Random(1), Forgotten()
    with serving(where, options=("--slots", "1")) as api:
        for number in range(days):
            diary.begin()
            with (
                Client(api.port, secrets["dispatcher"]) as dispatcher,
                Client(api.port, secrets["viewer"]) as viewer,
                Client(api.port, secrets["brand"]) as brand,
            ):
                _lived(diary, (dispatcher, viewer, brand), owner.scenario_id, number, draw)
            _weighed(diary, api)
            if number == days // 2:
                with diary.timed("forget"):
                    *_, forgotten = forget(where.database, before_ms=_now_ms(where))
    return {
        "days": days,
        "ms": diary.told(),
        "memory_mb": _drift(diary.memory_mb),
        "descriptors": _drift(diary.descriptors),
        "processes": _drift(diary.processes),
        "forgotten": asdict(forgotten),
        **_accounts(where),
    }


def _lived(diary: _Diary, clients: Sequence[Client], scenario: str, number: int, draw: random.Random) -> None:
    dispatcher, viewer, brand = clients
    path = f"/api/v1/scenarios/{scenario}"
    revision = _got(dispatcher, "GET", path)["revision"]
    with diary.timed("content"):
        orders = [each["id"] for each in _got(dispatcher, "GET", f"{path}/revisions/{revision}/content")["orders"]]
    rows = [{"id": id_, "pieces": draw.randint(1, 20)} for id_ in draw.sample(orders, min(CHANGED, len(orders)))]
    change = {"settings": {"date": str(FIRST + timedelta(days=number))}, "orders": {"upsert": rows}}
    with diary.timed("change"):
        _got(dispatcher, "PATCH", path, change, **{"If-Match": "*"})
    with diary.timed("solve"):
        job = ended(dispatcher, dispatcher.call("POST", f"{path}/solves", _body({"seconds": SOLVE_S, "seed": number})))
    plan = f"/api/v1/plans/{job['plan_id']}"
    for order in draw.sample(orders, min(ASKED, len(orders))):
        with diary.timed("candidates"):
            _got(dispatcher, "POST", f"{plan}:candidates", {"order": order})
    with diary.timed("publish"):
        _got(dispatcher, "POST", f"{plan}:publish")
    with diary.timed("brand"):
        _got(brand, "GET", f"{plan}/brand")
    events = {"now": "07:30", "cancelled": [{"order": draw.choice(orders)}]}
    with diary.timed("replan"):
        asked = _body({"events": events, "seconds": REPLAN_S})
        job = ended(dispatcher, dispatcher.call("POST", f"{plan}:replan", asked))
    with diary.timed("export"):
        _got(dispatcher, "GET", f"/api/v1/plans/{job['plan_id']}/export?format=geojson")
    for listed in ("scenarios", "jobs", "plans?published=true", f"jobs/{job['id']}"):
        with diary.timed("lists"):
            _got(viewer, "GET", f"/api/v1/{listed}")


def _weighed(diary: _Diary, api: Api) -> None:
    """Note the memory of all processes of the service, shared pages counted once, and what its first one has open."""
    first = psutil.Process(api.process.pid if api.process is not None else None)
    family = [first, *first.children(recursive=True)]
    diary.memory_mb.append(sum(_pss_mb(each) for each in family))
    diary.descriptors.append(first.num_fds())
    diary.processes.append(len(family))


def _pss_mb(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_full_info().pss) / 1e6
    return 0.0


def _accounts(where: Ground) -> dict[str, Any]:
    """Return what is stored in the end, whether the audit chain is whole, and whether a backup holds all of it."""
    file = where.folder / "backup.gz"
    began = time.monotonic()
    rows = back_up(where.database, file)
    backup_s = time.monotonic() - began
    with closing(open_database(sqlite_url(where.folder / "restored.sqlite"))) as other:
        upgrade(other)
        restored = restore(other, file)
        with other.read() as connection:
            is_whole = verify(connection).broken_at is None
            published = connection.scalar(select(func.count()).where(plans.c.published_ms.is_not(None)))
    files = list(where.folder.glob("gongpei.sqlite*"))
    return {
        "published": published,
        "rows": rows,
        "restored": restored,
        "audit_whole": is_whole,
        "backup_s": round(backup_s, 1),
        "database_mb": round(sum(file.stat().st_size for file in files) / 1e6, 1) if files else None,
    }


def _drift(values: Sequence[float], scale: float = 1) -> dict[str, float]:
    fifth = max(1, len(values) // 5)
    parts = {"early": values[fifth : 2 * fifth] or values, "late": values[-fifth:]}
    return {
        **{name: round(statistics.median(part) * scale, 1) for name, part in parts.items()},
        "most": round(max(values) * scale, 1),
    }


def _got(client: Client, method: str, path: str, sent: Any = None, **headers: str) -> Any:
    status, answer = client.call(method, path, None if sent is None else _body(sent), **headers)
    if status >= 300:
        raise RuntimeError(f"{method} {path} {status}: {answer}")
    return answer


def _body(sent: Any) -> bytes:
    return json.dumps(sent, ensure_ascii=False).encode()


def _now_ms(where: Ground) -> int:
    with where.database.read() as connection:
        return now_ms(connection)
