"""What sites earn, to the fen, and how sets rank by what their days cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scenarios.siting.model import Candidate, Siting
from scenarios.siting.viability import Handled, viability

STATION = Candidate(place="S", rent_fen=60_000, wage_fen=0, power_fen=0, opening_fen=0, fee_fen=40)
"""600 yuan a month: 7,200 a year over 364 days are 19.78 yuan a day."""


def test_surplus_break_even_and_top_up_by_hand() -> None:
    """30 and 50 pieces at 0.40: 12 and 20 yuan against 19.78; on a mean day 3.78 short, 1,375.92 a year; 50 pay."""
    siting = Siting(kind="station", candidates=(STATION,))
    found = viability(siting, "S", [Handled(passed=29, own=1), Handled(passed=40, own=10)])
    assert (found.running_fen, found.fee_fen) == (1_978, 40)
    assert (found.passed, found.own, found.pieces.mean) == (34.5, 5.5, 40)
    assert found.surplus.mean == (1_200 + 2_000) / 2 - 1_978
    assert found.top_up_fen == 378
    assert found.yearly_top_up_fen == 378 * 52 * 7
    assert found.break_even == 50  # 49 pieces earn 19.60
    assert found.surplus.half_width == pytest.approx(12.706 * 400, rel=1e-3)  # Student's t of one degree
    assert not found.is_sure


def test_the_break_even_is_met_exactly_and_missed_by_a_fen() -> None:
    """Running 1,978 fen: 43 pieces at 46 fen earn just that; one fen more a month is a fen more than they earn."""
    siting = Siting(kind="station", candidates=(replace(STATION, fee_fen=46),))
    assert viability(siting, "S", [Handled(passed=43)]).break_even == 43
    dearer = Siting(kind="station", candidates=(replace(STATION, fee_fen=46, rent_fen=60_020),))
    assert dearer.daily_fen("S") == 1_979
    assert viability(dearer, "S", [Handled(passed=43)]).break_even == 44


def test_a_site_without_a_fee_never_breaks_even() -> None:
    """None, and the county pays all of it."""
    siting = Siting(kind="station", candidates=(replace(STATION, fee_fen=0),))
    found = viability(siting, "S", [Handled(passed=43)])
    assert found.break_even is None
    assert found.top_up_fen == 1_978
