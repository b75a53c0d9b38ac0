"""Bodies that nobody should send: each is refused at once, with a reason, and nothing breaks."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import stat
import time
import zipfile
import zlib
from functools import reduce
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from

from api.errors import InvalidInput
from api.service.body import MOST_LEVELS, levels, refuse_halves
from api.service.folders import MOST_FILES, checked, is_plain_path, packed, stored_files, unpacked
from api.service.folders import SMALL as SMALL_FILE
from api.service.room import AT_ONCE, room
from api.service.uploads import document_of, from_zip
from scenarios.settings import FILE
from tests.service.doors import ROOT, SMALL, Doors, document, files_of, open_doors

if TYPE_CHECKING:
    from collections.abc import Iterator

ZIP = {"Content-Type": "application/zip"}
JSON = {"Content-Type": "application/json"}
SOON_S = 5
"""Far above what a refusal takes, far below what the work would: no timing decides on a loaded machine."""


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_doors("sqlite", tmp_path_factory.mktemp("doors")) as found:
        yield found


def refusal(doors: Doors, content: Any, headers: dict[str, str], path: str = "/scenarios:validate") -> tuple[int, str]:
    """Return status and code of the answer, which has to be a problem and to come soon."""
    began = time.monotonic()
    answer = doors.ask("POST", path, content=content, headers=headers)
    assert time.monotonic() - began < SOON_S
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert {"type", "title", "status", "detail", "code", "zh", "en", "faults"} <= set(told)
    assert told["status"] == answer.status_code
    return answer.status_code, told["code"]


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these members, whatever they are called."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return content.getvalue()


@pytest.mark.parametrize(
    "body", [b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b"[" * 3_000_000]
)
def test_json_that_is_nested_too_deep_is_refused_before_it_is_parsed(doors: Doors, body: bytes) -> None:
    """10,000 and 3,000,000 levels: 400 with E634."""
    assert refusal(doors, body, JSON) == (400, "E634")


def test_json_that_would_swell_is_refused_before_it_is_parsed(doors: Doors) -> None:
    """A million and a bit of empty lists are 3.6 MB to send and 80 MB to hold: 413 with E663."""
    assert refusal(doors, b'{"a":[' + b",".join([b"[]"] * 1_200_000) + b"]}", JSON) == (413, "E663")


def test_levels_are_counted_outside_of_strings_only() -> None:
    """Brackets in strings, after quotes that are escaped or not, do not count."""
    assert levels(b'{"a": "[[[[", "b\\"]": [[1]], "c\\\\": "[" }') == 3
    assert levels(json.dumps(document()).encode()) < MOST_LEVELS
    assert levels(b"") == 0


TOKENS = ("[", "]", "{", "}", "1", '"a"', r'"[\""', r'"\\"', r'"{\\\"["', r'"\\\\"', '""')
"""Brackets, and strings that hold brackets behind quotes and backslashes."""


@given(tokens=lists(sampled_from(TOKENS), max_size=30))
def test_levels_are_those_of_a_slow_count(tokens: list[str]) -> None:
    """One token after another, or bytes block by block: the same depth."""
    heights = accumulate({"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0) for token in tokens)
    deepest = max([0, *heights])
    with pytest.MonkeyPatch.context() as patch:
        for block in (1, 3, 1 << 20):
            patch.setattr("api.service.body.BLOCK", block)
            assert levels("".join(tokens).encode()) == deepest


def test_a_body_that_says_it_is_too_large_is_not_waited_for(doors: Doors) -> None:
    """10 GB are announced and none is sent: 413 with E635."""
    head = f"POST {ROOT}/scenarios HTTP/1.1\r\nHost: x\r\nContent-Length: {10 * 2**30}\r\n\r\n"
    url = doors.client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=SOON_S) as line:
        line.sendall(head.encode())
        answer = ""
        while "E635" not in answer and (heard := line.recv(65_536)):
            answer += heard.decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "E635" in answer


def test_a_body_that_grows_too_large_is_cut_off(doors: Doors) -> None:
    """Chunks without an announced length, 8 MB where 4 may be: 413, or the line is cut while sending."""

    def chunks() -> Iterator[bytes]:
        for _ in range(128):
            yield b" " * (64 << 10)

    with contextlib.suppress(httpx.TransportError):
        assert refusal(doors, chunks(), JSON) == (413, "E635")
    assert doors.ask("GET", "/healthz", role="").status_code == 200


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"orders.csv": b"0" * 200_000_000}, (413, "E643")),
        ({f"{i}.csv": b"0" * 40_000_000 for i in range(5)}, (413, "E643")),
        ({f"{i}.csv": b"" for i in range(MOST_FILES + 1)}, (413, "E642")),
        ({"../../x.csv": b""}, (422, "E631")),
        ({"/etc/x.csv": b""}, (422, "E631")),
        ({"a\\b.csv": b""}, (422, "E631")),
        ({"roads.osm": b"<xml/>"}, (422, "E631")),
        ({"inner.zip": b""}, (422, "E631")),
    ],
)
def test_a_zip_that_is_a_trap_is_refused(doors: Doors, members: dict[str, bytes], told: tuple[int, str]) -> None:
    """Bombs by size, by number and by name; nothing is unpacked further than the limits."""
    assert refusal(doors, archive(members), ZIP) == told


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"PK\x05\x06" + b"\0" * 18, b"PK\x01\x02" * 3_000])
def test_what_is_no_zip_is_refused(doors: Doors, data: bytes) -> None:
    """An empty archive has no scenario in it, everything else is no archive: never a failure of ours."""
    answer = doors.ask("POST", "/scenarios:validate", content=data, headers=ZIP)
    assert answer.status_code in (200, 400, 413), answer.text
    assert answer.json().get("state", "invalid") == "invalid"


def test_links_and_encrypted_entries_are_refused(doors: Doors) -> None:
    """A symbolic link to /etc/passwd is no file of a scenario."""
    entry = zipfile.ZipInfo("roads.geojson")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr(entry, "/etc/passwd")
    assert refusal(doors, content.getvalue(), ZIP) == (422, "E644")
    locked = bytearray(archive({"orders.csv": b"a"}))
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        locked[locked.index(mark) + (8 if mark == b"PK\x01\x02" else 6)] |= 1
    assert refusal(doors, bytes(locked), ZIP) == (400, "E641")


def test_a_zip_that_lies_about_sizes_is_refused() -> None:
    """An entry that declares one byte and holds a million does not unpack."""
    data = bytearray(archive({"orders.csv": b"0" * 1_000_000}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (1).to_bytes(4, "little")
    with pytest.raises(ValueError, match=r"^E641 ") as caught:
        unpacked(bytes(data))
    refused: InvalidInput = caught.value  # type: ignore[assignment]
    assert refused.code == "E641"


def test_equal_folders_are_equal_zips() -> None:
    """Order of files and the clock do not matter, and what was packed comes out."""
    files = files_of()
    backwards = dict(reversed(files.items()))
    assert packed(files) == packed(backwards)
    assert stored_files(packed(files)) == unpacked(packed(files)) == files


@pytest.mark.parametrize("kind", ["application/xml", "text/plain", "text/html", "image/png", "application/yaml"])
def test_other_kinds_of_content_are_refused(doors: Doors, kind: str) -> None:
    """A billion laughs is not even looked at: 415 with what is accepted."""
    laughs = b'<!DOCTYPE a [<!ENTITY b "&c;&c;">]><a>&b;</a>'
    assert refusal(doors, laughs, {"Content-Type": kind}) == (415, "E640")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nul", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"1e999999", b"[1]", b'"x"', b"9" * 100_000],
)
def test_what_is_no_json_object_is_refused(doors: Doors, body: bytes) -> None:
    """Broken JSON is 400; JSON of another kind is 422."""
    assert refusal(doors, body, JSON)[0] in (400, 422)


@pytest.mark.parametrize("text", ["\u0000", "a\nb", "=1+1", "𠀀" * 50, "'; DROP TABLE orders; --"])
def test_strange_text_is_told_or_kept_but_breaks_nothing(doors: Doors, text: str) -> None:
    """Control characters are faults; anything else is a name like others."""
    orders = document()["orders"]
    orders[0]["id"] = text
    sent = json.dumps(document(orders=orders), ensure_ascii=True).encode()
    answer = doors.ask("POST", "/scenarios", content=sent, headers=JSON)
    assert answer.status_code in (201, 422), answer.text


def test_unknown_fields_of_a_request_are_refused_with_their_pointer(doors: Doors) -> None:
    """A misspelt word is told and not passed over; so is a number sent as text."""
    record = doors.ask("POST", "/scenarios", json=document()).json()
    answer = doors.ask("POST", f"/scenarios/{record['id']}/solves", json={"iteration": 5, "seed": "7"})
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["faults"]} == {"/iteration", "/seed"}


def test_every_answer_bears_the_headers_that_keep_a_browser_safe(doors: Doors) -> None:
    """Answers, refusals and the page alike; the page runs nothing and fetches only its own style."""
    for path in ("/healthz", "/limits", "/docs", "/nowhere"):
        answer = doors.client.get(ROOT + path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
    page = doors.client.get(ROOT + "/docs").text
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


@pytest.mark.parametrize("path", ["/nowhere", "/scenarios/x/y/z", "/../../etc/passwd", "//", "/docs/"])
def test_an_address_that_is_none_is_told_as_a_problem(doors: Doors, path: str) -> None:
    """404 with E657, whatever the address looks like."""
    answer = doors.client.get(ROOT + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "E657")


def test_an_operator_sees_metrics_without_ids(doors: Doors) -> None:
    """Routes are counted by template; no id, county or key is on the page."""
    record = doors.ask("POST", "/scenarios", json=document()).json()
    page = doors.ask("GET", "/metrics", role="operator", county="").text
    assert 'route="/api/v1/scenarios"' in page
    for secret in (record["id"], doors.counties["a"], doors.keys["a", "viewer"]):
        assert secret not in page


def test_limits_are_told_as_they_are_held(doors: Doors) -> None:
    """What the operator has set is what a caller reads."""
    told = doors.ask("GET", "/limits").json()
    assert told["max_body_bytes"] == SMALL.max_body_bytes
    assert told["max_places"] == SMALL.max_places


def test_mutated_uploads_never_fail_on_our_side(doors: Doors) -> None:
    """Zips, CSV, TOML and GeoJSON with bytes changed, cut out and doubled: faults or refusals, never a 5xx."""
    files = files_of()
    for number, sent in enumerate(_mutants(files)):
        answer = doors.ask("POST", "/scenarios:validate", content=sent, headers=ZIP)
        assert answer.status_code < 500, (number, answer.text)


def _mutants(files: dict[str, bytes]) -> Iterator[bytes]:
    """Yield 40 uploads, drawn from a fixed seed."""
    seed = zlib.crc32(b"mutants")
    whole = packed(files)
    names = sorted(files)
    for number in range(40):
        seed = (seed * 1_103_515_245 + 12_345) % 2**31
        if number % 2:
            at = seed % len(whole)
            yield whole[:at] + bytes([seed % 256]) + whole[at + 1 + seed % 3 :]
        else:
            name = names[seed % len(names)]
            data = files[name]
            at = seed % max(1, len(data))
            changed = data[:at] + bytes([seed % 256]) * (seed % 4) + data[at + seed % 7 :]
            yield packed({**files, name: changed})


def test_half_a_character_is_refused_like_any_other_value(doors: Doors) -> None:
    """Past bug: the answer repeated it and could not be written, so it was a 500."""
    path = "/scenarios/scn_00000000000000000000000000/solves"
    answer = doors.ask("POST", path, content=b'{"seconds": "\\ud800"}', headers=JSON)
    assert 400 <= answer.status_code < 500
    status, _ = refusal(doors, b'{"name": "x", "\\ud800": 1, "document": {"\\ud800": "\\udfff"}}', JSON, "/scenarios")
    assert 400 <= status < 500


@pytest.mark.parametrize(
    "body", [b'{"events": {"a": "\\uDfff"}}', b'{"events": {"\\ud83d": 1}}', b'{"events": "\xed\xa0\x80"}']
)
def test_half_a_character_where_any_value_may_stand_is_refused(doors: Doors, body: bytes) -> None:
    """Past bug: the events of a replan with one were a 500. 400 with E633."""
    assert refusal(doors, body, JSON, "/plans/pln_00000000000000000000000000:replan") == (400, "E633")


def test_whole_characters_may_be_written_in_two_halves() -> None:
    """Also behind a backslash that is escaped; and what is no JSON is left to others."""
    for body in (b'{"a": "\\ud83d\\ude00"}', b'{"a": "\\\\ud83d"}', b'["\\ud800"'):
        refuse_halves(body)


def test_an_error_of_our_own_is_a_problem_with_the_headers_of_all_answers(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: 500 went out without request id and policy."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("api.service.stored_plans.listed", broken)
    answer = doors.ask("GET", "/plans")
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (500, 500, "E490")
    assert answer.headers["X-Request-Id"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "application/json"])
def test_a_plan_that_would_swell_is_refused_whatever_it_is_called(doors: Doors, kind: str) -> None:
    """Past bug: only bodies that were called JSON were counted: 413 with E663, 400 with E634."""
    path, named = "/scenarios/scn_00000000000000000000000000/plans", {"Content-Type": kind}
    assert refusal(doors, b'{"a":[' + b",".join([b"[]"] * 1_200_000) + b"]}", named, path) == (413, "E663")
    assert refusal(doors, b"[" * 10_000 + b"]" * 10_000, named, path) == (400, "E634")


def test_when_there_is_no_room_to_unpack_a_folder_the_caller_is_asked_to_come_again(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 with E656 for an upload and a document while all places are taken, and both go on afterwards."""
    sent = packed(files_of())
    record = doors.ask("POST", "/scenarios", content=sent, headers=ZIP).json()
    path = f"/scenarios/{record['id']}/revisions/1/content"
    monkeypatch.setattr("api.service.room.WAIT_S", 0.01)
    with contextlib.ExitStack() as taken:
        for _ in range(AT_ONCE):
            taken.enter_context(room())
        assert refusal(doors, sent, ZIP) == (429, "E656")
        assert doors.ask("GET", path).status_code == 429
    assert doors.ask("POST", "/scenarios:validate", content=sent, headers=ZIP).status_code == 200
    assert doors.ask("GET", path).status_code == 200


