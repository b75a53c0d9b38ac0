"""Generated counties look like counties, can be driven, and are the same for the same seed."""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.spatial import ConvexHull

from networks.errors import InvalidInput
from networks.matrix import travel_matrix
from networks.network import geodesic_m
from networks.points import Points
from networks.profiles import Conditions, load_profiles
from networks.synthetic import TERRAINS, CountyRoads, generate_county

SIZES = {"plain": (12, 350), "hill": (11, 220), "mountain": (11, 187), "pastoral": (7, 60)}
"""Townships and villages of a typical county of each kind."""


@cache
def typical(terrain: str) -> CountyRoads:
    """Return one typical county of the terrain; shared by the tests, which only look at it."""
    townships, villages = SIZES[terrain]
    return generate_county(terrain=terrain, townships=townships, villages=villages, seed=7)


def unreached(county: CountyRoads, profile: str) -> int:
    """Return how many places the profile cannot drive to, or not back from."""
    places = county.places
    points = Points(tuple(places["id"]), places["lon"].to_numpy(), places["lat"].to_numpy())
    duration_s = travel_matrix(county.network, load_profiles()[profile], points).duration_s
    return int(((duration_s[0] < 0) | (duration_s[:, 0] < 0)).sum())


@pytest.mark.parametrize("terrain", TERRAINS)
def test_a_county_has_one_hub_and_all_its_stations_and_villages(terrain: str) -> None:
    """12 townships and 350 villages asked for, 1 + 12 + 350 places given, names and codes all different."""
    places, (townships, villages) = typical(terrain).places, SIZES[terrain]
    assert places["tier"].tolist() == ["hub"] + ["station"] * townships + ["village"] * villages
    for column in ("id", "name", "code"):
        assert places[column].is_unique
    assert set(places["township"]) == set(places.loc[places["tier"] == "station", "township"])


def test_codes_are_twelve_digits_of_a_province_that_does_not_exist() -> None:
    """No code of GB/T 2260 begins with 99."""
    for county in map(typical, TERRAINS):
        assert county.places["code"].str.fullmatch(r"99\d{10}").all()


@pytest.mark.parametrize("terrain", TERRAINS)
def test_every_road_hangs_together(terrain: str) -> None:
    """One strong component, one-way streets included."""
    assert nx.is_strongly_connected(typical(terrain).network.to_networkx())


@pytest.mark.parametrize("terrain", TERRAINS)
def test_a_van_reaches_every_place_and_a_truck_most(terrain: str) -> None:
    """Gates and tracks stop the truck before at most an eighth of the places, the van nowhere."""
    assert unreached(typical(terrain), "van") == 0
    assert unreached(typical(terrain), "truck") <= 0.125 * len(typical(terrain).places)


def test_roads_are_a_mesh_in_a_plain_and_trees_in_mountains() -> None:
    """Independent loops of the main graph per village: more than half against less than a third."""
    loops = {}
    for terrain in ("plain", "mountain"):
        edges = typical(terrain).network.edges
        outside = edges[edges["road_class"] != "street"]
        graph = nx.Graph(zip(outside["u"], outside["v"], strict=True))
        independent = graph.number_of_edges() - graph.number_of_nodes() + nx.number_connected_components(graph)
        loops[terrain] = independent / SIZES[terrain][1]
    assert loops["plain"] > 0.5
    assert loops["mountain"] < 0.33


def test_mountain_roads_wind_and_climb_more_than_plain_ones() -> None:
    """Way from the hub over the straight line: about 1.3 in the plain, more in mountains; grades likewise."""
    detour, grade = {}, {}
    for terrain in ("plain", "mountain"):
        county = typical(terrain)
        places = county.places
        points = Points(tuple(places["id"]), places["lon"].to_numpy(), places["lat"].to_numpy())
        metres = travel_matrix(county.network, load_profiles()["van"], points).distance_m[0, 1:]
        hub = np.broadcast_to(points.lon[0], metres.shape), np.broadcast_to(points.lat[0], metres.shape)
        detour[terrain] = np.median(metres / geodesic_m(*hub, points.lon[1:], points.lat[1:]))
        grade[terrain] = np.quantile(np.abs(county.network.grade), 0.95)
    assert 1.1 < detour["plain"] < 1.6
    assert detour["mountain"] > detour["plain"] + 0.1
    assert grade["plain"] < 0.02
    assert 0.04 < grade["mountain"] < 0.12


@pytest.mark.parametrize("terrain", TERRAINS)
def test_no_road_is_steeper_than_twelve_percent(terrain: str) -> None:
    """Roads are cut, filled and lengthened until they can be climbed; elevations are known everywhere."""
    network = typical(terrain).network
    height_m = network.nodes["elevation_m"].to_numpy()
    rise_m = height_m[network.edges["v"]] - height_m[network.edges["u"]]
    assert np.abs(rise_m / network.edges["length_m"]).max() < 0.12


@pytest.mark.parametrize("terrain", TERRAINS)
def test_the_river_is_crossed_on_few_bridges_only(terrain: str) -> None:
    """Whatever piece of road meets the river's course is flagged as a bridge, and there are at most eight."""
    county = typical(terrain)
    is_over = county.network.edges.geometry.intersects(shapely.linestrings(county.river))
    bridge = county.network.edges["bridge"]
    assert bridge[is_over].all()
    assert 1 <= int(is_over.sum()) <= int(bridge.sum()) <= 8
    assert county.network.edges.loc[bridge, "length_m"].max() < 600


