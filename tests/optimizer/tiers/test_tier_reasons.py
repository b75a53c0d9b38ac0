"""Reasons across tiers: what a line or a station refused, and that a direct trip was tried beside the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.explain import reason_text, remedy_text
from optimizer.plan import Unserved
from optimizer.repair import complete
from optimizer.tier_reasons import TIER_REASONS, TIER_REMEDIES
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT, Way
from optimizer.tiers.plan import settle
from optimizer.tiers.reasons import explain_tiers
from tests.helpers import HOUR_S
from tests.optimizer.tiers.towns import BEHIND, S, assert_clean, bus, clocks, tiers, to

LINE = Way(last="line")


def test_what_no_bus_takes_is_told_to_go_direct_and_for_how_much() -> None:
    """The village goes by line only; the van that goes to N1 would go on to V1: 60 km x 100 and 2 h x 3,600 fen more.

    It stands 60 s longer as well, for V1; N1 and its minute are paid for already.
    """
    modes = {"V1": frozenset({LINE}), "N1": frozenset({DIRECT})}
    county = tiers([to("V1", load=30), to("N1")], departures=(bus(max_piece=(20,)),), modes=modes)
    legs = expand(county, {"V1": LINE, "N1": DIRECT}, {})
    plan = settle(legs, complete(legs.problem, {}))
    told = explain_tiers(county, plan)
    assert_clean(county, told)
    (left,) = told.plan.unserved
    assert (left.reason, left.remedy, left.numbers["extra_fen"]) == ("U200", "R190", 6_000 + 7_200 + 60)
    assert told.plan.routes == plan.plan.routes
    assert "20" in reason_text(left, "zh")
    assert remedy_text(left, "en") == "let it go direct (about CNY 132.60)"


def test_what_goes_direct_is_studied_as_on_an_ordinary_day_beside_held_legs() -> None:
    """No van holds 1,000: too large, as without any station; the goods through S stay as they were."""
    county = tiers([to("V1", load=1_000), to("V2", max_on_board_s=4 * HOUR_S)], departures=(bus(),))
    legs = expand(county, {**dict.fromkeys(BEHIND, S), "V1": DIRECT}, clocks())
    plan = settle(legs, complete(legs.problem, {}))
    (left,) = explain_tiers(county, plan).plan.unserved
    assert left.shipment == "D-V1"
    assert left.reason.startswith("U1")
    assert left.reason not in TIER_REASONS
    assert left.numbers


def test_what_nothing_can_carry_keeps_its_reason_without_remedy() -> None:
    """Neither the bus nor any van holds 1,000."""
    county = tiers([to("V1", load=1_000)], departures=(bus(),), modes={"V1": frozenset({LINE})})
    legs = expand(county, {"V1": LINE}, {})
    (left,) = explain_tiers(county, settle(legs, complete(legs.problem, {}))).plan.unserved
    assert (left.reason, left.remedy) == ("U204", "")
    assert replace(left, numbers={}) == Unserved(shipment="D-V1", reason="U204")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_and_remedy_of_tiers_has_words(lang: str) -> None:
    """Numbers that are missing show as a dash, never as braces."""
    for code in TIER_REASONS:
        bare = Unserved(shipment="D", reason=code)
        assert reason_text(bare, lang) != code
        assert not set("{}") & set(reason_text(bare, lang) + remedy_text(bare, lang))
    for code in TIER_REMEDIES:
        assert not set("{}") & set(remedy_text(Unserved(shipment="D", reason="U198", remedy=code), lang))
