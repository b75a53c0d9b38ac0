"""Sealed boxes open with their key, at their place, and not otherwise."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidInput
from api.service.sealing import Box, KeyRing, add_key, drop_keys, read_ring

if TYPE_CHECKING:
    from pathlib import Path

RING = KeyRing(keys={"a": b"1" * 32, "b": b"2" * 32})


@given(st.text(max_size=200), st.text(max_size=30))
def test_what_is_sealed_comes_back_at_its_own_place(value: str, place: str) -> None:
    assert RING.open(RING.seal(value, place), place) == value


def test_a_box_that_was_moved_or_changed_does_not_open() -> None:
    box = RING.seal("王小明", "scn_1/1/A7/recipient")
    flipped = Box(key=box.key, content=box.content[:-1] + bytes([box.content[-1] ^ 1]))
    for wrong, place in ((box, "scn_1/1/A8/recipient"), (flipped, "scn_1/1/A7/recipient")):
        with pytest.raises(InvalidInput, match="E671"):
            RING.open(wrong, place)


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    old = KeyRing(keys={"a": b"1" * 32}).seal("x", "p")
    assert RING.open(old, "p") == "x"
    assert RING.seal("x", "p").key == "b"


def test_without_its_key_a_box_stays_shut() -> None:
    with pytest.raises(InvalidInput, match="E670"):
        KeyRing(keys={"c": b"3" * 32}).open(RING.seal("x", "p"), "p")


def test_equal_values_give_unequal_boxes() -> None:
    assert RING.seal("x", "p").content != RING.seal("x", "p").content


def test_a_key_file_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path, data = tmp_path / "keys" / "ring", tmp_path / "data"
    first = read_ring(path, data=data)
    assert path.stat().st_mode & 0o777 == 0o600
    second = add_key(path)
    ring = read_ring(path, data=data)
    assert ring.newest == second
    assert set(ring.keys) == {first.newest, second}
    drop_keys(path, {first.newest})
    assert set(read_ring(path, data=data).keys) == {second}


def test_a_key_made_while_others_are_dropped_stays(tmp_path: Path) -> None:
    """Past bug: those to stay were named, so that a key of that very moment was lost, and what it had sealed."""
    path = tmp_path / "ring"
    old = {add_key(path) for _ in range(5)}
    with ThreadPoolExecutor(6) as several:
        dropping = [several.submit(drop_keys, path, {each}) for each in old]
        made = {each.result() for each in [several.submit(add_key, path) for _ in range(20)]}
        for each in dropping:
            each.result()
    assert set(read_ring(path, data=tmp_path / "data").keys) == made


def test_key_files_in_the_data_folder_or_open_to_others_or_broken_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="E672"):
        read_ring(tmp_path / "data" / "ring", data=tmp_path / "data")
    path = tmp_path / "ring"
    add_key(path)
    path.chmod(0o644)
    with pytest.raises(InvalidInput, match="E673"):
        read_ring(path, data=tmp_path / "data")
    path.chmod(0o600)
    path.write_text('{"id": "x", "key": "AAAA"}\n')
    with pytest.raises(InvalidInput, match="E674"):
        read_ring(path, data=tmp_path / "data")


def test_a_key_file_that_cannot_be_read_or_made_is_said(tmp_path: Path) -> None:
    """A folder in its place, and a file where its folder should be."""
    (tmp_path / "ring").mkdir(mode=0o700)
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "ring", tmp_path / "file" / "ring"):
        with pytest.raises(InvalidInput, match="E680"):
            read_ring(path, data=tmp_path / "data")
