"""Chances of a plan against a hand and against the distribution function of the log-normal."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.stress.chance import Chance
from optimizer.stress.disturbance import CALM, Breakdown, Disturbance
from optimizer.stress.execute import drive
from optimizer.stress.outcome import LATE_BINS_MIN, outcome_of
from optimizer.stress.script import script_of
from tests.helpers import Call, down, plan, problem, route, run, up, vehicle, with_shipment

DAYS = 20_000
LEGS = (("road", "H", "V1"), ("road", "V1", "V2"), ("road", "V2", "H"))


def test_one_leg_is_on_time_as_often_as_the_log_normal_says() -> None:
    """600 s with a spread of 0.2, due after 700: P = Phi(ln(700 / 600) / 0.2) = 0.78, within four standard errors."""
    county = problem([down(1, due_s=700)])
    made = plan(county, route(run(county, Call("V1", ("D1",)))))
    factor = np.exp(0.2 * np.random.default_rng(7).standard_normal(DAYS))
    found = outcome_of(
        script_of(county, made), drive(script_of(county, made), Disturbance(days=DAYS, legs={LEGS[0]: factor})), {}
    )
    exact = NormalDist().cdf(math.log(700 / 600) / 0.2)
    (goods,) = found.shipments
    assert goods.on_time.share == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / DAYS))
    low, high = goods.on_time.interval
    assert low < exact < high
    assert goods.handed.p50_s == pytest.approx(600, rel=0.01)
    assert goods.handed.p90_s == pytest.approx(600 * math.exp(0.2 * 1.2816), rel=0.01)


def test_what_the_plan_leaves_is_never_on_time() -> None:
    """Ten pieces carried, thirty left: a quarter on time on a quiet day."""
    county = problem([down(1, pieces=10), down(2, pieces=30)])
    made = plan(county, route(run(county, Call("V1", ("D1",)))))
    found = outcome_of(script_of(county, made), drive(script_of(county, made), CALM), {})
    assert found.on_time == 0.25
    assert found.on_time_half_width == 0


def test_goods_back_after_their_due_time_miss_the_trunk() -> None:
    """Home at 2,520, due at 2,600: 100 s later they miss it; a deadline of its own changes nothing about that."""
    county = problem([down(1), up(2, due_s=2_600, pieces=4)])
    made = plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", (), ("U2",)))))
    slow = Disturbance(days=2, legs={LEGS[0]: np.array([1.0, 1 + 100 / 600])})
    found = outcome_of(script_of(county, made), drive(script_of(county, made), slow), {"U2": 10_000})
    assert found.trunk_missed_pieces.tolist() == [0, 4]
    assert [s.trunk_missed.hits for s in found.shipments] == [0, 1]


def test_a_late_day_pays_its_hours_and_its_overtime() -> None:
    """2,520 s and 300 more at 3,600 fen an hour, of which 320 beyond 2,500 s cost as much again."""
    county = problem([down(1), down(2)], (vehicle(regular_s=2_500, max_overtime_s=100, overtime_fen_per_h=3_600),))
    made = plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", ("D2",)))))
    found = outcome_of(script_of(county, made), drive(script_of(county, made), CALM), {})
    assert found.cost_fen.tolist() == [made.cost.operating_fen]
    late = drive(script_of(county, made), Disturbance(days=1, legs={LEGS[0]: np.array([1.5])}))
    found = outcome_of(script_of(county, made), late, {})
    assert found.cost_fen.tolist() == [made.cost.operating_fen + 300 + 300]
    (van,) = found.vehicles
    assert van.overtime_s == (320, 320)
    assert found.breaks_hours == Chance(1, 1)


def test_lateness_falls_into_its_bin() -> None:
    """300 s late and 600 s early: two handovers in the bins from 0 and from -15 min."""
    county = problem([down(1, due_s=300), down(2, due_s=1_860)])
    made = plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", ("D2",)))))
    found = outcome_of(script_of(county, made), drive(script_of(county, made), CALM), {})
    expected = np.zeros(len(LATE_BINS_MIN) + 1)
    expected[[LATE_BINS_MIN.index(0) + 1, LATE_BINS_MIN.index(-15) + 1]] = 0.5
    assert found.lateness.tolist() == expected.tolist()


def test_too_long_on_board_is_not_on_time() -> None:
    """From leaving V1 at 660 to home at 2,520 are 1,860 s; 1,859 would be too few."""
    county = problem([up(1), down(2)])
    made = plan(county, route(run(county, Call("V1", (), ("U1",)), Call("V2", ("D2",)))))
    for limit_s, share in ((1_860, 1.0), (1_859, 0.5)):
        limited = with_shipment(county, "U1", max_on_board_s=limit_s)
        assert outcome_of(script_of(limited, made), drive(script_of(limited, made), CALM), {}).on_time == share


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    slack_s=st.lists(st.integers(0, 900), min_size=2, max_size=2),
    sizes=st.lists(st.floats(0, 0.6), min_size=2, max_size=2),
    early_s=st.integers(0, 2_000),
)
def test_more_noise_never_helps_a_plan_that_is_on_time(
    seed: int, slack_s: list[int], sizes: list[float], early_s: int
) -> None:
    """On the same draws a larger spread takes days away and gives none: travel is convex in it, and fits at 0."""
    county = problem([down(1), down(2, due_s=max(1_260, early_s) + slack_s[1])])
    county = with_shipment(county, "D1", due_s=600 + slack_s[0])
    calls = (Call("V1", ("D1",)), Call("V2", ("D2",), start_s=early_s))
    made = plan(county, route(run(county, *calls)))
    normal = np.random.default_rng(seed).standard_normal((2, 200))
    shares = []
    for size in sorted(sizes):
        legs = {key: np.exp(size * draws) for key, draws in zip(LEGS, normal, strict=False)}
        driven = drive(script_of(county, made), Disturbance(days=200, legs=legs))
        shares.append(outcome_of(script_of(county, made), driven, {}).on_time)
    assert shares[0] >= shares[1]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    sizes=st.lists(st.floats(0, 3_000), min_size=2, max_size=2),
    stops=st.lists(st.integers(0, 6_000), min_size=2, max_size=2),
    wait_s=st.integers(0, 2_000),
)
def test_later_goods_or_longer_breakdowns_never_help(
    seed: int, sizes: list[float], stops: list[int], wait_s: int
) -> None:
    """Two trips; on the same draws worse is worse, one cause at a time (a breakdown lets late goods catch up)."""
    county = problem([down(1, due_s=2_000), down(2, due_s=6_000), down(3, due_s=9_000)])
    trips = (
        run(county, Call("V1", ("D1",)), Call("V2", ("D2",))),
        run(county, Call("V3", ("D3",)), load_start_s=2_520),
    )
    script = script_of(county, plan(county, route(*trips)))
    rng = np.random.default_rng(seed)
    late, broken = rng.standard_exponential(100), Breakdown(rng.random(100) < 0.5, rng.random(100))

    def share(size: float, stopped_s: int) -> float:
        disturbed = Disturbance(
            days=100,
            late_s={"D1": size * late},
            breakdowns={"van#1": broken},
            stopped_s=stopped_s,
            wait_s=wait_s,
        )
        return outcome_of(script, drive(script, disturbed), {}).on_time

    assert share(min(sizes), 0) >= share(max(sizes), 0)
    assert share(0, min(stops)) >= share(0, max(stops))


@pytest.mark.parametrize(("hits", "low", "high"), [(0, 0.0, 0.0370), (50, 0.4038, 0.5962), (100, 0.9630, 1.0)])
def test_the_interval_is_wilsons(hits: int, low: float, high: float) -> None:
    """Of 100 days; for 50 of them 0.5 +- 1.96 sqrt(0.25 / 100 + 1.96^2 / 40,000) / (1 + 0.0384)."""
    assert Chance(hits, 100).interval == pytest.approx((low, high), abs=1e-4)
