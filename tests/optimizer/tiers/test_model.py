"""Stations and ways: what is refused at birth, and who is decided together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.errors import CATALOGUE, InvalidInput
from optimizer.model import Place, TimeWindow
from optimizer.tiers.model import DIRECT, Station, Tiers, Way
from optimizer.tiers.sentences import REASONS, RULES
from tests.helpers import HOUR_S, shipment
from tests.optimizer.tiers.towns import EITHER, S, back, tiers, to, town

if TYPE_CHECKING:
    from optimizer.model import Shipment


def places(**windows: tuple[int, int]) -> tuple[Place, ...]:
    """Return the county's places; hours of opening may be given by id."""
    return tuple(
        Place(id=p, windows=tuple(TimeWindow(early_s=a * HOUR_S, late_s=b * HOUR_S) for a, b in [windows[p]]))
        if p in windows
        else Place(id=p)
        for p in ("H", "N1", "S", "V1", "V2", "V3")
    )


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E121", {"modes": {"V9": EITHER}}),
        ("E121", {"modes": {"V1": frozenset({Way("T")})}}),
        ("E121", {"together": (frozenset({"V1", "V9"}),)}),
        ("E131", {"station": {"storage": (1, 2)}}),
        ("E150", {"modes": {"V1": frozenset()}}),
        (
            "E151",
            {"modes": {"V1": frozenset({S}), "V2": frozenset({DIRECT})}, "together": (frozenset({"V1", "V2"}),)},
        ),
        ("E152", {"places": places(S=(20, 22))}),
        ("E154", {"shipments": [to("V1"), shipment("D-V1/2", "H", "V2")]}),
    ],
)
def test_names_what_is_wrong_with_stations_and_ways(code: str, changes: dict[str, Any]) -> None:
    """Each county is right but for one thing."""
    shipments: list[Shipment] = changes.pop("shipments", [to("V1")])
    with pytest.raises(InvalidInput, match=f"^{code} ") as caught:
        tiers(shipments, **changes)
    assert caught.value.render("zh")


def test_refuses_a_station_that_is_no_place_and_one_that_comes_twice() -> None:
    """A station is a place first of all, once."""
    county = town([to("V1")])
    with pytest.raises(InvalidInput, match=r"^E121 station T"):
        Tiers(problem=county, stations=(Station(place="T"),))
    with pytest.raises(InvalidInput, match=r"^E120 station"):
        Tiers(problem=county, stations=(Station(place="S"), Station(place="S")))


def test_refuses_stations_that_hand_their_goods_to_each_other() -> None:
    """Goods of S may pass V1, and those of V1 may pass S: nobody would know where to begin."""
    county, stations = town([to("V1")]), (Station(place="S"), Station(place="V1"))
    with pytest.raises(InvalidInput, match=r"^E153 .*S > V1 > S"):
        Tiers(problem=county, stations=stations, modes={"S": frozenset({Way("V1")}), "V1": frozenset({S})})


def test_refuses_negative_handling_and_a_throughput_of_nothing() -> None:
    """Station fields are checked at birth, as those of places are."""
    with pytest.raises(InvalidInput, match=r"^E111 handling_s"):
        Station(place="S", handling_s=-1)
    with pytest.raises(InvalidInput, match=r"^E113 pieces_per_quarter_h"):
        Station(place="S", pieces_per_quarter_h=0)


def test_groups_that_share_a_place_are_one() -> None:
    """V1 goes with V2 and V2 with V3, so all three go one way; N1 may go direct only and is on its own."""
    modes = {"V1": EITHER, "V2": EITHER, "V3": frozenset({S}), "N1": frozenset({DIRECT})}
    county = tiers([to("V1")], modes=modes, together=(frozenset({"V1", "V2"}), frozenset({"V2", "V3"})))
    assert county.groups == ((("N1",), frozenset({DIRECT})), (("V1", "V2", "V3"), frozenset({S})))


def test_goods_of_the_station_itself_and_local_goods_go_direct() -> None:
    """Only goods between the hub and a village can pass a station; its own do not."""
    goods = [to("V1"), back("V2"), to("S"), shipment("L", "V1", "V2"), shipment("B", "S", "V1")]
    county = tiers(goods, modes=dict.fromkeys(("V1", "V2", "S"), EITHER))
    choice = dict.fromkeys(("V1", "V2", "S"), S)
    through = [s.id for s in county.problem.shipments if county.through(s, choice)]
    assert through == ["D-V1", "U-V2"]


def test_every_sentence_is_there_in_both_languages() -> None:
    """Nobody gets a code without words."""
    for sentence in (*CATALOGUE.values(), *REASONS.values()):
        assert sentence.zh
        assert sentence.en
        assert sentence.fix_zh
        assert sentence.fix_en
    assert all(rule.zh and rule.en for rule in RULES.values())
