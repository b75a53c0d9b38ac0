"""Scenarios over HTTP: three ways in, every fault at its place, revisions that never change."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from api.service.folders import packed
from tests.service.doors import Doors, document, files_of, open_doors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZIP = {"Content-Type": "application/zip"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def doors(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_doors(request.param, tmp_path_factory.mktemp("doors")) as found:
        yield found


def validate(doors: Doors, **parts: Any) -> dict[str, Any]:
    """Validate a document and return what was found."""
    answer = doors.ask("POST", "/scenarios:validate", json=document(**parts))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def create(doors: Doors, **parts: Any) -> dict[str, Any]:
    """Store a document and return the record, its ETag included."""
    answer = doors.ask("POST", "/scenarios", json=document(**parts))
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == answer.json()["etag"]
    assert answer.headers["location"] == f"/api/v1/scenarios/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


def change(doors: Doors, record: dict[str, Any], body: Any, **sent: Any) -> Any:
    headers = {"If-Match": record["etag"], **sent.pop("headers", {})}
    return doors.ask("PATCH", f"/scenarios/{record['id']}", json=body, headers=headers, **sent)


def content(doors: Doors, record: dict[str, Any], **query: str) -> Any:
    return doors.ask("GET", f"/scenarios/{record['id']}/revisions/{record['revision']}/content", params=query)


def test_json_zip_and_parts_are_the_same_scenario(doors: Doors) -> None:
    """All three hold 6 places, 3 vehicles and 8 orders without a fault; a folder around the files does not matter."""
    files = files_of()
    in_folder = packed({f"county/{name}": data for name, data in files.items()})
    answers = [
        doors.ask("POST", "/scenarios:validate", json=document()),
        doors.ask("POST", "/scenarios:validate", content=packed(files), headers=ZIP),
        doors.ask("POST", "/scenarios:validate", content=in_folder, headers=ZIP),
        doors.ask("POST", "/scenarios:validate", files=[("f", (name, data)) for name, data in files.items()]),
    ]
    for answer in answers:
        found = answer.json()
        assert (found["state"], found["places"], found["vehicles"], found["orders"]) == ("valid", 6, 3, 8)
        assert found["faults"] == []


def test_every_fault_is_told_at_once_where_it_lies_in_the_document(doors: Doors) -> None:
    """An unknown place, a bad number and a bad date: three pointers, each with code, both languages and remedy."""
    orders = document()["orders"]
    orders[1]["destination"] = "NOWHERE"
    orders[3]["pieces"] = "many"
    settings = {**document()["settings"], "date": "someday"}
    found = validate(doors, orders=orders, settings=settings)
    told = {fault["pointer"]: fault for fault in found["faults"]}
    assert found["state"] == "invalid"
    assert set(told) == {"/orders/1/destination", "/orders/3/pieces", "/settings/date"}
    fault = told["/orders/3/pieces"]
    assert (fault["code"], fault["file"], fault["row"], fault["value"]) == ("E311", "orders.csv", 5, "many")
    assert fault["remedy_zh"]
    assert "number" in fault["en"]


def test_money_is_whole_fen_and_faults_of_it_keep_that_name(doors: Doors) -> None:
    """150.5 fen are refused where they stand; 150 fen are 1.50 yuan in the file and 150 fen again on the way out."""
    vehicles = document()["vehicles"]
    vehicles[0]["fen_per_km"] = 150.5
    answer = doors.ask("POST", "/scenarios:validate", json=document(vehicles=vehicles))
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["faults"]] == ["/vehicles/0/fen_per_km"]
    vehicles[0]["fen_per_km"] = 150
    record = create(doors, vehicles=vehicles)
    with zipfile.ZipFile(io.BytesIO(content(doors, record, format="zip").content)) as archive:
        assert "1.50" in archive.read("vehicles.csv").decode()
    assert content(doors, record).json()["vehicles"][0]["fen_per_km"] == 150


def test_unknown_parts_columns_and_settings_are_refused_together(doors: Doors) -> None:
    """Three words that mean nothing, an undeclared datum: four faults, each with its pointer."""
    sent = document(extras=[])
    sent["orders"][0]["colour"] = "red"
    sent["settings"]["moon"] = "full"
    del sent["settings"]["datums"]
    answer = doors.ask("POST", "/scenarios", json=sent)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    pointers = {fault["pointer"] for fault in answer.json()["faults"]}
    assert pointers == {"/extras", "/orders/0/colour", "/settings/moon", "/settings/datums/places"}


def test_an_invalid_scenario_is_kept_and_can_be_mended(doors: Doors) -> None:
    """Revision 1 is invalid and cannot be planned (409); a change of one order makes a valid revision 2."""
    orders = document()["orders"]
    orders[0]["destination"] = "NOWHERE"
    record = create(doors, orders=orders)
    assert (record["state"], record["revision"], len(record["faults"])) == ("invalid", 1, 1)
    refused = doors.ask("POST", f"/scenarios/{record['id']}/solves", json={"iterations": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "E648")
    mended = change(doors, record, {"orders": {"upsert": [{"id": "D1", "destination": "A"}]}})
    assert (mended.status_code, mended.json()["state"], mended.json()["revision"]) == (200, "valid", 2)
    old = doors.ask("GET", f"/scenarios/{record['id']}/revisions/1").json()
    assert (old["state"], old["head"]) == ("invalid", 2)


def test_a_change_needs_the_etag_of_what_it_changes(doors: Doors) -> None:
    """Without If-Match 428; after somebody else's change 412, and the answer names the ETag of now."""
    record = create(doors)
    path = f"/scenarios/{record['id']}"
    assert doors.ask("PATCH", path, json={}).status_code == 428
    first = change(doors, record, {"settings": {"season": "wet"}})
    assert first.status_code == 200
    late = change(doors, record, {"settings": {"season": "dry"}})
    assert (late.status_code, late.json()["code"]) == (412, "E639")
    assert first.json()["etag"] in late.json()["en"]
    assert doors.ask("GET", path).headers["etag"] == first.json()["etag"]


