"""Keys of personal fields are rotated under a running service, and nothing that is sealed is lost."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.command_line import run
from api.errors import InvalidInput
from api.service.auth import Caller
from api.service.personal import Owner, keep, under_older_keys
from api.service.personal import rotate as rotate_boxes
from api.service.personal_columns import PersonalValue
from api.service.revisions import Draft, create
from api.service.sealing import KeyFile, KeyRing, add_key, drop_keys, read_ring
from api.service.tables import personal
from tests.service.databases import fresh_database
from tests.service.doors import Doors, document, open_doors
from tests.service.rows import COUNTY, SCENARIO, add_county, add_revision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from api.service.database import Database


def rotate(doors: Doors, *more: str) -> int:
    """Run ``rotate-key`` on the tables of a running service."""
    where = ["--data", str(doors.settings.data), "--key-file", str(doors.settings.key_file)]
    database = ["--database", doors.database.engine.url.render_as_string(hide_password=False)]
    return run(["admin", "rotate-key", *more, *where, *database], "en")


def stored(doors: Doors, name: str) -> str:
    """Store a county whose order D1 is for somebody, and return its id."""
    orders = document()["orders"]
    orders[0]["recipient"] = name
    answer = doors.ask("POST", "/scenarios", json=document(orders=orders))
    assert answer.json()["personal_fields"] == 1, answer.text
    found: str = answer.json()["id"]
    return found


def recipient(doors: Doors, scenario: str) -> str:
    """Return whom order D1 is for."""
    answer = doors.ask("POST", f"/scenarios/{scenario}/revisions/1/orders/D1/personal:reveal", role="admin")
    found: str = answer.json()["fields"]["recipient"]
    return found


def test_a_running_service_seals_with_the_newest_key_and_opens_what_was_sealed_before(tmp_path: Path) -> None:
    """Stored before, between and after rotation and drop: all three names are told, as nothing needs the first key."""
    with open_doors("sqlite", tmp_path) as doors:
        before = stored(doors, "王小明")
        assert rotate(doors) == 0
        between = stored(doors, "李雷")
        assert recipient(doors, before) == "王小明"
        assert rotate(doors, "--drop-old") == 0
        after = stored(doors, "韩梅梅")
        assert [recipient(doors, each) for each in (before, between, after)] == ["王小明", "李雷", "韩梅梅"]


def test_a_key_that_something_is_sealed_with_is_not_dropped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key was added and nothing sealed anew: one box is counted, and both keys stay."""
    with open_doors("sqlite", tmp_path) as doors:
        scenario, path = stored(doors, "王小明"), doors.settings.key_file
        assert path is not None
        add_key(path)
        assert rotate(doors, "--drop-old") == 2
        assert "E617" in capsys.readouterr().err
        assert len(read_ring(path, data=doors.settings.data).keys) == 2
        assert recipient(doors, scenario) == "王小明"


def test_a_key_is_not_dropped_while_a_box_under_it_is_being_stored(database: Database) -> None:
    """Past bug: on PostgreSQL what was stored, but not yet kept, was not counted. The look waits, and finds it."""
    old, both = KeyRing(keys={"a": b"1" * 32}), KeyRing(keys={"a": b"1" * 32, "b": b"2" * 32})

    def left() -> int:
        with database.write() as connection:
            return under_older_keys(connection, both)

    with database.write() as connection:
        add_county(connection)
        add_revision(connection)
    owner = Owner(county_id=COUNTY, scenario_id=SCENARIO, revision=1)
    value = PersonalValue(order="O1", field="phone", value="13800000000")
    with ThreadPoolExecutor(1) as other:
        with database.write() as connection:
            assert keep(connection, old, owner, [value], at_ms=0) == 1
            looking = other.submit(left)
            assert not wait([looking], timeout=0.3).done
        assert looking.result() == 1


