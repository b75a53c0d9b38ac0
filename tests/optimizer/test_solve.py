"""The front door: always a refereed plan, the same one for the same work, best kept on stop, nobody left behind."""

from __future__ import annotations

import multiprocessing
import threading
import time
from typing import TYPE_CHECKING

import pytest

from optimizer.check import check
from optimizer.solve import Progress, solve
from optimizer.stop import Stop
from tests.helpers import down, four_village_problem, problem, solve_checked, vehicle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.problem import Problem

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def nobody_is_left_behind() -> Iterator[None]:
    """After each solve no child process lives on."""
    yield
    assert not multiprocessing.active_children()


def test_solves_the_four_villages() -> None:
    """The hand-made optimum, its history and what made it."""
    result = solve_checked(four_village_problem(), stop=Stop(iterations=2), seed=5)
    assert result.plan.cost.total_fen == 19_670
    assert result.history[-1].cost_fen == 19_670
    assert (result.iterations, result.seed, result.workers, result.stopped) == (2, 5, 1, False)
    assert set(result.versions) == {"gongpei", "numpy", "ortools", "pyvrp"}


def hilly(villages: int = 9) -> Problem:
    """Return a county whose optimum is not found at once: mixed sizes, two vehicle types, reloading."""
    goods = [down(k, 7 + 5 * k % 23, service_s=60, ready_s=600 * (k % 4)) for k in range(1, villages + 1)]
    vans = (vehicle(count=3, capacity=(60,)), vehicle("truck", count=2, capacity=(110,), fixed_fen=15_000))
    return problem(goods, vans, villages=villages)


@pytest.mark.parametrize("workers", [1, 2])
def test_same_work_gives_the_same_plan(workers: int) -> None:
    """Problem, seed, iterations and workers decide everything; wall times live outside the plan."""
    results = [solve_checked(hilly(), stop=Stop(iterations=5), seed=3, workers=workers) for _ in range(2)]
    assert results[0].plan == results[1].plan
    assert results[0].iterations == results[1].iterations == 5


def test_no_iterations_still_give_a_plan() -> None:
    """The first plan is there at once."""
    assert not solve_checked(hilly(), stop=Stop(iterations=0)).plan.unserved


def test_however_little_time_there_is_the_first_plan_is_waited_for() -> None:
    """Time is up before any process has begun: the plan is there all the same."""
    assert not solve_checked(four_village_problem(), stop=Stop(seconds=0.0)).plan.unserved


def test_keeps_to_its_seconds() -> None:
    """Start of processes included; a generous bound, since a test machine is busy."""
    began = time.monotonic()
    result = solve_checked(hilly(), stop=Stop(seconds=4.0))
    assert time.monotonic() - began < 8.0
    assert not result.plan.unserved


def test_stopping_keeps_the_best() -> None:
    """The user has had enough at the first plan: it comes back at once."""
    cancel = threading.Event()
    seen: list[Progress] = []

    def watch(progress: Progress) -> None:
        seen.append(progress)
        cancel.set()

    began = time.monotonic()
    result = solve_checked(hilly(), stop=Stop(seconds=60.0), progress=watch, cancel=cancel)
    assert result.stopped
    assert time.monotonic() - began < 30.0
    assert result.plan.cost.total_fen == seen[-1].cost_fen
    assert seen[-1].num_unserved == len(result.plan.unserved)


def test_ctrl_c_keeps_the_best() -> None:
    """KeyboardInterrupt out of the progress callback, as Ctrl-C would raise it."""

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    result = solve_checked(hilly(), stop=Stop(seconds=60.0), progress=interrupt)
    assert result.stopped
    assert result.plan.routes


def test_starts_from_a_given_plan() -> None:
    """With no rounds at all the answer is no dearer than what it was given."""
    county = hilly()
    good = solve_checked(county, stop=Stop(iterations=3), seed=1).plan
    again = solve_checked(county, stop=Stop(iterations=0), seed=2, start=good).plan
    assert again.cost.total_fen <= good.cost.total_fen


def test_hopeless_goods_are_listed_and_the_rest_is_served() -> None:
    """D2 is larger than any van: unserved with a reason; D1 goes."""
    result = solve_checked(problem([down(1), down(2, 500)]), stop=Stop(iterations=1))
    assert [u.shipment for u in result.plan.unserved] == ["D2"]


def test_a_county_without_goods_is_done() -> None:
    """Nothing to carry: an empty plan, no cost."""
    county = problem([])
    result = solve(county, stop=Stop(iterations=1))
    assert check(county, result.plan) == ()
    assert result.plan.cost.total_fen == 0


def test_says_that_a_small_plan_is_proven_optimal() -> None:
    """The bound of the four villages meets the optimum made by hand."""
    result = solve_checked(four_village_problem())
    assert result.bound_fen == result.plan.cost.total_fen == 19_670
    assert result.bound_gap == 0
