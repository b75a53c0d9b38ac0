"""Personal fields are sealed, shown masked, revealed on the record, carried, rotated and purged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.errors import InvalidInput
from api.service.audit import deeds
from api.service.personal import Owner, carry, keep, purge, reveal, rotate, shown
from api.service.personal_columns import PersonalValue
from api.service.sealing import KeyRing
from api.service.tables import personal
from tests.service.rows import COUNTY, SCENARIO, add_county, add_revision

if TYPE_CHECKING:
    from api.service.database import Database

RING = KeyRing(keys={"a": b"1" * 32})
NEWER = KeyRing(keys={"a": b"1" * 32, "b": b"2" * 32})
FIRST, SECOND = (Owner(county_id=COUNTY, scenario_id=SCENARIO, revision=n) for n in (1, 2))
VALUES = (
    PersonalValue(order="A1", field="recipient", value="王小明"),
    PersonalValue(order="A1", field="phone", value="13812345678"),
    PersonalValue(order="A2", field="recipient", value="李雷"),
)


@pytest.fixture
def kept(database: Database) -> Database:
    """Give a database with the fields of one revision."""
    with database.write() as connection:
        add_county(connection)
        add_revision(connection, created_ms=100)
        assert keep(connection, RING, FIRST, VALUES, at_ms=100) == 3
    return database


def test_what_lies_in_the_database_tells_no_name(kept: Database) -> None:
    with kept.read() as connection:
        boxes = [bytes(box) for box in connection.execute(select(personal.c.box)).scalars()]
    assert len(boxes) == 3
    assert not any("王小明".encode() in box or b"13812345678" in box for box in boxes)


def test_fields_are_shown_masked(kept: Database) -> None:
    with kept.read() as connection:
        assert shown(connection, RING, FIRST, ["A1", "A9"]) == {"A1": {"recipient": "王**", "phone": "138******78"}}


def test_a_look_at_the_field_itself_is_written_down_without_the_field(kept: Database) -> None:
    with kept.write() as connection:
        assert reveal(connection, RING, FIRST, "A1", key_id="key_1", at_ms=9)["phone"] == "13812345678"
        assert reveal(connection, RING, FIRST, "13812345678", key_id="key_1", at_ms=10) == {}
        found = deeds(connection, county_id=COUNTY)
    assert [row["action"] for row in found] == ["personal.reveal"] * 2
    assert found[0]["detail"] == {"order": "A1", "revision": 1, "fields": ["phone", "recipient"]}
    assert found[1]["detail"] == {"order": "", "revision": 1, "fields": []}
    assert "138" not in str([row["detail"] for row in found])


def test_another_county_finds_nothing(kept: Database) -> None:
    other = Owner(county_id="cty_2", scenario_id=SCENARIO, revision=1)
    with kept.read() as connection:
        assert shown(connection, RING, other, ["A1"]) == {}


def test_a_newer_revision_with_the_same_orders_has_the_same_fields(kept: Database) -> None:
    with kept.write() as connection:
        add_revision(connection, 2, created_ms=200)
        assert carry(connection, FIRST, 2) == 3
        assert shown(connection, RING, SECOND, ["A2"]) == {"A2": {"recipient": "李**"}}


def test_after_rotation_the_old_key_is_not_needed(kept: Database) -> None:
    with kept.write() as connection:
        assert rotate(connection, NEWER) == 3
        assert rotate(connection, NEWER) == 0
        only_new = KeyRing(keys={"b": b"2" * 32})
        assert shown(connection, only_new, FIRST, ["A2"]) == {"A2": {"recipient": "李**"}}
        with pytest.raises(InvalidInput, match="E670"):
            shown(connection, RING, FIRST, ["A2"])


def test_a_purge_takes_old_fields_only_and_is_written_down(kept: Database) -> None:
    newer = [PersonalValue(order="A3", field="recipient", value="韩梅梅")]
    with kept.write() as connection:
        assert keep(connection, RING, FIRST, newer, at_ms=200) == 1
        assert purge(connection, before_ms=150, at_ms=300) == 3
        assert set(shown(connection, RING, FIRST, ["A1", "A2", "A3"])) == {"A3"}
        assert deeds(connection, county_id=None)[-1]["detail"] == {"count": 3}


def test_a_change_of_the_scenario_does_not_make_personal_fields_younger(kept: Database) -> None:
    """Past bug: each PATCH carried them to a revision of today, so that no purge ever took them."""
    with kept.write() as connection:
        add_revision(connection, 2, created_ms=200)
        carry(connection, FIRST, 2)
        assert purge(connection, before_ms=150, at_ms=300) == 6
        assert shown(connection, RING, SECOND, ["A1", "A2"]) == {}