def test_what_waits_for_a_drop_is_sealed_with_the_key_that_stays(database: Database, tmp_path: Path) -> None:
    """Past bug: a request had the keys in hand, was overtaken by rotation and drop, and stored what nobody opens."""
    keys = KeyFile(path=tmp_path / "keys", data=tmp_path / "data")
    with database.write() as connection:
        add_county(connection)
    caller = Caller(key_id="key_1", county_id=COUNTY, role="planner")
    draft = Draft(name="n", content=b"", personal=[PersonalValue(order="O1", field="phone", value="13800000000")])
    with ThreadPoolExecutor(1) as other:
        with database.write() as connection:
            assert under_older_keys(connection, keys.ring) == 0
            storing = other.submit(create, database, caller, draft, keys=keys)
            assert not wait([storing], timeout=0.3).done
            old, kept = keys.ring.newest, add_key(keys.path)
            drop_keys(keys.path, {old})
        storing.result()
    with database.read() as connection:
        assert connection.execute(select(personal.c.box_key)).scalars().all() == [kept]


def test_of_two_rotations_at_once_both_seal_with_the_newest_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: who had begun first sealed on with a key of the day before, and two of them undid each other's work."""
    real = rotate_boxes

    def meanwhile(connection: Connection, ring: KeyRing) -> int:
        count = real(connection, ring)
        if not other:
            assert doors.settings.key_file is not None
            other.append(add_key(doors.settings.key_file))
        return count

    other: list[str] = []
    with open_doors("sqlite", tmp_path) as doors:
        stored(doors, "王小明")
        monkeypatch.setattr("api.service.personal.rotate", meanwhile)
        assert rotate(doors) == 0
        assert rotate(doors, "--drop-old") == 0
        with doors.database.read() as connection:
            assert connection.execute(select(personal.c.box_key)).scalars().all() == other


def test_no_key_is_dropped_under_a_rotation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: on PostgreSQL the keys in hand could be dropped between the look at a box and its new seal."""
    real, is_held = rotate_boxes, []

    def looked(connection: Connection, ring: KeyRing) -> int:
        def count() -> None:
            with database.write() as looking:
                under_older_keys(looking, ring)

        if not is_held:
            looks.append(threads.submit(count))
            is_held.append(not wait(looks, timeout=0.3).done)
        return real(connection, ring)

    monkeypatch.setattr("api.service.personal.rotate", looked)
    looks: list[Future[None]] = []
    with fresh_database("postgresql", tmp_path) as database, ThreadPoolExecutor(1) as threads:
        words = ["--data", str(tmp_path / "data"), "--key-file", str(tmp_path / "keys")]
        url = database.engine.url.render_as_string(hide_password=False)
        assert run(["admin", "rotate-key", *words, "--database", url], "en") == 0
        looks[0].result()
    assert is_held == [True]


def test_an_operator_who_is_root_leaves_the_key_file_to_its_owner(tmp_path: Path) -> None:
    """Past bug: ``--drop-old`` left a file of root's, and the service could open no personal field any more."""
    if os.geteuid() != 0:
        pytest.skip("only root may give files away")
    path = tmp_path / "keys"
    old = read_ring(path, data=tmp_path / "data").newest
    add_key(path)
    os.chown(path, 12_345, 12_346)
    drop_keys(path, {old})
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (12_345, 12_346, 0o600)


def test_a_key_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    """A fresh key would seal beside what nobody opens any more."""
    keys = KeyFile(path=tmp_path / "keys", data=tmp_path / "data")
    keys.path.unlink()
    with pytest.raises(InvalidInput, match="E679"):
        _ = keys.ring
    assert not keys.path.exists()


def gone(path: Path) -> None:
    path.unlink()


def broken(path: Path) -> None:
    path.write_text("{}\n")


def open_to_all(path: Path) -> None:
    path.chmod(0o644)


@pytest.mark.parametrize(("spoil", "code"), [(gone, "E680"), (broken, "E674"), (open_to_all, "E673")])
def test_a_key_file_that_fails_a_running_service_is_the_operators_to_mend(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None], code: str
) -> None:
    """503 that names no path to whoever asked, the cause in the log, and all is well once the file is back."""
    with open_doors("sqlite", tmp_path) as doors:
        scenario, path = stored(doors, "王小明"), doors.settings.key_file
        assert path is not None
        kept = path.read_bytes()
        spoil(path)
        refused = doors.ask("POST", f"/scenarios/{scenario}/revisions/1/orders/D1/personal:reveal", role="admin")
        assert (refused.status_code, refused.json()["code"]) == (503, "E679")
        assert refused.headers["Retry-After"]
        assert str(path) not in refused.text
        assert code in {getattr(record, "code", "") for record in caplog.records}
        path.write_bytes(kept)
        path.chmod(0o600)
        assert recipient(doors, scenario) == "王小明"
