"""Scenarios as JSON documents: to files and back, faults at their pointers."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidInput
from api.service.documents import files_of_document, pointer_of, rows_of_table, settings_of, toml_of
from api.service.folders import refuse_outside
from api.service.moments import instant, moment
from api.service.problems import problem
from api.service.uploads import changed, document_of, from_json, merged, parsed
from scenarios.columns import ORDERS
from scenarios.errors import Fault, adopt
from scenarios.files import read_scenario
from tests.service.doors import document, files_of
from tests.service.workers import LIBRARY

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
LEAF = st.booleans() | st.integers(-(10**6), 10**6) | TEXT


def pointers(caught: pytest.ExceptionInfo[InvalidInput]) -> set[str]:
    """Return the pointers of all faults of a refusal."""
    return {fault["pointer"] for fault in problem(caught.value)["faults"]}


@pytest.mark.parametrize("name", ["four_villages", "three_tiers", "plain"])
def test_a_county_of_the_library_is_the_same_after_json(name: str, tmp_path: Path) -> None:
    """Files to document to files: the scenario that is read has the digest of the library's."""
    for file, data in files_of_document(document(name)).items():
        (tmp_path / file).write_bytes(data)
    assert read_scenario(tmp_path).digest == read_scenario(LIBRARY / name).digest


@pytest.mark.parametrize("name", ["four_villages", "three_tiers", "plain", "mountain"])
def test_what_a_county_of_the_library_is_told_as_can_be_handed_in(name: str, tmp_path: Path) -> None:
    """Past bug: the list of other files was an unknown part, the datum was not said. Same digest, nothing left out."""
    for file, data in from_json(json.dumps(document_of(files_of(name))).encode()).files.items():
        (tmp_path / file).write_bytes(data)
    assert read_scenario(tmp_path).digest == read_scenario(LIBRARY / name).digest


def test_a_document_that_only_names_files_is_refused() -> None:
    """Which file is missing is told; files that are changed around it stay."""
    with pytest.raises(InvalidInput, match=r"^E631 ") as caught:
        files_of_document({**document(), "other_files": ["roads.geojson", "hills.gpkg"]})
    assert pointers(caught) == {"/other_files/1"}


@given(rows=st.lists(st.fixed_dictionaries({"id": TEXT.filter(str.strip), "brand": TEXT}), max_size=4))
def test_whatever_stands_in_cells_comes_out_as_it_went_in(rows: list[dict[str, Any]]) -> None:
    """Commas, quotes, apostrophes and formulas in CSV: each row keeps its place and its text."""
    data = files_of_document({**document(), "orders": rows})["orders.csv"]
    assert rows_of_table(data, ORDERS) == [{k: v for k, v in row.items() if v != ""} for row in rows]


@given(tree=st.dictionaries(TEXT, st.dictionaries(TEXT, LEAF, min_size=1, max_size=3), max_size=3))
def test_every_tree_of_settings_is_toml_that_can_be_read(tree: dict[str, Any]) -> None:
    """Whatever the keys are called, the text parses and has as many tables."""
    kept = {k: {n: v for n, v in t.items() if not n.endswith("fen") and "fen_" not in n} for k, t in tree.items()}
    kept = {name: table for name, table in kept.items() if table}
    assert set(tomllib.loads(toml_of(kept))) == set(kept)


def test_money_of_events_is_yuan_in_the_file() -> None:
    """1,250 fen are 12.50 yuan, in a setting and in a list of tables."""
    text = toml_of({"weights": {"vehicle_fen": 1_250}, "added": [{"id": "N", "penalty_fen": 100}]})
    found = tomllib.loads(text)
    assert found["weights"] == {"vehicle_yuan": "12.50"}
    assert found["added"] == [{"id": "N", "penalty_yuan": "1.00"}]


@pytest.mark.parametrize(
    ("part", "value", "pointer"),
    [
        ("orders", [{"id": "D1"}, {"id": ["a", ["b"]]}], "/orders/1/id"),
        ("orders", [{"id": "D1"}, {}], "/orders/1"),
        ("orders", "none", "/orders"),
        ("vehicles", [{"id": "v", "fixed_fen": "150"}], "/vehicles/0/fixed_fen"),
        ("vehicles", [{"id": "v", "fixed_yuan": 1}], "/vehicles/0/fixed_yuan"),
        ("files", {"orders.csv": "x"}, "/files/orders.csv"),
        ("files", {"a/b.geojson": 7}, "/files/a~1b.geojson"),
    ],
)
def test_a_value_that_no_file_could_hold_is_refused_at_its_pointer(part: str, value: Any, pointer: str) -> None:
    """Nested lists, empty rows, text for money, yuan for fen: the pointer is the place."""
    with pytest.raises(InvalidInput, match=r"^E631 ") as caught:
        files_of_document({**document(), part: value})
    assert pointer in pointers(caught)


@pytest.mark.parametrize(
    ("file", "row", "column", "pointer"),
    [
        ("orders.csv", 2, "id", "/orders/0/id"),
        ("orders.csv", 9, "件数", "/orders/7/pieces"),
        ("vehicles.csv", 3, "fixed_yuan", "/vehicles/1/fixed_fen"),
        ("orders.csv", 1, "colour", "/orders"),
        ("scenario.toml", 0, "policy.penalty_low_yuan", "/settings/policy/penalty_low_fen"),
        ("scenario.toml", 0, "conflicts[2].first", "/settings/conflicts/1/first"),
        ("events.toml", 0, "added[1].destination", "/events/added/0/destination"),
        ("roads.geojson", 4, "ref", "/files/roads.geojson"),
        ("variants.toml", 0, "variants[1].moon", "/variants"),
        ("", 0, "x", ""),
    ],
)
def test_a_place_in_a_file_is_a_place_in_the_document(file: str, row: int, column: str, pointer: str) -> None:
    """Rows count from the header, Chinese headers and yuan have the document's names."""
    assert pointer_of({"file": file, "row": row, "column": column}) == pointer