@pytest.mark.parametrize("terrain", TERRAINS)
def test_quality_falls_with_the_class(terrain: str) -> None:
    """National roads are asphalt, some village roads are gravel or dirt, tracks are bad; gates on last roads only."""
    edges = typical(terrain).network.edges
    assert set(edges.loc[edges["road_class"] == "G", "surface"]) == {"asphalt"}
    assert {"gravel", "dirt", "compacted"} & set(edges.loc[edges["road_class"] == "C", "surface"])
    gated = edges[edges["maxweight_t"].notna() | edges["maxwidth_m"].notna()]
    assert len(gated) > 0 or terrain == "pastoral"
    assert set(gated["road_class"]) <= {"C", "track1", "track2", "track3"}
    assert (edges["ref"].astype(str).str[:1] == edges["road_class"].astype(str))[edges["ref"] != ""].all()


def test_the_seat_has_one_way_streets_and_banned_turns() -> None:
    """Two neighbouring lines of the grid, one each way, and some crossings without a left turn."""
    for county in map(typical, TERRAINS):
        edges = county.network.edges
        assert (~edges["forward"]).any()
        assert (~edges["backward"]).any()
        assert (edges["forward"] | edges["backward"]).all()
        assert 1 <= len(county.network.turns) <= 6


def test_sizes_are_those_of_the_literature() -> None:
    """Assumed areas: about 1,200 km2 of plain, 2,400 of mountains; some herders live 60 km out."""
    area = {}
    for terrain, county in zip(TERRAINS, map(typical, TERRAINS), strict=True):
        lon, lat = county.places["lon"].to_numpy(), county.places["lat"].to_numpy()
        xy = np.column_stack(((lon - lon[0]) * np.cos(np.radians(lat[0])), lat - lat[0])) * 111.2
        area[terrain] = ConvexHull(xy).volume
        if terrain == "pastoral":
            assert 50 < np.hypot(*xy.T).max() < 90
    assert 900 < area["plain"] < 1_500
    assert 1_900 < area["mountain"] < 3_000
    assert all(70 < lon < 136 for county in map(typical, TERRAINS) for lon in county.places["lon"])


def test_people_live_in_towns_and_villages_by_size() -> None:
    """The seat is the largest place; a mountain village has fewer people than one in the plain."""
    means = {}
    for terrain, county in zip(TERRAINS, map(typical, TERRAINS), strict=True):
        places = county.places
        assert places["population"].idxmax() == 1
        means[terrain] = places.loc[places["tier"] == "village", "population"].mean()
    assert means["pastoral"] < means["mountain"] < means["plain"]


def test_the_same_seed_gives_the_same_county_and_another_seed_another() -> None:
    """Equal digests of the roads, equal tables of places."""
    again = generate_county(terrain="hill", townships=11, villages=220, seed=7)
    other = generate_county(terrain="hill", townships=11, villages=220, seed=8)
    assert again.network.digest == typical("hill").network.digest
    assert again.places.equals(typical("hill").places)
    assert other.network.digest != again.network.digest


@pytest.mark.parametrize("terrain", TERRAINS)
@pytest.mark.parametrize(("townships", "villages"), [(1, 1), (2, 3), (40, 45)])
def test_the_smallest_and_the_most_crowded_counties_work_too(townships: int, villages: int, terrain: str) -> None:
    """One village of one township is a county; so are nearly as many townships as villages."""
    county = generate_county(terrain=terrain, townships=townships, villages=villages, seed=3)
    assert len(county.places) == 1 + townships + villages
    assert unreached(county, "van") == 0


def test_refuses_a_terrain_that_nobody_knows() -> None:
    """The message lists those that are known."""
    with pytest.raises(InvalidInput, match=r"^E270 .*swamp.*plain, hill, mountain, pastoral"):
        generate_county(terrain="swamp", townships=3, villages=10, seed=0)


@pytest.mark.parametrize("change", [{"villages": 0}, {"villages": 1_001}, {"townships": 41}, {"seed": -1}])
def test_refuses_numbers_out_of_range(change: dict[str, int]) -> None:
    """Each bound from its far side."""
    arguments = {"townships": 3, "villages": 10, "seed": 0, **change}
    with pytest.raises(InvalidInput, match=r"^E271 "):
        generate_county(terrain="plain", **arguments)


@pytest.mark.parametrize("terrain", TERRAINS)
def test_rain_slows_the_van_but_cuts_nobody_off(terrain: str) -> None:
    """Fords, closed in the wet season, lie on loops only."""
    county, van = typical(terrain), load_profiles()["van"]
    points = Points(tuple(county.places["id"]), county.places["lon"].to_numpy(), county.places["lat"].to_numpy())
    dry, wet = (
        travel_matrix(county.network, van, points, conditions=Conditions(season=season)).duration_s
        for season in ("dry", "wet")
    )
    assert wet.min() >= 0
    assert (wet[0] >= dry[0]).all()
    assert wet[0].sum() > dry[0].sum()
