"""What speaks of persons where nothing is sealed is refused with its place, and no answer repeats it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.errors import InvalidInput
from api.service.masking import speaks_of_person
from api.service.personal_traces import traces
from api.service.problems import problem
from api.service.uploads import changed, from_json, from_parts
from scenarios.settings import LISTS, SETTINGS
from tests.service.doors import document, files_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PHONE = "13812345678"


def told(files: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """Return code, file and column of every fault of an upload, whose words hold no personal value."""
    with pytest.raises(InvalidInput, match=r"^E631 ") as caught:
        from_parts(files)
    content = problem(caught.value)
    assert PHONE not in json.dumps(content)
    assert "小明" not in json.dumps(content, ensure_ascii=False)
    return [(fault["code"], fault["file"], fault["column"]) for fault in content["faults"]]


def with_column(file: str, header: str, value: str) -> dict[str, bytes]:
    """Return the four villages with a column more in one table, filled in its first row."""
    lines = files_of()[file].decode("utf-8-sig").splitlines()
    more = [header, value, *[""] * (len(lines) - 2)]
    return {**files_of(), file: "\n".join(f"{a},{b}" for a, b in zip(lines, more, strict=True)).encode()}


@pytest.mark.parametrize("name", ["four_villages", "three_tiers", "plain", "mountain"])
def test_nothing_in_the_library_speaks_of_persons(name: str) -> None:
    assert list(traces(files_of(name))) == []


def test_stops_of_a_timetable_have_names() -> None:
    assert list(traces({"timetable.csv": b"line,departure,stop_name,name_en\n1,1,x,y\n"})) == []


def test_no_setting_speaks_of_persons() -> None:
    words = [*(c.name for c in SETTINGS), *(c.name for table in LISTS for c in table.columns)]
    assert [word for word in words if speaks_of_person(word)] == []


@pytest.mark.parametrize(
    ("file", "header"), [("places.csv", "联系电话"), ("vehicles.csv", "driver_phone"), ("places.csv", "负责人")]
)
def test_a_column_that_speaks_of_a_person_is_refused_in_every_table(file: str, header: str) -> None:
    """Past bug: the scenario was invalid, and stored with the numbers for every viewer to read."""
    assert ("E685", file, header) in told(with_column(file, header, PHONE))


@pytest.mark.parametrize(("column", "value"), [("pieces", PHONE), ("weight_kg", PHONE), ("id", f"小明{PHONE}")])
def test_numbers_of_persons_are_refused_where_a_row_was_shifted(column: str, value: str) -> None:
    """Past bug: a phone among the pieces was stored, with its value in the faults that every viewer reads."""
    orders = document()["orders"]
    orders[0][column] = value
    with pytest.raises(InvalidInput, match=r"^E631 ") as caught:
        from_json(json.dumps(document(orders=orders)).encode())
    found = problem(caught.value)
    assert [(fault["code"], fault["column"]) for fault in found["faults"]] == [("E685", column)]
    assert PHONE not in json.dumps(found)


def test_a_waybill_may_look_like_a_telephone_number() -> None:
    orders = document()["orders"]
    orders[0]["id"], orders[1]["id"] = PHONE, f"SF{PHONE}"
    from_json(json.dumps(document(orders=orders)).encode())


def test_a_table_that_no_reader_takes_is_refused_whole() -> None:
    """Past bug: orders_raw.csv lay in the stored folder in clear."""
    raw = f"订单号,收件人,电话\nA1,王小明,{PHONE}\n".encode()
    assert told({**files_of(), "orders_raw.csv": raw}) == [("E686", "orders_raw.csv", "")]
    assert told({**files_of(), "notes.txt": "王小明".encode()}) == [("E686", "notes.txt", "")]


def test_closures_and_what_the_settings_name_are_tables_of_a_scenario() -> None:
    """A closure file for later events, a timetable of its own name, a feed whose publisher has a telephone."""
    settings = files_of()["scenario.toml"] + b'[timetable]\nfile = "feed"\n'
    feed = {"feed/agency.txt": b"agency_id,agency_name,agency_phone\n1,x,02712345678\n"}
    closures = {"closed.csv": "道路,备注\n12,塌方\n".encode()}
    assert set(from_parts({**files_of(), "scenario.toml": settings, **feed, **closures}).files) >= {*feed, *closures}
    assert told({**files_of(), "closed.csv": f"道路,备注\n12,问{PHONE}\n".encode()}) == [("E685", "closed.csv", "备注")]


@pytest.mark.parametrize("number", [PHONE, f"+86 {PHONE}", "138-1234-5678", "11010519491231002X"])
def test_numbers_of_persons_are_refused_in_free_text(number: str) -> None:
    """A telephone in the name of a place or in a cell without a header; ids of orders are as long and stay."""
    places = files_of()["places.csv"].decode("utf-8-sig")
    head, first, *others = places.splitlines()
    cells = first.split(",")
    cells[next(i for i, cell in enumerate(head.split(",")) if cell in ("name", "名称"))] += number
    changed_places = "\n".join([head, ",".join(cells), *others])
    found = told({**files_of(), "places.csv": changed_places.encode()})
    assert [(code, file) for code, file, _ in found] == [("E685", "places.csv")]
    assert list(traces({"orders.csv": f"id,pieces\n{PHONE},1\n".encode()})) == []
    assert [f.column for f in traces({"orders.csv": f"id,pieces\nD1,1,{number}\n".encode()})] == ["*"]


@pytest.mark.parametrize(
    ("attributes", "column"),
    [({"联系人": "王小明"}, "联系人"), ({"phone": 1}, "phone"), ({"note": f"问{PHONE}"}, "*")],
)
def test_attributes_of_roads_that_speak_of_persons_are_refused(attributes: dict[str, object], column: str) -> None:
    """Names of roads and numbers that are ids are no persons."""
    plain = {"name": "G318", "name:en": "x", "osm_id": int(PHONE), "hotel": "yes"}
    roads = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {**plain, **attributes}}]}
    sent = document()
    sent["files"]["more.geojson"] = roads
    with pytest.raises(InvalidInput) as caught:
        from_json(json.dumps(sent).encode())
    assert [fault.column for fault in caught.value.faults] == [column]
    assert list(traces({"r.geojson": json.dumps({"properties": plain}).encode()})) == []


def test_road_files_and_settings_are_searched_too() -> None:
    assert [f.file for f in traces({"roads.gpkg": b"\0\xff" + PHONE.encode() + b"\0"})] == ["roads.gpkg"]
    assert [f.column for f in traces({"more.toml": b'a = {driver_phone = "x"}'})] == ["driver_phone"]
    assert [f.column for f in traces({"scenario.toml": f'name = "{PHONE}"'.encode()})] == ["*"]


def test_a_change_brings_none_in_either() -> None:
    body = {"files": {"orders_raw.csv": f"id,phone\nA1,{PHONE}\n"}}
    with pytest.raises(InvalidInput) as caught:
        changed(files_of(), json.dumps(body).encode())
    assert [fault.code for fault in caught.value.faults] == ["E686"]


def test_texts_without_an_end_are_read_in_linear_time() -> None:
    """A million escaped quotes; read again from each it would take hours."""
    assert list(traces({"r.geojson": b'"' + b'\\"' * 1_000_000})) == []
