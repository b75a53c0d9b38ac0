"""Vehicle profiles: the table of speeds and access as data, and the times that follow from it."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest

from networks.errors import InvalidInput
from networks.network import RoadNetwork, build_network
from networks.profiles import Conditions, arc_times, load_profiles

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = load_profiles()
WET = Conditions(season="wet")

TABLE = """
        G  S  X  Y  C  street service track1 track2 track3 track4
truck   50 45 35 28 20 18     12      12     -      -      -
van     55 50 40 32 24 20     15      15     12     8      -
three_wheeler 28 28 25 22 18 15 12    15     12     10     8
bus     45 40 32 25 18 15     -       -      -      -      -
"""
"""Free-flow km/h as the domain notes give them; "-" is barred."""


def road(*, rise_m: float = 0.0, **edges: object) -> RoadNetwork:
    """One edge of 1,000 m that rises ``rise_m`` from u to v."""
    return build_network(
        lon=[100, 100.01], lat=[30, 30], u=[0], v=[1], elevation_m=[0, rise_m], edges={"length_m": 1000.0, **edges}
    )


def kmh(profile: str, conditions: Conditions = Conditions(), *, rise_m: float = 0.0, **edges: object) -> float:  # noqa: B008 - frozen
    """Return the speed of ``profile`` along one edge; 0 where barred."""
    duration_s = arc_times(road(rise_m=rise_m, **edges), PROFILES[profile], conditions).duration_s[0, 0]
    return 3600 / duration_s


def rows() -> list[tuple[str, str, float]]:
    """Return (profile, class, km/h) for every cell of ``TABLE``."""
    head, *body = [line.split() for line in TABLE.strip().splitlines()]
    cells = [(line[0], kind, cell) for line in body for kind, cell in zip(head, line[1:], strict=True)]
    return [(name, kind, 0.0 if cell == "-" else float(cell)) for name, kind, cell in cells]


@pytest.mark.parametrize(("profile", "road_class", "expected"), rows())
def test_the_speed_table_is_the_domains(profile: str, road_class: str, expected: float) -> None:
    """Dry, level, nothing else known: the class decides."""
    assert kmh(profile, road_class=road_class) == pytest.approx(expected)


def test_three_wheelers_are_barred_from_motorways() -> None:
    """The others may use them."""
    assert kmh("three_wheeler", road_class="motorway") == 0
    assert min(kmh(name, road_class="motorway") for name in ("truck", "van", "bus")) > 0


@pytest.mark.parametrize(
    ("surface", "truck", "van"),
    [("compacted", 35, 40), ("gravel", 25, 30), ("ground", 18, 22), ("dirt", 18, 22), ("mud", 8, 10), ("sand", 8, 10)],
)
def test_surfaces_cap_the_speed(surface: str, truck: float, van: float) -> None:
    """A gravel national road is driven at the gravel cap, not at 50."""
    assert kmh("truck", road_class="G", surface=surface) == pytest.approx(truck)
    assert kmh("van", road_class="G", surface=surface) == pytest.approx(van)


def test_the_worst_of_several_surfaces_counts() -> None:
    """A list with asphalt and gravel is capped as gravel; a surface not listed is paved."""
    assert kmh("truck", road_class="G", surface="asphalt;gravel") == pytest.approx(25)
    assert kmh("truck", road_class="G", surface="cobblestone") == pytest.approx(50)


@pytest.mark.parametrize(("smoothness", "cap"), [("bad", 25), ("very_bad", 12), ("horrible", 6), ("impassable", 0)])
def test_smoothness_caps_the_speed(smoothness: str, cap: float) -> None:
    """Zero bars the road."""
    assert kmh("truck", road_class="G", smoothness=smoothness) == pytest.approx(cap)


def test_the_posted_limit_caps_the_speed() -> None:
    """30 on a national road; 90 changes nothing."""
    assert kmh("truck", road_class="G", maxspeed_kmh=30.0) == pytest.approx(30)
    assert kmh("truck", road_class="G", maxspeed_kmh=90.0) == pytest.approx(50)


@pytest.mark.parametrize(
    ("percent", "factor"),
    [(0, 1.0), (4, 1.0), (4.5, 0.9), (6, 0.9), (7, 0.8), (8, 0.8), (9, 0.65), (11, 0.5), (12, 0.5), (13, 0.35)],
)
def test_grade_slows_up_hill_by_steps(percent: float, factor: float) -> None:
    """Both sides of each boundary of the domain's table, on a truck's 50 km/h."""
    assert kmh("truck", road_class="G", rise_m=10 * percent) == pytest.approx(50 * factor)


def test_grade_never_bars_an_edge() -> None:
    """A 100 % slope is an error of the elevation: counted as 15 %, factor 0.35."""
    assert kmh("truck", road_class="G", rise_m=1000) == pytest.approx(50 * 0.35)


def test_a_steep_descent_is_capped_before_the_factor() -> None:
    """9 % down on a truck's 50: the law's 30 km/h times 0.65; up hill the cap is not meant: 50 x 0.65."""
    times = arc_times(road(rise_m=90, road_class="G"), PROFILES["truck"]).duration_s[0]
    assert (3600 / times).tolist() == pytest.approx([50 * 0.65, 30 * 0.65])


def test_a_narrow_bridge_is_crossed_at_30() -> None:
    """A 4 m bridge on a national road; wider or not a bridge, it is 50."""
    assert kmh("truck", road_class="G", bridge=True, maxwidth_m=4.0) == pytest.approx(30)
    assert kmh("truck", road_class="G", bridge=True, maxwidth_m=7.0) == pytest.approx(50)
    assert kmh("truck", road_class="G", maxwidth_m=4.0) == pytest.approx(50)


def test_the_wet_season_slows_unpaved_roads() -> None:
    """Gravel 25 x 0.6 = 15; asphalt stays; a track without a surface counts as unpaved: van 12 x 0.6."""
    assert kmh("truck", WET, road_class="X", surface="gravel") == pytest.approx(15)
    assert kmh("truck", WET, road_class="X", surface="asphalt") == pytest.approx(35)
    assert kmh("truck", WET, road_class="X") == pytest.approx(35)
    assert kmh("van", WET, road_class="track2") == pytest.approx(7.2)


@pytest.mark.parametrize("flag", ["ford", "seasonal"])
def test_the_wet_season_closes_fords_and_seasonal_roads(flag: str) -> None:
    """Open when dry."""
    assert kmh("van", road_class="X", **{flag: True}) == pytest.approx(40)
    assert kmh("van", WET, road_class="X", **{flag: True}) == 0


def test_the_worst_tracks_are_for_three_wheelers_when_dry() -> None:
    """Grade 4-5: 8 km/h dry, barred wet."""
    assert kmh("three_wheeler", road_class="track4") == pytest.approx(8)
    assert kmh("three_wheeler", WET, road_class="track4") == 0


def test_weather_slows_every_road() -> None:
    """Rain is a placeholder factor of 0.9."""
    assert kmh("truck", Conditions(weather="rain"), road_class="G") == pytest.approx(45)


@pytest.mark.parametrize(
    ("limit", "barred", "open_"), [("maxweight_t", 4.4, 4.5), ("maxwidth_m", 2.2, 2.3), ("maxheight_m", 3.2, 3.3)]
)
def test_the_box_truck_rejects_small_gates(limit: str, barred: float, open_: float) -> None:
    """Both sides of 4.5 t, 2.3 m and 3.3 m."""
    assert kmh("truck", road_class="X", **{limit: barred}) == 0
    assert kmh("truck", road_class="X", **{limit: open_}) > 0


def test_hgv_signs_bind_trucks_only() -> None:
    """hgv=no bars the truck; hgv=destination lets it end there."""
    assert kmh("truck", road_class="X", hgv="no") == 0
    assert kmh("van", road_class="X", hgv="no") == pytest.approx(40)
    assert arc_times(road(hgv="destination"), PROFILES["truck"]).transit.tolist() == [False]
    assert arc_times(road(hgv="destination"), PROFILES["van"]).transit.tolist() == [True]


@pytest.mark.parametrize(
    ("access", "is_open", "is_transit"),
    [("yes", True, True), ("destination", True, False), ("delivery", True, False), ("private", True, False),
     ("no", False, True)],
)  # fmt: skip
def test_access_decides_who_drives_through(access: str, is_open: bool, is_transit: bool) -> None:
    """destination, delivery and private only at the ends of a leg."""
    times = arc_times(road(access=access), PROFILES["van"])
    assert bool(np.isfinite(times.duration_s).all()) is is_open
    assert times.transit.tolist() == [is_transit]


def test_directions_and_closures_bar() -> None:
    """One way: the other direction takes for ever; closed: both do."""
    assert np.isfinite(arc_times(road(backward=False), PROFILES["van"]).duration_s).tolist() == [[True, False]]
    assert np.isfinite(arc_times(road(closed=True), PROFILES["van"]).duration_s).tolist() == [[False, False]]


def test_what_people_set_replaces_the_tables() -> None:
    """A speed by hand ignores caps and season, a duration by hand ignores even that; neither opens a closed road."""
    assert kmh("truck", WET, road_class="C", surface="mud", speed_kmh=36.0) == pytest.approx(36)
    assert kmh("truck", road_class="C", speed_kmh=36.0, duration_s=60.0) == pytest.approx(60)
    assert kmh("truck", road_class="C", duration_s=60.0, closed=True) == 0


def test_profiles_survive_the_way_to_a_child_process() -> None:
    """Pickled and back, equal and with the same text, on which caches rely."""
    again = pickle.loads(pickle.dumps(PROFILES["bus"]))  # noqa: S301 - our own bytes
    assert again == PROFILES["bus"]
    assert repr(again) == repr(PROFILES["bus"])


def test_an_unknown_season_or_weather_is_refused() -> None:
    """E224 names what is known."""
    with pytest.raises(InvalidInput, match=r"^E224 there is no season monsoon; known are: dry, wet"):
        Conditions(season="monsoon")
    with pytest.raises(InvalidInput, match=r"^E224 there is no weather hail"):
        arc_times(road(), PROFILES["van"], Conditions(weather="hail"))


def written(folder: Path, text: str) -> Path:
    """Write a profile file."""
    path = folder / "profiles.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_county_changes_only_what_differs(tmp_path: Path) -> None:
    """A wider gate for the van; the truck, and the rest of the van, stay as shipped."""
    own = load_profiles(written(tmp_path, "[profile.van.gate]\nwidth_m = 1.9\n"))
    assert own["van"].width_m == 1.9
    assert own["van"].height_m == PROFILES["van"].height_m
    assert own["truck"] == PROFILES["truck"]


def test_a_class_left_out_of_the_speeds_is_barred(tmp_path: Path) -> None:
    """The speeds of a profile are replaced as a whole."""
    own = load_profiles(written(tmp_path, "[profile.van.speed_kmh]\nG = 60\n"))
    assert own["van"].speed_kmh == {"G": 60}


def test_a_new_vehicle_follows_another(tmp_path: Path) -> None:
    """An electric van like the van, narrower."""
    own = load_profiles(written(tmp_path, '[profile.ev]\nlike = "van"\nname_en = "EV"\ngate.width_m = 1.6\n'))
    assert list(own) == ["truck", "van", "three_wheeler", "bus", "ev"]
    assert own["ev"].speed_kmh == PROFILES["van"].speed_kmh
    assert (own["ev"].id, own["ev"].width_m, own["ev"].name_en) == ("ev", 1.6, "EV")


def test_guesses_are_named_until_a_county_sets_them(tmp_path: Path) -> None:
    """The bus's gate is a placeholder as shipped, and none once it is given."""
    assert "profile.bus.gate" in PROFILES["bus"].placeholders
    assert "rules.weather_factor" in PROFILES["bus"].placeholders
    assert not any("truck" in path for path in PROFILES["bus"].placeholders)
    own = load_profiles(written(tmp_path, "[profile.bus.gate]\nweight_t = 6\nwidth_m = 2.2\nheight_m = 2.9\n"))
    assert "profile.bus.gate" not in own["bus"].placeholders