@pytest.mark.parametrize("head", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_caller_without_a_key_is_refused_before_the_body_has_come(doors: Doors, head: str) -> None:
    """Past bug: anybody could have the largest bodies held in memory. Here none is sent, and 401 comes all the same."""
    url = doors.client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=SOON_S) as line:
        line.sendall(f"POST {ROOT}/scenarios HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        answer = ""
        while "E630" not in answer and (heard := line.recv(65_536)):
            answer += heard.decode()
    assert answer.startswith("HTTP/1.1 401 ")
    assert "E630" in answer


def test_half_a_character_in_the_name_of_a_file_is_refused(doors: Doors) -> None:
    """Past bug: the zip in which files are kept cannot name it, so it was a 500."""
    sent = json.dumps({**document(), "files": {"\ud800.geojson": "x"}}).encode()
    assert refusal(doors, sent, JSON, "/scenarios") == (400, "E633")


def test_a_name_is_as_long_as_file_systems_have_it() -> None:
    """85 characters of three bytes are 255 bytes; with the suffix that is too long, 83 and the suffix are 253."""
    assert is_plain_path("甲" * 83 + ".csv")
    assert not is_plain_path("甲" * 85 + ".csv")


@pytest.mark.parametrize(
    "name", ["CON.csv", "nul.json", "lpt1 .a.csv", "feed/aux.txt", "\u202evsc.exe.csv", "a\u200b.csv", "\ufeffa.csv"]
)
def test_names_that_are_devices_elsewhere_or_not_as_they_look_are_refused(name: str) -> None:
    """Past bug: on Windows ``CON.csv`` is the console, and U+202E shows the rest of a name backwards."""
    assert not is_plain_path(name)
    assert all(map(is_plain_path, ("contour.csv", "console.json", "道路\u3000一.csv", "auxiliary/nulls.txt")))


def test_a_name_is_not_that_of_a_file_and_of_a_folder() -> None:
    """Past bug: the process that unpacked both ended early (E647), and road files were blamed."""
    with pytest.raises(InvalidInput, match=r"^E631 ") as caught:
        checked({"a.json": b"{}", "a.json/b.json": b"{}"})
    assert [(each.code, each.file) for each in caught.value.faults] == [("E644", "a.json")]


def test_a_table_that_nobody_can_read_is_kept_and_told_where_a_document_is_asked_for(doors: Doors) -> None:
    """Past bug: a 500 for a cell of 200,000 characters. Stored as invalid, 422 with E309, the zip as it was."""
    files = {**files_of(), "places.csv": files_of()["places.csv"] + b"X,village," + b"x" * 200_000 + b"\n"}
    record = doors.ask("POST", "/scenarios", content=packed(files), headers=ZIP).json()
    assert record["state"] == "invalid"
    path = f"/scenarios/{record['id']}/revisions/1/content"
    told = doors.ask("GET", path)
    assert (told.status_code, [each["code"] for each in told.json()["faults"]]) == (422, ["E309"])
    assert stored_files(doors.ask("GET", path, params={"format": "zip"}).content) == files
    changes = {"places": {"remove": ["X"]}}
    answer = doors.ask("PATCH", path.partition("/revisions")[0], json=changes, headers={"If-Match": record["etag"]})
    assert (answer.status_code, answer.json()["faults"][0]["pointer"]) == (422, "/places")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[a" + ".a" * 500 + "]", reduce(lambda below, _: {"a": below}, range(12), None)),
        ("x = nan", {"x": "nan"}),
        ("x = 0x1" + "0" * 4_000, {"x": "0x1" + "0" * 4_000}),
        ("[policy]\npenalty_low_yuan = 0x1" + "0" * 4_000, {"policy": {"penalty_low_fen": "0x1" + "0" * 4_000}}),
        ("policy = 3\n'policy.penalty_low_yuan' = 5", {"policy": 3, "policy.penalty_low_yuan": 5}),
    ],
)
def test_settings_that_no_document_can_hold_are_shown_as_far_as_it_can(written: str, shown: Any) -> None:
    """Past bugs: tables 500 deep, numbers of 4,816 digits and quoted dots were a 500, and NaN is no JSON."""
    found = document_of({FILE: written.encode()})["settings"]
    assert found == shown | {"datums": {"places": "WGS-84"}}
    json.dumps(found, allow_nan=False)


