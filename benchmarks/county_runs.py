"""One run on one county-day: ours, ours with a part left out, or a peer; every plan judged by the referee."""

from __future__ import annotations

import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from benchmarks.peers import ortools_alone, pyvrp_reload
from optimizer.check import check
from optimizer.parts import Parts
from optimizer.solve import solve
from optimizer.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.plan import Plan, Result
    from optimizer.problem import Problem

PEERS: dict[str, Callable[[Problem, float, int], Plan]] = {"pyvrp": pyvrp_reload.run, "ortools": ortools_alone.run}
"""Rivals by name."""

OURS = "ours"


class PeerFailedError(RuntimeError):
    """A peer that broke off on every core; the message says how."""


ABLATIONS = {
    "ours -genetic": Parts(genetic=False),
    "ours -annealing": Parts(annealing=False),
    "ours -combining": Parts(combining=False),
    "ours -composing": Parts(composing=False),
    "ours -combining -composing": Parts(combining=False, composing=False),
}
"""Ours with parts left out: one engine alone, one master alone, no master.

The genetic engine takes part only where PyVRP can say the whole problem; elsewhere the first row is ours
again, and the second is PyVRP by turns.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run: ``seconds`` granted and ``wall_s`` taken.

    ``variable_fen``: all costs but the vehicles' fixed ones and penalties.
    ``digest``: the first figures of the problem's, so that rows of different counties are never compared.
    ``history``: seconds and cost of each better plan; a peer has its last one only.
    """

    set: str
    county: str
    digest: str
    places: int
    shipments: int
    solver: str
    seed: int
    seconds: float
    wall_s: float
    cost_fen: int
    fixed_fen: int
    variable_fen: int
    unserved: int
    violations: int
    vehicles: int
    trips: int
    history: tuple[tuple[float, int], ...] = ()


def read_rows(path: Path) -> list[Row]:
    """Return the rows that ``benchmarks.counties`` wrote to ``path``."""
    rows = json.loads(path.read_text("utf-8"))["rows"]
    return [Row(**{**row, "history": tuple(map(tuple, row["history"]))}) for row in rows]


def measured(problem: Problem, *, name: str, group: str, solver: str, seed: int, seconds: float, workers: int) -> Row:
    """Run ``solver`` once (``OURS``, or a key of ``ABLATIONS`` or ``PEERS``) and judge its plan.

    A peer runs once on each core with a seed of its own, and its cheapest plan counts.

    Raises
    ------
    PeerFailedError
        The peer broke off on every core.
    """
    started = time.perf_counter()
    if solver in PEERS:
        plan = _best_of(solver, problem, seconds, seed, workers)
        history: tuple[tuple[float, int], ...] = ((seconds, plan.cost.total_fen),)
    else:
        result = _ours(problem, solver, seconds, seed, workers)
        plan, history = result.plan, tuple((round(i.wall_s, 2), i.cost_fen) for i in result.history)
    wall_s = round(time.perf_counter() - started, 1)
    return Row(
        set=group,
        county=name,
        digest=problem.digest[:12],
        places=len(problem.places),
        shipments=len(problem.shipments),
        solver=solver,
        seed=seed,
        seconds=seconds,
        wall_s=wall_s,
        cost_fen=plan.cost.total_fen,
        fixed_fen=plan.cost.fixed_fen,
        variable_fen=plan.cost.operating_fen - plan.cost.fixed_fen,
        unserved=len(plan.unserved),
        violations=len(check(problem, plan)),
        vehicles=len(plan.routes),
        trips=sum(1 for _ in plan.trips()),
        history=history,
    )


def _ours(problem: Problem, solver: str, seconds: float, seed: int, workers: int) -> Result:
    parts = ABLATIONS.get(solver, Parts())
    return solve(problem, stop=Stop(seconds=seconds), seed=seed, workers=workers, parts=parts)


def _best_of(peer: str, problem: Problem, seconds: float, seed: int, workers: int) -> Plan:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(PEERS[peer], problem, seconds, seed * workers + k) for k in range(workers)]
        errors = [error for job in jobs if (error := job.exception())]
        if len(errors) == len(jobs):
            raise PeerFailedError(f"{type(errors[0]).__name__}: {errors[0]}")
        plans = [job.result() for job in jobs if not job.exception()]
    return min(plans, key=lambda plan: plan.cost.total_fen)
