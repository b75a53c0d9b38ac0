"""What a user should know about places and roads, said in both languages.

Places out of reach, places far from any road, places that look as if they were in
another datum, and what the road readers noted. None of it stops a plan; only places that
are nowhere near the roads at all do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.datum import looks_shifted
from scenarios.errors import InvalidInput
from scenarios.text import Text, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from networks.matrix import TravelMatrix
    from networks.network import RoadNetwork
    from scenarios.scenario import Scenario

NOWHERE_M = 20_000
"""A place farther than this from every road is not of this network."""

SHOWN = 30
"""Most places that one note lists by name."""


def refuse_faraway(matrices: Mapping[str, TravelMatrix]) -> None:
    """Refuse a county of which more than half of the places are nowhere near the roads.

    Raises
    ------
    InvalidInput
        E350 with the counts and the distance of the nearest of them.
    """
    if not matrices:
        return
    distance_m = nearest_road_m(matrices)
    is_away = distance_m > NOWHERE_M
    if is_away.mean() > 0.5:
        nearest = distance_m[is_away].min()
        shown = "-" if np.isinf(nearest) else f"{nearest / 1000:.0f}"
        far, count = int(is_away.sum()), len(is_away)
        raise InvalidInput("E350", value=shown, far=far, count=count, limit=NOWHERE_M // 1000)


def nearest_road_m(matrices: Mapping[str, TravelMatrix]) -> np.ndarray:
    """Return (n,) metres from each place to the nearest road that any profile can use; inf where there is none."""
    found = np.array([matrix.snaps.table["distance_m"] for matrix in matrices.values()])  # (profiles, n)
    return np.asarray(np.where(np.isnan(found), np.inf, found).min(axis=0))


def road_notes(
    scenario: Scenario,
    network: RoadNetwork,
    matrices: Mapping[str, TravelMatrix],
    reach: Mapping[str, frozenset[str]],
) -> tuple[Text, ...]:
    """Return what to look at, the gravest first."""
    return (
        *_out_of_reach(scenario, matrices, reach),
        *_shifted(scenario, network),
        *_far(scenario, matrices),
        *_class_by_class(scenario, matrices, reach),
        *(Text(note.render("zh"), note.render("en")) for note in network.notes),
    )


def _out_of_reach(
    scenario: Scenario, matrices: Mapping[str, TravelMatrix], reach: Mapping[str, frozenset[str]]
) -> Iterator[Text]:
    """One note a place that no vehicle of the fleet can call at."""
    if not matrices:
        return
    served = frozenset().union(*reach.values())
    for place, road_m in zip(scenario.places, nearest_road_m(matrices), strict=True):
        if place.id in served:
            continue
        zh_road = "没有可用道路" if np.isinf(road_m) else f"最近的可用道路在 {road_m:.0f} 米外"
        en_road = "there is no usable road" if np.isinf(road_m) else f"the nearest usable road is {road_m:.0f} m away"
        yield Text(
            f"{place.name}（{place.id}）没有任何车型能到达，{zh_road}；补画道路或连接线，或放宽可到车型",
            f"{place.name} ({place.id}) is out of reach of every vehicle type, {en_road}; "
            "add a road or connector, or allow more vehicle types there",
        )


def _shifted(scenario: Scenario, network: RoadNetwork) -> Iterator[Text]:
    if scenario.roads.is_recipe:
        return
    report = looks_shifted(
        network, np.array([p.lon for p in scenario.places]), np.array([p.lat for p in scenario.places])
    )
    if report.is_shifted:
        now_m, then_m = report.median_m["wgs84"], report.median_m[report.datum]
        yield Text(
            f"地点坐标像是 {report.datum}：离道路的中位距离 {now_m:.0f} 米，按它换算后为 {then_m:.0f} 米；"
            "若是，请在 [datums] places 中声明",
            f"the places look as if given in {report.datum}: median distance to a road {now_m:.0f} m, "
            f"{then_m:.0f} m if converted; if so, declare it as places under [datums]",
        )


def _far(scenario: Scenario, matrices: Mapping[str, TravelMatrix]) -> Iterator[Text]:
    """One note for all places that are far from the roads of every class that reaches them."""
    tables = [set(matrix.snaps.far) for matrix in matrices.values()]
    near = {i for m in matrices.values() for i in m.snaps.table.loc[m.snaps.table["status"] == "ok", "id"]}
    far = set().union(*tables) - near
    if far:
        names = _named(scenario, far)
        yield Text(
            f"{len(far)} 个地点离最近的道路超过 300 米，可能缺路：{names}",
            f"more than 300 m from the nearest road, one may be missing: {counted(len(far), 'place')}: {names}",
        )


def _class_by_class(
    scenario: Scenario, matrices: Mapping[str, TravelMatrix], reach: Mapping[str, frozenset[str]]
) -> Iterator[Text]:
    """One note for each class of vehicle that misses places which another class reaches."""
    served = frozenset().union(*reach.values())
    for name, matrix in matrices.items():
        missed = set(matrix.snaps.unreachable) & served
        if missed:
            names = _named(scenario, missed)
            yield Text(
                f"道路类别 {name} 到不了 {len(missed)} 个地点：{names}",
                f"class {name} cannot reach {counted(len(missed), 'place')}: {names}",
            )


def _named(scenario: Scenario, ids: Iterable[str]) -> str:
    chosen = set(ids)
    names = [f"{place.name} ({place.id})" for place in scenario.places if place.id in chosen]
    tail = " ..." if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + tail