def test_settings_as_large_as_no_county_has_them_are_refused(doors: Doors) -> None:
    """A megabyte may be, one byte more takes longer to parse than anybody should wait: 413 with E643."""
    checked({FILE: b"#" * SMALL_FILE})
    sent = archive({**files_of(), FILE: files_of()[FILE] + b"\n#" + bytes(range(32, 127)) * 11_100})
    assert refusal(doors, sent, ZIP) == (413, "E643")


def test_of_very_many_faults_the_first_are_listed_and_the_rest_counted(doors: Doors) -> None:
    """2,000 vehicles of one id: 500 faults and a note on 1,500; all of a long file would fill the memory of the API."""
    files = files_of()
    line = files["vehicles.csv"].splitlines()[1] + b"\n"
    told = doors.ask(
        "POST",
        "/scenarios:validate",
        content=packed({**files, "vehicles.csv": files["vehicles.csv"] + line * 2_000}),
        headers=ZIP,
    )
    assert len(told.json()["faults"]) == 500
    assert told.json()["notes"][-1]["en"] == "faults that are not listed: 1500"


@pytest.mark.parametrize("name", ["four_villages", "three_tiers", "mountain", "plain"])
def test_an_upload_without_personal_columns_is_kept_to_the_byte(name: str) -> None:
    """Past bug: 体积(L) was taken for a column that nobody knows, and the volumes of all orders were left out."""
    files = files_of(name)
    upload = from_zip(packed(files))
    assert upload.files == files
    assert upload.personal == ()