def test_settings_are_told_in_fen_with_dates_as_text() -> None:
    """What TOML holds as 12.5 yuan and as a date is 1,250 fen and text."""
    tree = tomllib.loads('date = 2026-04-15\n[policy]\npenalty_low_yuan = 12.5\nup_due = "16:30"\n')
    assert settings_of(tree) == {"date": "2026-04-15", "policy": {"penalty_low_fen": 1_250, "up_due": "16:30"}}


def test_a_merge_takes_nulls_out_and_leaves_the_rest() -> None:
    """The example of RFC 7396 in small."""
    assert merged({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}}) == {"b": {"c": 4, "d": 3}}


def test_a_change_of_rows_that_is_none_is_refused() -> None:
    """A word that means nothing beside upsert and remove is E651."""
    with pytest.raises(InvalidInput, match=r"^E651 "):
        changed(files_of(), b'{"orders": {"append": []}}')


@pytest.mark.parametrize(
    ("orders", "change", "pointer"),
    [
        ("id,pieces\nD1,1\nD1,2\n", {"upsert": [{"id": "D2"}]}, "/orders/1/id"),
        ("id,pieces,colour\nD1,1,red\n", {"upsert": [{"id": "D2"}]}, "/orders/0/colour"),
        ("id,pieces\nD1,1,red\n", {"remove": ["D2"]}, "/orders/0/"),
        ("id,pieces,件数\nD1,1,2\n", {"remove": ["D2"]}, "/orders/0/"),
    ],
    ids=["id twice", "unknown column", "no header", "column twice"],
)
def test_a_change_of_rows_loses_nothing_silently(orders: str, change: dict[str, Any], pointer: str) -> None:
    """Past bug: of two rows with one id the first was gone, an unknown column was gone, and nobody was told."""
    with pytest.raises(InvalidInput, match=r"^E631 ") as caught:
        changed({**files_of(), "orders.csv": orders.encode()}, json.dumps({"orders": change}).encode())
    assert pointer in pointers(caught)


def test_rows_without_an_id_and_rows_that_are_taken_out_are_no_guess() -> None:
    """Past bug: a row without an id went by its number and fell to the order of that name."""
    files = {**files_of(), "orders.csv": b"id,pieces\nD1,1\n,5\n1,2\nD1,3\n"}
    body = {"orders": {"upsert": [{"id": "1", "pieces": 9}, {"pieces": 6}], "remove": ["D1"]}}
    left = changed(files, json.dumps(body).encode()).files["orders.csv"].decode()
    assert left.splitlines()[1:] == [",,,5", "1,,,9", ",,,6"]


def test_names_that_stand_twice_are_refused() -> None:
    """Which of the two counts would be a guess."""
    with pytest.raises(InvalidInput, match=r"^E633 .*twice"):
        parsed(b'{"a": 1, "a": 2}')


@pytest.mark.parametrize(
    "text",
    [
        '[[closed]]\nfile = "../x.csv"',
        '[[closed]]\nfile = ["/etc/passwd"]',
        '[[variants]]\nclosures = ["a.csv", "../b.csv"]',
        'variants = [{a = {closures = "/vsicurl/http://x"}}]',
    ],
)
def test_events_and_variants_name_no_file_elsewhere(text: str) -> None:
    """Readers take a list of one for its entry, so a list hides nothing either."""
    with pytest.raises(InvalidInput, match=r"^E645 "):
        refuse_outside(text)
    refuse_outside('[[closed]]\nfile = "closed.csv"')


def test_binary_files_are_named_and_not_sent_as_text() -> None:
    """Text comes along in a document; what is none is listed."""
    found = document_of({**files_of(), "roads.gpkg": b"\xff\xfe\x00"})
    assert found["other_files"] == ["roads.gpkg"]
    assert "roads.geojson" in found["files"]


def test_a_fault_of_another_package_keeps_code_and_remedy_apart() -> None:
    """What networks says in one sentence is told as problem and remedy again."""
    inner = Fault(code="E301", file="roads.geojson")
    told = problem(InvalidInput("E631", count=1, faults=adopt(inner, file="roads.geojson")))["faults"][0]  # type: ignore[arg-type]
    assert (told["code"], told["zh"], told["remedy_zh"]) == ("E301", "缺少文件", "补上此文件，或改正文件夹路径")


def test_personal_columns_never_reach_the_files() -> None:
    """A recipient in the document is among the personal values and not in the order file."""
    sent = document()
    sent["orders"][0]["recipient"] = "欧阳娜娜"
    upload = from_json(json.dumps(sent).encode())
    assert [value.value for value in upload.personal] == ["欧阳娜娜"]
    assert "欧阳" not in upload.files["orders.csv"].decode()


def test_moments_are_rfc_3339() -> None:
    """Past midnight is the next day; milliseconds are UTC."""
    day = read_scenario(LIBRARY / "four_villages").date
    assert moment(day, 25 * 3_600) == "2026-04-16T01:00:00+08:00"
    assert instant(1_000) == "1970-01-01T00:00:01.000+00:00"
    assert instant(None) is None