@pytest.mark.parametrize("named", ["*", '"9-0000", {etag}'])
def test_a_change_may_name_any_revision_or_several(doors: Doors, named: str) -> None:
    """Past bug: 412 for the star, which matches whatever there is."""
    record = create(doors)
    answer = change(doors, record, {"settings": {"season": "wet"}}, headers={"If-Match": named.format(**record)})
    assert (answer.status_code, answer.json()["revision"]) == (200, 2)


def test_a_change_merges_settings_replaces_tables_and_takes_rows_out(doors: Doors) -> None:
    """The season changes and all else stays; one order is gone, one is new, one has more pieces."""
    record = create(doors)
    body = {
        "settings": {"season": "wet", "policy": {"penalty_low_fen": 12_345}},
        "orders": {
            "upsert": [{"id": "D1", "pieces": 21}, {"id": "NEW", "origin": "H", "destination": "A"}],
            "remove": ["D2"],
        },
    }
    changed = change(doors, record, body)
    assert (changed.status_code, changed.json()["state"]) == (200, "valid"), changed.text
    found = content(doors, changed.json()).json()
    assert (found["settings"]["season"], found["settings"]["name"]) == ("wet", "四村县")
    assert found["settings"]["policy"]["penalty_low_fen"] == 12_345
    orders = {order["id"]: order for order in found["orders"]}
    assert orders["D1"]["pieces"] == "21"
    assert "NEW" in orders
    assert "D2" not in orders
    assert len(orders) == 8


def test_a_scenario_goes_out_and_in_again_unchanged(doors: Doors) -> None:
    """The zip of a revision, sent again, is the same content byte for byte: the digests are equal."""
    record = create(doors)
    data = content(doors, record, format="zip").content
    again = doors.ask("POST", "/scenarios", content=data, headers=ZIP).json()
    assert again["digest"] == record["digest"]
    document_again = doors.ask("POST", "/scenarios", json=_without_list(content(doors, record).json())).json()
    assert document_again["digest"] == record["digest"]


