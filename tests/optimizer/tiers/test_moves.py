"""Moves: whatever is drawn, ways stay allowed and groups together."""

from __future__ import annotations

import numpy as np

from optimizer.plan import Plan
from optimizer.tiers.clocks import first_clocks
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT, Station, Tiers, Way
from optimizer.tiers.moves import Moves
from optimizer.tiers.plan import settle
from tests.optimizer.tiers.towns import S, clocks, planned, tiers, to, town

T = Way("T")

BOTH = frozenset({DIRECT, S, T})


def two_stations() -> Tiers:
    """Return a county in which V1 and V2 go together, N1 may not go direct, and V3 goes direct only."""
    at = {"H": 0, "N1": 1, "T": 2, "S": 6, "V1": 7, "V2": 8, "V3": 9}
    modes = {"N1": frozenset({S, T}), "V1": BOTH, "V2": BOTH, "V3": frozenset({DIRECT})}
    return Tiers(
        problem=town([to(v) for v in ("N1", "V1", "V2", "V3")], at=at),
        stations=(Station(place="S"), Station(place="T")),
        modes=modes,
        together=(frozenset({"V1", "V2"}),),
    )


def test_all_direct_and_all_through_go_as_far_as_they_may() -> None:
    """N1 is nearer to T than to S, V1 and V2 nearer to S."""
    moves = Moves(two_stations(), np.random.default_rng(0))
    assert moves.direct() == {"N1": S, "V1": DIRECT, "V2": DIRECT, "V3": DIRECT}
    assert moves.through() == {"N1": T, "V1": S, "V2": S, "V3": DIRECT}


def test_no_move_breaks_a_mode_or_parts_a_group_and_all_ways_are_met() -> None:
    """A hundred moves, one after the other."""
    county = two_stations()
    moves = Moves(county, np.random.default_rng(1))
    choice = moves.through()
    legs = expand(county, choice, first_clocks(county, choice))
    met: set[tuple[str, Way]] = set()
    for _ in range(100):
        choice, at = moves.next(legs, settle(legs, Plan()))
        legs = expand(county, choice, at)  # raises where a way is not allowed
        assert choice["V1"] == choice["V2"]
        met |= set(choice.items())
    assert met == {(p, w) for p, ways in county.modes.items() for w in ways}


def test_without_a_choice_only_clocks_move() -> None:
    """The policy has decided for V1."""
    county = tiers([to("V1")], modes={"V1": frozenset({S})})
    moves = Moves(county, np.random.default_rng(2))
    legs = expand(county, {"V1": S}, clocks())
    plan = planned(county, {"V1": S}, clocks())
    decisions = [moves.next(legs, plan) for _ in range(20)]
    assert {d.choice["V1"] for d in decisions} == {S}
    assert len({d.clocks["S", "down"] for d in decisions}) > 2


def test_where_nothing_can_change_nothing_does() -> None:
    """No station, no clock: the decision is the old one."""
    county = tiers([to("V1")], modes={"V1": frozenset({DIRECT})})
    moves = Moves(county, np.random.default_rng(3))
    legs = expand(county, {"V1": DIRECT}, {})
    assert moves.next(legs, planned(county, {"V1": DIRECT}, {})) == ({"V1": DIRECT}, {})
