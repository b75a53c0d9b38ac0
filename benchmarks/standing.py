"""Standing lines over sampled days: what constancy costs against full freedom, and how constant the days become.

    python -m benchmarks.standing [COUNTY ...] --days 10 --seconds 10 [--free-seconds 20] [--workers 1] \
        [--fresh 0] [--hour 30] [--seed 1] [--json OUT]

COUNTY is TERRAIN-SIZE of ``benchmarks.county_set``; default mountain-small and plain-small. Every day is solved for
the same time by the lines and in freedom, unless freedom gets more; the lines are designed from these very days.
``--fresh`` plans so many further days by them, which the design has not seen. Exit 1 when a target is missed on the
days of the design: at most 8 % dearer, at least 90 % of the places keep their driver, arrivals differ by at most 30 min
(P90).
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.county_set import terrain_scenario
from optimizer.solve import solve
from optimizer.stop import Stop
from scenarios.build import build_problem
from scenarios.standing.consistency import consistency
from scenarios.standing.days import sampled_problems
from scenarios.standing.design import design_lines
from scenarios.standing.follow import follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from scenarios.standing.design import Design
    from scenarios.standing.follow import Solver
    from scenarios.standing.model import StandingLines

COUNTIES = ("mountain-small", "plain-small")

MOST_DEARER, LEAST_KEPT, MOST_SPREAD_S = 0.08, 0.9, 1_800
"""The targets: cost against freedom, share of places that keep their driver, P90 of the spread of arrivals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """Days that the lines were not designed from; shares and ``spread_s`` over these days alone, as in ``Row``."""

    days: int
    cost_fen: int
    free_fen: int
    keep_share: float
    own_share: float
    spread_s: int
    freed_share: float
    unserved: int
    free_unserved: int

    @property
    def dearer(self) -> float:
        """What the lines cost more than full freedom, as a share."""
        return self.cost_fen / self.free_fen - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One county; shares as numbers, ``spread_s`` the P90 over places, ``free_`` of the days in full freedom."""

    county: str
    days: int
    lines: int
    cost_fen: int
    free_fen: int
    dearer: float
    keep_share: float
    own_share: float
    alone_share: float
    spread_s: int
    free_keep_share: float
    free_own_share: float
    free_spread_s: int
    unserved: int
    free_unserved: int
    wall_s: float
    fresh: Fresh | None = None

    @property
    def misses(self) -> tuple[str, ...]:
        """Names of the targets that are missed."""
        kept = {
            "cost": self.dearer <= MOST_DEARER,
            "driver": self.keep_share >= LEAST_KEPT,
            "spread": self.spread_s <= MOST_SPREAD_S,
        }
        return tuple(name for name, is_kept in kept.items() if not is_kept)


def main(argv: Sequence[str] | None = None) -> int:
    """Run every county and print its row; 1 when a target is missed."""
    options = _options(argv)
    rows = []
    for county in options.counties:
        rows.append(measured(county, options))
        print(_text(rows[-1]), flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")
    return int(any(row.misses for row in rows))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counties", nargs="*", default=COUNTIES)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--fresh", type=int, default=0, help="further days that the design does not see")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each solve")
    parser.add_argument("--free-seconds", type=float, help="for solves from scratch: in freedom, and typical days")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--hour", type=int, default=30, help="how long the hour of a stop is, in minutes")
    parser.add_argument("--seed", type=int, default=1, help="of the days and of the solves")
    parser.add_argument("--json", default="", help="write all rows to this file")
    return parser.parse_args(argv)


def measured(county: str, options: argparse.Namespace) -> Row:
    """Design the lines of one county and measure them."""
    started = time.perf_counter()
    built = build_problem(terrain_scenario(*county.split("-")))
    days = sampled_problems(built, options.days + options.fresh, seed=options.seed)
    design = design_lines(days[: options.days], _solver(options), hour_s=options.hour * 60)
    fresh = fresh_days(design.lines, days[options.days :], _solver(options)) if options.fresh else None
    return replace(row_of(county, design, wall_s=time.perf_counter() - started), fresh=fresh)


def fresh_days(lines: StandingLines, days: Sequence[Problem], solved: Solver) -> Fresh:
    """Return what the lines cost on other days, and how constant those are; each day is solved as in a design."""
    by_lines = [follow(lines, day, solved) for day in days]
    free = [solved(day, None) for day in days]
    kept = consistency([(day, by.plan) for day, by in zip(days, by_lines, strict=True)])
    return Fresh(
        days=len(days),
        cost_fen=sum(by.plan.cost.total_fen for by in by_lines),
        free_fen=sum(plan.cost.total_fen for plan in free),
        keep_share=round(kept.keep_share or 0, 4),
        own_share=round(kept.own_share or 0, 4),
        spread_s=kept.spread_s(0.9) or 0,
        freed_share=round(sum(len(by.freed) for by in by_lines) / sum(len(day.shipments) for day in days), 4),
        unserved=sum(len(by.plan.unserved) for by in by_lines),
        free_unserved=sum(len(plan.unserved) for plan in free),
    )


def _solver(options: argparse.Namespace) -> Solver:
    from_scratch = options.free_seconds or options.seconds

    def solved(problem: Problem, start: Plan | None) -> Plan:
        stop = Stop(seconds=from_scratch if start is None else options.seconds)
        return solve(problem, stop=stop, seed=options.seed, workers=options.workers, start=start).plan

    return solved


def row_of(county: str, design: Design, *, wall_s: float) -> Row:
    """Return the row of a design; a county without places called at twice has shares of 0."""
    kept, free = design.kept, design.free
    return Row(
        county=county,
        days=len(design.outcomes),
        lines=len(design.lines.lines),
        cost_fen=sum(day.cost_fen for day in design.outcomes),
        free_fen=sum(day.free_fen for day in design.outcomes),
        dearer=round(design.dearer, 4),
        keep_share=round(kept.keep_share or 0, 4),
        own_share=round(kept.own_share or 0, 4),
        alone_share=round(kept.alone_share or 0, 4),
        spread_s=kept.spread_s(0.9) or 0,
        free_keep_share=round(free.keep_share or 0, 4),
        free_own_share=round(free.own_share or 0, 4),
        free_spread_s=free.spread_s(0.9) or 0,
        unserved=sum(day.num_unserved for day in design.outcomes),
        free_unserved=sum(day.free_unserved for day in design.outcomes),
        wall_s=round(wall_s, 1),
    )


def _text(row: Row) -> str:
    return (
        f"{row.county}: {row.days} days, {row.lines} lines, {row.dearer:+.1%} against freedom; "
        f"keep their driver {row.keep_share:.1%} (free {row.free_keep_share:.1%}), "
        f"usual driver on {row.own_share:.1%} of days (free {row.free_own_share:.1%}), "
        f"no other vehicle {row.alone_share:.1%}, spread P90 {row.spread_s / 60:.0f} min "
        f"(free {row.free_spread_s / 60:.0f}), unserved {row.unserved} (free {row.free_unserved}), {row.wall_s:.0f} s"
        + (f"; missed: {', '.join(row.misses)}" if row.misses else "")
        + (_fresh_text(row.fresh) if row.fresh else "")
    )


def _fresh_text(fresh: Fresh) -> str:
    return (
        f"\n  {fresh.days} fresh days: {fresh.dearer:+.1%} against freedom; keep their driver {fresh.keep_share:.1%}, "
        f"usual driver on {fresh.own_share:.1%} of days, spread P90 {fresh.spread_s / 60:.0f} min, "
        f"off their line {fresh.freed_share:.1%} of the shipments, "
        f"unserved {fresh.unserved} (free {fresh.free_unserved})"
    )


if __name__ == "__main__":
    raise SystemExit(main())
