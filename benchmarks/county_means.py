"""Tables over many rows of county-days: ours against the better peer, and ours with parts left out against ours.

    python -m benchmarks.county_means ROWS.json [ROWS.json ...]

prints them for the rows of several runs of ``benchmarks.counties --json`` together.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks.county_runs import ABLATIONS, OURS, PEERS, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from benchmarks.county_runs import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the runs of one set and one time come to: differences in % of the other side's figure, negative is cheaper.

    ``label`` tells the sides: "ours : better peer" or "ours -part : ours"; the left one is judged.
    ``cost``, ``fixed`` and ``variable`` are means over the runs in which both sides leave equally
    many unserved (``alike`` of ``runs``), None when there are none; elsewhere penalties would hide all else.
    ``worst``: the greatest difference in cost among those. ``worse``: runs in which the left side is
    dearer, penalties included, ``more_left`` those in which it leaves more behind. ``violations`` are its.
    ``unserved`` and ``vehicles`` are of both sides: sums and means.
    """

    set: str
    seconds: float
    label: str
    runs: int
    alike: int
    cost: float | None
    worst: float | None
    worse: int
    more_left: int
    fixed: float | None
    variable: float | None
    vehicles: tuple[float, float]
    unserved: tuple[int, int]
    violations: int


def main(argv: Sequence[str]) -> int:
    """Print the tables of the files' rows."""
    for line in tables([row for file in argv for row in read_rows(Path(file))]):
        print(line)
    return 0


def tables(rows: Sequence[Row]) -> list[str]:
    """Return both tables as lines of text; one that would be empty is left out."""
    peers, ablated = against_peers(rows), against_ablated(rows)
    return [
        *lines(peers, "ours against the better peer of each run"),
        *lines(ablated, "ours with parts left out against ours"),
    ]


def against_peers(rows: Sequence[Row]) -> list[Means]:
    """Return ours against the cheaper peer of each run, by set and time.

    A peer that ran for other times than ours counts with the shortest of at least ours, else with its longest.
    """
    peers = [row for row in rows if row.solver in PEERS]
    return _by_set_and_time(rows, OURS, "ours : better peer", lambda row: _better(_at_time(row, peers)))


def against_ablated(rows: Sequence[Row]) -> list[Means]:
    """Return each ablation against ours at the same time: positive is what the part is worth."""
    ours = {_key(row): row for row in rows if row.solver == OURS}
    found: list[Means] = []
    for name in ABLATIONS:
        found += _by_set_and_time(rows, name, f"{name} : ours", lambda row: ours.get(_key(row)))
    return sorted(found, key=lambda m: (m.set, m.seconds))


def lines(means: Iterable[Means], title: str) -> list[str]:
    """Return the table as lines of text, nothing when there is nothing to tell."""
    body = [_line(*_cells(m)) for m in means]
    head = ("set", "sides", "seconds", "runs", "alike", "cost %", "worst %", "worse", "more left")
    return (
        ["", title, _line(*head, "fixed %", "variable %", "vehicles", "unserved", "violations"), *body] if body else []
    )


def _by_set_and_time(rows: Sequence[Row], solver: str, label: str, rival: Callable[[Row], Row | None]) -> list[Means]:
    mine = [row for row in rows if row.solver == solver]
    groups = dict.fromkeys((row.set, row.seconds) for row in mine)
    found = []
    for group in sorted(groups):
        pairs = [(row, rival(row)) for row in mine if (row.set, row.seconds) == group]
        whole = [(row, against) for row, against in pairs if against is not None]
        if whole:
            found.append(_means(*group, label, whole))
    return found


def _means(group: str, seconds: float, label: str, pairs: Sequence[tuple[Row, Row]]) -> Means:
    alike = [(a, b) for a, b in pairs if a.unserved == b.unserved]
    costs = [_percent(a.cost_fen, b.cost_fen) for a, b in alike]
    return Means(
        set=group,
        seconds=seconds,
        label=label,
        runs=len(pairs),
        alike=len(alike),
        cost=_mean(costs),
        worst=max(costs, default=None),
        worse=sum(a.cost_fen > b.cost_fen for a, b in pairs),
        more_left=sum(a.unserved > b.unserved for a, b in pairs),
        fixed=_mean([_percent(a.fixed_fen, b.fixed_fen) for a, b in alike]),
        variable=_mean([_percent(a.variable_fen, b.variable_fen) for a, b in alike]),
        vehicles=(fmean(a.vehicles for a, _ in pairs), fmean(b.vehicles for _, b in pairs)),
        unserved=(sum(a.unserved for a, _ in pairs), sum(b.unserved for _, b in pairs)),
        violations=sum(a.violations for a, _ in pairs),
    )


def _key(row: Row) -> tuple[str, str, int, float]:
    return row.county, row.digest, row.seed, row.seconds


def _at_time(row: Row, peers: Sequence[Row]) -> list[Row]:
    """Return the run of each peer on the county and seed of ``row`` that may be compared with it."""
    same = [p for p in peers if _key(p)[:3] == _key(row)[:3]]
    found = []
    for name in dict.fromkeys(p.solver for p in same):
        runs = sorted((p for p in same if p.solver == name), key=lambda p: p.seconds)
        found.append(next((p for p in runs if p.seconds >= row.seconds), runs[-1]))
    return found


def _better(rows: Sequence[Row]) -> Row | None:
    return min(rows, key=lambda row: row.cost_fen, default=None)


def _percent(mine: int, other: int) -> float:
    return 100 * (mine - other) / max(1, other)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _cells(m: Means) -> tuple[object, ...]:
    counts = (m.runs, m.alike, _signed(m.cost), _signed(m.worst), m.worse, m.more_left)
    vehicles, unserved = f"{m.vehicles[0]:.1f}:{m.vehicles[1]:.1f}", f"{m.unserved[0]}:{m.unserved[1]}"
    parts = (_signed(m.fixed), _signed(m.variable), vehicles, unserved, m.violations)
    return m.set, m.label, f"{m.seconds:g}", *counts, *parts


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _line(*cells: object) -> str:
    first, second, *others = cells
    return f"{first!s:10}{second!s:34}" + "".join(f"{c!s:>12}" for c in others)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