def _without_list(found: dict[str, Any]) -> dict[str, Any]:
    assert found.pop("other_files") == []
    return found


def test_personal_columns_leave_the_scenario_and_come_back_masked(doors: Doors) -> None:
    """Name and phone are in no revision; a dispatcher sees stars, an administrator the fields and leaves a trace."""
    orders = document()["orders"]
    orders[0] |= {"recipient": "张三丰", "phone": "13812345678"}
    record = create(doors, orders=orders)
    assert (record["state"], record["personal_fields"]) == ("valid", 2)
    assert "13812345678" not in content(doors, record).text
    assert "张三丰".encode() not in content(doors, record, format="zip").content
    path = f"/scenarios/{record['id']}/revisions/1/orders/D1/personal"
    shown = doors.ask("GET", path).json()
    assert shown == {"order": "D1", "is_masked": True, "fields": {"recipient": "张**", "phone": "138******78"}}
    revealed = doors.ask("POST", f"{path}:reveal", role="admin").json()
    assert revealed["fields"] == {"recipient": "张三丰", "phone": "13812345678"}
    deeds = doors.ask("GET", "/audit", role="admin", params={"most": 500}).json()["items"]
    assert [deed["object"] for deed in deeds if deed["action"] == "personal.reveal"] == [record["id"]]
    assert "13812345678" not in json.dumps(deeds)


def test_a_service_without_a_key_file_keeps_no_personal_field_and_says_so(tmp_path: Path) -> None:
    """The order is stored, its phone is not, and a note tells."""
    orders = document()["orders"]
    orders[0] |= {"phone": "13812345678"}
    with open_doors("sqlite", tmp_path, has_key_file=False) as doors:
        record = create(doors, orders=orders)
        assert record["personal_fields"] == 0
        assert "personal fields not kept: 1" in [note["en"][-27:] for note in record["notes"]]


def test_personal_fields_follow_their_order_through_revisions(doors: Doors) -> None:
    """After a change D1 keeps its phone, D2 has the new one, and the fields of a removed order are gone."""
    orders = document()["orders"]
    for order, phone in zip(orders[:3], ("13800000001", "13800000002", "13800000003"), strict=True):
        order["phone"] = phone
    record = create(doors, orders=orders)
    body = {"orders": {"upsert": [{"id": "D2", "phone": "13900000002"}], "remove": ["D3"]}}
    changed = change(doors, record, body).json()
    found = {}
    for order in ("D1", "D2", "D3"):
        path = f"/scenarios/{record['id']}/revisions/{changed['revision']}/orders/{order}/personal:reveal"
        found[order] = doors.ask("POST", path, role="admin").json()["fields"]
    assert found == {"D1": {"phone": "13800000001"}, "D2": {"phone": "13900000002"}, "D3": {}}


def test_scenarios_are_listed_a_page_at_a_time_and_deleted(doors: Doors) -> None:
    """Pages of one follow each other by ``next``; what is deleted is 404 and no longer listed."""
    made = [create(doors)["id"] for _ in range(2)]
    listed, after = [], ""
    while True:
        page = doors.ask("GET", "/scenarios", params={"most": 1, "after": after}).json()
        listed += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert set(made) <= set(listed)
    assert listed == sorted(listed)
    assert doors.ask("DELETE", f"/scenarios/{made[0]}").status_code == 204
    assert doors.ask("GET", f"/scenarios/{made[0]}").status_code == 404
    assert doors.ask("GET", f"/scenarios/{made[1]}").status_code == 200


def test_a_scenario_beyond_the_limits_is_refused_with_the_limit(doors: Doors) -> None:
    """101 vans where 100 may be: 413 with E646."""
    vehicles = document()["vehicles"]
    vehicles[0]["count"] = 101
    answer = doors.ask("POST", "/scenarios", json=document(vehicles=vehicles))
    assert (answer.status_code, answer.json()["code"]) == (413, "E646")
    assert "100" in answer.json()["en"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "/vsicurl/http://x/y.geojson", "a/b/c.geojson"])