def test_all_faults_of_a_profile_file_come_at_once(tmp_path: Path) -> None:
    """Five mistakes, five faults, each at its dotted path, in both languages."""
    text = """
    [profile.truck.speed_kmh]
    G = -5
    Q = 10
    [profile.van]
    dry_only = "C"
    colour = 1
    [rules.access]
    private = "perhaps"
    """
    with pytest.raises(InvalidInput, match=r"^E205 profiles.toml has 5 faults") as caught:
        load_profiles(written(tmp_path, text))
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [
        ("E220", "profile.truck.speed_kmh.G"),
        ("E221", "profile.truck.speed_kmh.Q"),
        ("E220", "profile.van.dry_only"),
        ("E221", "profile.van.colour"),
        ("E220", "rules.access.private"),
    ]
    for fault in caught.value.faults:
        assert fault.render("zh") != fault.render("en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E201"),
        ("[profile.x", "E223"),
        ('[profile.ev]\nname_en = "EV"\n', "E205"),  # four keys are missing
        ('[profile.ev]\nlike = "tram"\n', "E224"),
        ("[rules.grade]\nfactor = [1, 0.5]\n", "E220"),
        ("[profile.van.speed_kmh]\n", "E222"),
        ("rules = 3", "E220"),
        ("[profile.van]\nenergy.curb_kg = nan\n", "E220"),
    ],
)
def test_a_wrong_profile_file_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """Never a traceback."""
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        load_profiles(written(tmp_path, text))


def test_a_profile_file_may_be_gb18030(tmp_path: Path) -> None:
    """Notepad in China saves so."""
    path = tmp_path / "profiles.toml"
    path.write_bytes('[profile.van]\nname_zh = "面包车"\n'.encode("gb18030"))
    assert load_profiles(path)["van"].name_zh == "面包车"
