"""The shared public instances: read as their papers describe them, and solutions cost what was published.

``solutions.json`` holds routes that reach the published cost, found by searching: for several trips a day with our own
solver, otherwise with plain PyVRP.
"""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.instances import FAMILIES, load, names
from benchmarks.instances.as_problem import plan_of, problem_of, published_cost, routes_of
from benchmarks.instances.instance import DamagedInstanceError
from benchmarks.instances.judge import judge
from optimizer.engines.pyvrp_data import MILLI, NEVER_M
from optimizer.model import HORIZON_S
from tests.helpers import assert_clean
from tests.shared_data import SHARED, needs

if TYPE_CHECKING:
    from benchmarks.instances.instance import Instance, Routes

ROOT = SHARED / "instances"
SOLUTIONS = json.loads((Path(__file__).parent / "solutions.json").read_text("utf-8"))

pytestmark = needs(ROOT)


def solution(key: str) -> tuple[Instance, Routes]:
    """Return an instance and its stored routes."""
    family, name = key.split(":")
    routes = tuple((k, tuple(tuple(trip) for trip in trips)) for k, trips in SOLUTIONS[key])
    return load(ROOT, family, name), routes


def rounding(instance: Instance, routes: Routes) -> float:
    """Half a unit of length a drive, and half of the last digit of the published cost (at most four digits)."""
    drives = sum(len(trip) + 1 for _, trips in routes for trip in trips)
    dearest = max(v.per_thousand for v in instance.fleet) / 1_000
    exact = instance.family in ("cvrp_x", "vrptw", "mtvrptwr")  # rounded by rule, so that there is no error
    return 1e-9 if exact else 0.5 * drives * dearest / instance.cost_scale + 0.005


@pytest.mark.parametrize("key", SOLUTIONS)
def test_a_best_known_solution_costs_what_was_published_and_breaks_no_rule(key: str) -> None:
    """Encoded as a plan, under our cost function and the referee; and by the plain rules of the set."""
    instance, routes = solution(key)
    problem = problem_of(instance)
    plan = plan_of(instance, problem, routes)
    assert_clean(problem, plan)
    assert not plan.unserved
    assert routes_of(plan) == routes
    cost, faults = judge(instance, routes)
    assert not faults
    assert published_cost(instance, plan) == pytest.approx(instance.best_known, abs=rounding(instance, routes))
    assert cost == pytest.approx(instance.best_known, abs=rounding(instance, routes))


def test_the_published_optimum_of_five_customers_is_the_best_of_all_solutions() -> None:
    """Wang and Chen's RCdp0504: of every order of 5 customers in one or two routes, the cheapest costs 214.573."""
    instance = load(ROOT, "vrpspdtw", "rcdp0504")
    problem = problem_of(instance)
    orders = list(permutations(instance.customers))
    every = [((0, (order,)),) for order in orders]
    every += [((0, (order[:cut],)), (0, (order[cut:],))) for order in orders for cut in (1, 2)]
    judged = [(judge(instance, routes), routes) for routes in every]
    (cost, _), best = min((found for found in judged if not found[0][1]), key=lambda found: found[0][0])
    plan = plan_of(instance, problem, best)
    assert_clean(problem, plan)
    assert (cost, published_cost(instance, plan)) == (pytest.approx(214.573), pytest.approx(214.573))


@pytest.mark.parametrize(
    ("family", "name", "expected"),
    [
        ("cvrp_x", "X-n101-k25", (100, 35, 554, 27_591)),  # (365, 689) to (146, 180): root of 307,042 = 554.1
        ("vrptw", "C104", (100, 25, 186, 822.9)),  # (40, 50) to (45, 68): root of 349 = 18.68, cut
        ("vrpspd", "r101", (100, 24, 15_232, 1_009.946)),  # (35, 35) to (41, 49): root of 232 = 15.2315
        ("vrpspd", "SCA3-5", (50, 9, None, 659.9023)),
        ("vrpspd_salhi", "CMT10X", (199, 36, 15_232, 1_376.384)),
        ("vrpmpd", "CMT01H", (50, 8, 13_892, 465.021)),  # (30, 40) to (37, 52): root of 193 = 13.8924
        ("vrpspdtw", "cdp101", (100, 11, 18_682, 977.569)),
        ("vrpspdtw_jd", "200_1", (200, 188, 57_611, None)),  # as the file says
        ("vrpb_gjb", "A1", (25, 8, 29_674, 229_885.643)),  # 5 x root of (2,205^2 + 5,510^2) = 5 x 5,934.82
        ("vrpbtw", "BHR101A", (100, 22, 15_232, 1_818.862)),
        ("hfvrp", "HVRP13", (50, 17, 25_456, 1_518.05)),  # (40, 40) to (22, 22): 18 roots of 2
        ("hfvrp_x", "X125-HVRP", (124, 32, None, 95_096.96)),
        ("mdvrp", "pr02", (96, 8, None, 1_307.34)),  # two at each of four depots
        ("mtvrptwr", "C201R0.25", (100, 8, 277, 1_500.6)),  # (40, 50) to (52, 75): root of 769 = 27.73, cut
        ("pdptw_lilim", "lc101", (106, 25, None, 828.94)),
    ],
)
def test_a_family_is_read_as_its_files_say(family: str, name: str, expected: tuple[float | None, ...]) -> None:
    """Customers, vehicles at hand, the way from the depot to the first customer by hand, the best known."""
    instance = load(ROOT, family, name)
    first = None if expected[2] is None else int(instance.length[0, 1])
    read = (len(instance.customers), sum(v.count for v in instance.fleet), first, instance.best_known)
    assert read == expected


@pytest.mark.parametrize("family", FAMILIES)
def test_numbers_stay_within_the_limits_of_the_model(family: str) -> None:
    """Windows within two days, a tour below the engine's longest route, all money below 2^63 in thousandths."""
    for name in names(ROOT, family):
        try:
            instance = load(ROOT, family, name)
        except DamagedInstanceError:
            continue
        problem = problem_of(instance)
        assert instance.windows_s is None or int(instance.windows_s.max()) <= HORIZON_S
        near = np.sort(problem.matrices["depot0"].distance_m, axis=1)[:, 1:3].mean()  # next and next but one
        assert near * len(instance.customers) < NEVER_M
        penalties = sum(s.penalty_fen for s in problem.shipments)
        assert MILLI * (penalties + sum(v.fixed * v.count for v in instance.fleet)) < 2**62


@pytest.mark.parametrize(
    ("family", "name"),
    [("vrpspd", "CON3-0"), ("vrpmpd", "CMT11T"), ("hfvrp", "HVRP_DLP_01"), ("hfvrp", "HVRP_DLP_57")],
)
def test_the_four_damaged_files_are_known(family: str, name: str) -> None:
    """A pickup lost to a word, vehicles of 20 (200 in the paper) for a customer of 35, lists of towns twice."""
    with pytest.raises(DamagedInstanceError):
        load(ROOT, family, name)