def test_settings_that_lead_out_of_the_folder_are_faults(doors: Doors, name: str) -> None:
    """Nothing outside is opened: the setting itself is the fault."""
    settings = document()["settings"]
    settings["roads"] = {"file": name}
    found = validate(doors, settings=settings)
    assert [(fault["code"], fault["pointer"]) for fault in found["faults"]] == [("E645", "/settings/roads/file")]


def test_a_road_file_that_cannot_be_read_is_a_fault_of_the_scenario(doors: Doors) -> None:
    """GeoJSON that is none: the parser's refusal is told with its file, as a fault and not as a failure."""
    files = {**files_of(), "roads.geojson": b'{"type": "FeatureCollection", "features": ['}
    answer = doors.ask("POST", "/scenarios", content=packed(files), headers=ZIP)
    assert (answer.status_code, answer.json()["state"]) == (201, "invalid")
    fault = answer.json()["faults"][0]
    assert (fault["code"][:2], fault["file"] or fault["en"]) >= ("E2", "roads.geojson")


@pytest.mark.parametrize("order", ["%00", "%F0%9F%9A%9A", "x" * 300])
def test_an_order_that_cannot_be_has_no_personal_fields(doors: Doors, order: str) -> None:
    """Zero bytes, pictures and long texts in a path: an empty answer, whatever the database thinks of them."""
    record = create(doors)
    path = f"/scenarios/{record['id']}/revisions/1/orders/{order}/personal"
    assert doors.ask("GET", path).json()["fields"] == {}
    assert doors.ask("POST", f"{path}:reveal", role="admin").json()["fields"] == {}


@pytest.mark.parametrize("ident", ["a\x00b", "x" * 300])
def test_personal_fields_of_an_order_that_cannot_be_are_not_kept(doors: Doors, ident: str) -> None:
    """Whose they are could not be written down: the upload is refused with E675, on both databases."""
    orders = f"id,origin,destination,phone\n{ident},H,A,13800000000\n".encode()
    answer = doors.ask("POST", "/scenarios", content=packed({**files_of(), "orders.csv": orders}), headers=ZIP)
    assert (answer.status_code, answer.json()["code"]) == (422, "E675")


def test_a_geopackage_with_a_view_is_a_fault_and_is_not_read(doors: Doors, tmp_path: Path) -> None:
    """Past gap: a view whose rows never end held the process that loads scenarios for half a minute."""
    with closing(sqlite3.connect(tmp_path / "roads.gpkg")) as database:
        rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
        database.execute(f"CREATE VIEW roads AS {rows}")
        database.commit()
    files = {**files_of(), "roads.gpkg": (tmp_path / "roads.gpkg").read_bytes()}
    found = doors.ask("POST", "/scenarios:validate", content=packed(files), headers=ZIP).json()
    assert [(fault["code"], fault["file"]) for fault in found["faults"]] == [("E698", "roads.gpkg")]


def test_a_revision_keeps_its_name_when_a_newer_one_is_called_otherwise(doors: Doors) -> None:
    """Past bug: revision 1, which never changes, was told under the name of revision 2."""
    record = create(doors)
    assert change(doors, record, {"settings": {"name": "改名县"}}).json()["name"] == "改名县"
    first = doors.ask("GET", f"/scenarios/{record['id']}/revisions/1").json()
    assert (first["name"], first["etag"]) == (record["name"], record["etag"])


def test_a_change_that_breaks_a_scenario_leaves_it_its_name(doors: Doors) -> None:
    """Past bug: an invalid revision had no name, and took it from those before."""
    record = create(doors)
    broken = change(doors, record, {"orders": {"upsert": [{"id": "D1", "pieces": -4}]}}).json()
    assert (broken["state"], broken["name"]) == ("invalid", record["name"])
    first = doors.ask("GET", f"/scenarios/{record['id']}/revisions/1").json()
    assert (first["state"], first["name"]) == ("valid", record["name"])
