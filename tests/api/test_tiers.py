"""A day across tiers at every door: who rides what, who follows what, and figures that count each piece once."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.cli import main
from api.exports.bundle import FILES, TIER_FILES, write_outputs
from api.kpi_views import kpi_views
from api.plan_file import read_plan, write_plan
from api.schemas import Origin, from_tiered
from api.tiered_day import view_tiered_day
from api.tiered_kpis import measure_tiers
from optimizer.repair import complete, without
from optimizer.schedule import draft_of
from optimizer.tiers.plan import settle
from optimizer.tiers.worth import held_legs
from scenarios.build import build_problem
from tests.api.pages import Page
from tests.api.tiered import BUS_OUT, FOUR, tiered_county, tiered_plan

if TYPE_CHECKING:
    from pathlib import Path

    from api.tier_views import TiersView
    from api.views import DayView
    from optimizer.tiers import Tiers
    from scenarios.build import County

BY_BUS, PESTICIDE, THROUGH_DOWN, THROUGH_UP = "H>A:中通:parcel", "H>A:-:pesticide", "H>B:中通:parcel", "B>H:邮政:parcel"

COST_PARTS = ("fixed", "distance", "time", "overtime", "pay", "line", "handling")


@pytest.fixture(scope="module")
def day() -> DayView:
    """Return the view of the plan."""
    county, tiers = tiered_county()
    kpis = measure_tiers(county, tiers, tiered_plan())
    origin = Origin(iterations=0)
    return view_tiered_day(county, tiers, tiered_plan(), kpis=kpis, violations=(), origin=origin, digest="")


@pytest.fixture(scope="module")
def shown(day: DayView) -> TiersView:
    """Return the part of the view that is about tiers."""
    assert day.tiers is not None
    return day.tiers


@pytest.fixture(scope="module")
def written(day: DayView, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write all outputs once."""
    folder = tmp_path_factory.mktemp("tiers")
    write_outputs(day, folder, lang="en")
    return folder


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a folder of the county with the plan beside it; the commands see the tiers of the example."""

    def with_tiers(*arguments: object, **options: object) -> County:
        county = build_problem(*arguments, **options)  # type: ignore[arg-type]
        return replace(county, tiers=replace(example_tiers(), problem=county.problem))

    for command in ("plan", "trace", "referee", "explain", "replan", "validate"):
        monkeypatch.setattr(f"api.commands.{command}.build_problem", with_tiers)
    shutil.copytree(FOUR, tmp_path / "four", ignore=shutil.ignore_patterns("cache"))
    write_plan(from_tiered(tiered_plan(), Origin(iterations=0)), tmp_path / "plan.json")
    return tmp_path


def example_tiers() -> Tiers:
    """Return the tiers of the example."""
    return tiered_county()[1]


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows, keyed by the English part of the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.split()[-1]: value for name, value in row.items()} for row in csv.DictReader(file)]


def test_each_piece_counts_once_however_many_legs_carry_it() -> None:
    """Eight orders of 20+10+10+20+5+10+10+4 pieces: 89, though 20 of them ride two legs and 20 the bus."""
    county, tiers = tiered_county()
    kpis = measure_tiers(county, tiers, tiered_plan())
    assert (kpis.pieces, kpis.carried_pieces, kpis.unserved_pieces) == (89, 89, 0)
    assert sum(brand.pieces for brand in kpis.brands) == 89
    assert kpis.cost_per_piece_fen == pytest.approx(tiered_plan().plan.cost.total_fen / 89)
    assert kpis.coverage == 1.0


def test_the_rows_of_costs_add_up_to_the_whole_and_the_fare_has_a_row() -> None:
    """8 yuan for the bus; nobody is hired, so that pay by the piece has no row."""
    county, tiers = tiered_county()
    kpis = measure_tiers(county, tiers, tiered_plan())
    assert kpis.line_cost_fen == 800
    assert sum(getattr(kpis, f"{part}_cost_fen") for part in COST_PARTS) == kpis.operating_cost_fen
    rows_shown = {view.key: view.value.en for view in kpi_views(kpis)}
    assert rows_shown["line_cost_fen"] == "8.00 yuan"
    assert "pay_cost_fen" not in rows_shown


def test_the_fare_is_per_trip_and_per_piece(shown: TiersView) -> None:
    """Two yuan and 20 pieces at 30 fen: 8 yuan; 20 kg of 40 kg and 100 l of 200 l: half full up to A."""
    (departure,) = shown.departures
    assert departure.fare_fen == 800
    assert [stop.fill for stop in departure.stops] == [0.5, 0.5, 0.0]


def test_the_bus_is_drawn_along_roads(shown: TiersView) -> None:
    """A line for each of its two stretches, from the hub to A."""
    (departure,) = shown.departures
    assert len(departure.course) == 2
    assert departure.course[0][0] == pytest.approx((109.3, 30.2), abs=1e-4)
    assert departure.course[-1][-1] == pytest.approx((109.3519, 30.2451), abs=1e-3)


def test_a_table_says_which_bag_rides_which_departure(written: Path) -> None:
    """One bag of 20 pieces from the hub at 9:10 to A at 10:00."""
    (ride,) = rows(written / "rides.csv")
    assert (ride["departure"], ride["shipment"], ride["bags"], ride["pieces"]) == (BUS_OUT.id, BY_BUS, "1", "20")
    assert (ride["origin_id"], ride["board"], ride["destination_id"], ride["alight"]) == (
        *("H", "09:10:00"),
        *("A", "10:00:00"),
    )


def test_a_table_says_what_passes_the_station_in_both_directions(written: Path) -> None:
    """Ten pieces down to B and ten up from it; handled ten minutes after they have come at the earliest."""
    found = {row["shipment"]: row for row in rows(written / "handovers.csv")}
    assert {(i, row["direction"], row["pieces"]) for i, row in found.items()} == {
        (THROUGH_DOWN, "down", "10"),
        (THROUGH_UP, "up", "10"),
    }
    assert all(row["arrived"] < row["ready"] <= row["left"] for row in found.values())


def test_visits_name_shipments_with_their_leg(written: Path) -> None:
    """What goes through the station is on the trips as /1 and /2, what goes by bus on none."""
    named = " ".join(row["shipments"] for row in rows(written / "visits.csv")).split()
    assert {i for i in named if i.startswith(THROUGH_DOWN)} == {f"{THROUGH_DOWN}/1", f"{THROUGH_DOWN}/2"}
    assert BY_BUS not in named
    assert PESTICIDE in named


def test_a_station_takes_in_what_it_sends_on(shown: TiersView) -> None:
    """20 pieces arrive, are handled and leave; of 10 kg a shipment, never more than 20 kg are there."""
    (station,) = shown.stations
    for kind in ("inbound", "handled", "outbound"):
        assert sum(getattr(quarter, kind) for quarter in station.quarters) == 20
    assert station.fullest[0] <= 20_000


def test_the_outputs_of_an_ordinary_day_have_no_tables_of_tiers(written: Path) -> None:
    """Two more files for a day across tiers."""
    assert {path.name for path in written.iterdir()} == {*FILES, *TIER_FILES}


def test_the_report_follows_a_shipment_without_any_request(written: Path) -> None:
    """Every shipment has its stages in the page, found by shipment, order, brand and village."""
    page = Page(written / "report.html")
    paths = page.with_class("path")
    assert len(paths) == 8
    (bus,) = [path for path in paths if BY_BUS in path.attributes["data-words"]]
    assert "D1" in bus.attributes["data-words"]
    assert "3-0930" in bus.words
    assert "://" not in page.text


def test_run_sheets_have_a_slip_for_the_station_and_a_bag_list_for_the_bus(written: Path) -> None:
    """One page each, with who signs."""
    page = Page(written / "runsheets.html")
    slip, bags = page.by_id("slip-S"), page.by_id("bags-1")
    assert THROUGH_UP in slip.words
    assert "received" in slip.words
    assert BY_BUS in bags.words
    assert "09:10" in bags.words


def test_the_map_file_has_the_course_and_the_station(written: Path) -> None:
    """Two stretches of the bus and one station where goods change."""
    features = json.loads((written / "routes.geojson").read_text("utf-8"))["features"]
    kinds = [feature["properties"]["kind"] for feature in features]
    assert (kinds.count("line"), kinds.count("handovers")) == (2, 1)


def test_trace_follows_an_order_through_the_station(doors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """D2 is the parcel for B: loaded, left, handed over at S, handled, loaded again, delivered at B."""
    assert main(["trace", str(doors / "four"), str(doors / "plan.json"), "D2", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    stages = ["ready", "loading begins", "leaves", "handed over at the station", "handled", "delivered"]
    places = [text.index(stage) for stage in stages]
    assert places == sorted(places)
    assert THROUGH_DOWN in text


def test_trace_names_near_ids_for_an_unknown_one(doors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """E431 and exit code 2."""
    assert main(["trace", str(doors / "four"), str(doors / "plan.json"), "D22", "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("E431 ")
    assert "D2" in error


def test_the_referee_judges_handovers(doors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan is accepted; without its handovers it is not."""
    line = ["referee", str(doors / "four"), str(doors / "plan.json"), "--lang", "en"]
    assert main(line) == 0
    write_plan(from_tiered(replace(tiered_plan(), handovers=()), Origin()), doors / "plan.json")
    assert main(line) == 1
    assert THROUGH_DOWN in capsys.readouterr().out


