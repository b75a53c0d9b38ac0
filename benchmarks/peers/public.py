"""Peers on public instances, each given the instance itself and not our model of it, and every core.

A peer that uses one core runs once on each, with a seed of its own, and the cheapest
solution that breaks no rule of the set counts.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from benchmarks.instances.judge import judge
from benchmarks.peers import ortools_public, pyvrp_public, vroom_public

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.instances.instance import Instance, Routes

PEERS = ("pyvrp", "vroom", "ortools")
"""Rivals by name."""

_SINGLE: dict[str, Callable[[Instance, float, int], Routes]] = {
    "pyvrp": pyvrp_public.run,
    "ortools": ortools_public.run,
}


def can_run(peer: str, instance: Instance) -> str:
    """Return why ``peer`` cannot run on ``instance``; empty when it can."""
    if peer == "vroom":
        return vroom_public.cannot(instance)
    if peer == "ortools" and instance.reloads:
        return "no reloading with release times in this model"
    return ""


def run(peer: str, instance: Instance, *, seconds: float, seed: int, workers: int) -> Routes:
    """Return the peer's best solution after ``seconds`` on ``workers`` cores; its start-up is not counted."""
    if peer == "vroom":
        return vroom_public.run(instance, seconds, workers)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_SINGLE[peer], instance, seconds, seed * workers + k) for k in range(workers)]
        return min((job.result() for job in jobs), key=lambda routes: _rank(instance, routes))


def _rank(instance: Instance, routes: Routes) -> tuple[int, float]:
    cost, faults = judge(instance, routes)
    return len(faults), cost