@pytest.mark.slow
def test_a_day_across_tiers_goes_on_and_every_answer_is_judged_again(
    doors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 07:00 an order for B is new: three plans with handovers; one that forgets them is refused by that rule."""
    events = doors / "events.toml"
    new = '[[added]]\nid = "N1"\nbrand = "中通"\norigin = "H"\ndestination = "B"\npieces = 2\n'
    events.write_text(f'now = "07:00"\n{new}', encoding="utf-8")
    asked = ["replan", str(doors / "four"), str(doors / "plan.json"), "--events", str(events)]
    assert main([*asked, "--iterations", "1", "--out", str(doors / "answers"), "--lang", "en"]) == 0
    assert "all three accepted by the referee" in capsys.readouterr().out
    judge = ["--events", str(events), str(doors / "plan.json"), "--lang", "en"]
    for name in ("smallest", "balanced", "cheapest"):
        answer = doors / "answers" / f"plan-{name}.json"
        assert main(["referee", str(doors / "four"), str(answer), *judge]) == 0
    record = read_plan(answer)
    assert record.tiers is not None
    bare = record.model_copy(update={"tiers": record.tiers.model_copy(update={"handovers": ()})})
    write_plan(bare, answer)
    capsys.readouterr()
    assert main(["referee", str(doors / "four"), str(answer), *judge]) == 1
    assert "[handover_count]" in capsys.readouterr().out


def test_plan_by_lines_is_refused_where_goods_may_not_go_direct(
    doors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B goes through the station only: E435 in place of a plan that its referee would refuse."""
    line = ["plan", str(doors / "four"), "--lines", "lines.json", "--iterations", "0", "--out", str(doors / "out")]
    assert main([*line, "--lang", "en"]) == 2
    assert (
        "E435 standing lines send all goods direct by vehicle, which these places do not allow: B"
        in capsys.readouterr().err
    )
    assert not (doors / "out" / "plan.json").exists()


def test_explain_points_to_trace_for_goods_that_are_carried(doors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And refuses questions about vehicles, E434."""
    line = ["explain", str(doors / "four"), str(doors / "plan.json"), "D2", "--lang", "en"]
    assert main(line) == 0
    assert "gongpei trace" in capsys.readouterr().out
    assert main([*line, "--vehicle", "van#1"]) == 2
    assert "E434" in capsys.readouterr().err


def test_validate_says_what_the_tiers_hold(doors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Station, line and ways."""
    assert main(["validate", str(doors / "four"), "--lang", "en"]) == 0
    text = capsys.readouterr().out
    for words in ("station S: handling 10 min, 40 pieces", "line 3 路: 1 departure", "1 places may go: S"):
        assert words in text


def test_validate_names_stops_that_no_road_reaches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stop moved 10 km into the hills is named, and so are the two courses that lead there and back."""
    folder = tmp_path / "moved"
    shutil.copytree(FOUR.parent / "three_tiers", folder, ignore=shutil.ignore_patterns("cache"))
    table = folder / "timetable.csv"
    text = table.read_text("utf-8-sig")
    assert "112.60751,28.410876" in text
    table.write_text(text.replace("112.60751,28.410876", "112.70751,28.510876"), "utf-8-sig")
    assert main(["validate", str(folder), "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "stop V023 is not on the road network" in told
    assert "line B1 has no road path from S01 to V023" in told


def test_explain_finds_out_why_goods_are_left_and_what_would_help(
    doors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pesticide for A, which may not go by bus, was an exception: it is studied as goods that go direct."""
    legs = held_legs(example_tiers(), tiered_plan())
    days = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in tiered_plan().plan.routes}
    drafts = {unit: [without(draft, {PESTICIDE}) for draft in trips] for unit, trips in days.items()}
    write_plan(
        from_tiered(settle(legs, complete(legs.problem, drafts, insert=False)), Origin(iterations=0)),
        doors / "plan.json",
    )
    assert read_plan(doors / "plan.json").plan.unserved[0].reason == "U100"
    line = ["explain", str(doors / "four"), str(doors / "plan.json"), PESTICIDE]
    assert main([*line, "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert f"{PESTICIDE}: not served (U1" in text
    assert "U100" not in text
    assert "a penalty of CNY" in text


@pytest.mark.slow
def test_plan_across_tiers_is_the_same_for_the_same_work(doors: Path) -> None:
    """Two runs with as many moves: equal bytes, version 2, and accepted."""
    for out in ("one", "two"):
        line = ["plan", str(doors / "four"), "--iterations", "0", "--out", str(doors / out), "--lang", "en"]
        assert main(line) == 0
    assert (doors / "one" / "plan.json").read_bytes() == (doors / "two" / "plan.json").read_bytes()
    record = read_plan(doors / "one" / "plan.json")
    assert record.tiers is not None
    assert len(record.tiers.rides) == 1
