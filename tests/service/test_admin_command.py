"""``gongpei admin`` does what an operator asks for, and says what is wrong with it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from api.command_line import run
from api.service.audit import deeds
from api.service.auth import caller_of
from api.service.database import open_database, sqlite_url
from api.service.tables import counties
from tests.service.rows import add_county, add_job, add_revision

if TYPE_CHECKING:
    from pathlib import Path


def admin(folder: Path, *words: str, lang: str = "en") -> int:
    """Run one deed on the SQLite file in ``folder``."""
    return run(["admin", *words, "--data", str(folder), "--lang", lang], lang)


def actions(folder: Path) -> list[str]:
    """Return what stands in the audit log of the SQLite file in ``folder``."""
    database = open_database(sqlite_url(folder / "gongpei.sqlite"))
    with database.read() as connection:
        found = [row["action"] for row in deeds(connection, county_id=None)]
    database.close()
    return found


def test_a_key_that_was_shown_opens_its_county_until_it_is_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made for a county by its name, found by its secret, gone after ``revoke``."""
    data = tmp_path / "data"
    assert admin(data, "county", "new", "--name", "青山") == 0
    county = capsys.readouterr().out.split()[0]
    assert admin(data, "key", "new", "--county", "青山", "--role", "planner") == 0
    secret = capsys.readouterr().out.splitlines()[-1]
    database = open_database(sqlite_url(data / "gongpei.sqlite"))
    caller = caller_of(database, f"Bearer {secret}")
    assert caller is not None
    assert (caller.county_id, caller.role) == (county, "planner")
    assert admin(data, "key", "revoke", caller.key_id) == 0
    assert caller_of(database, f"Bearer {secret}") is None
    database.close()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("county", "new", "--name", "县" * 201), "E695"),
        (("county", "new", "--name", "青\n山"), "E695"),
        (("county", "new", "--name", " "), "E695"),
        (("county", "new", "--name", "\udcff"), "E695"),
        (("downgrade", "nope"), "E401"),
        (("downgrade", "base"), "E401"),  # without the word that says that all data may go
        (("key", "new", "--role", "viewer"), "E616"),
        (("key", "new", "--role", "brand", "--county", "X"), "E616"),
        (("key", "new", "--role", "viewer", "--county", "X"), "E615"),
        (("key", "revoke", "key_1"), "E614"),
        (("county", "new"), "E401"),
        (("rotate-key",), "E401"),
        (("restore", "missing.gz"), "E402"),
        (("import", "missing.gz"), "E402"),
        (("export", "county.gz", "--county", "X"), "E615"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
) -> None:
    """Exit code 2 and a code of ours."""
    assert admin(tmp_path / "data", "upgrade") == 0
    assert admin(tmp_path / "data", *words) == 2
    assert code in capsys.readouterr().err


def test_a_folder_without_a_service_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Past bug: in the wrong folder a service was made: its backup had 0 rows, its audit chain was whole."""
    for words in (("backup", str(tmp_path / "b")), ("verify-audit",), ("key", "list"), ("county", "list"), ("purge",)):
        assert admin(tmp_path / "data", *words) == 2
        assert "E696" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_head_that_was_kept_is_looked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the check prints can be given back as it is: found, and not found where the row is another."""
    assert admin(tmp_path, "county", "new", "--name", "青山") == 0
    capsys.readouterr()
    assert admin(tmp_path, "verify-audit") == 0
    words = capsys.readouterr().out.splitlines()[-1].split()
    assert words[:3] == ["gongpei", "admin", "verify-audit"]
    assert admin(tmp_path, *words[2:]) == 0
    assert admin(tmp_path, "verify-audit", "--kept", "1:" + "0" * 64) == 1
    assert "cut off" in capsys.readouterr().out


def test_a_county_has_a_name_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second of the same name is refused; where an import has brought one, both ids are told and either will do."""
    assert admin(tmp_path, "county", "new", "--name", "青山") == 0
    first = capsys.readouterr().out.split()[0]
    assert admin(tmp_path, "county", "new", "--name", "青山") == 2
    refused = capsys.readouterr().err
    assert "E618" in refused
    assert first in refused
    database = open_database(sqlite_url(tmp_path / "gongpei.sqlite"))
    with database.write() as connection:
        connection.execute(insert(counties).values(id="cty_2", name="青山", created_ms=0))
    database.close()
    assert admin(tmp_path, "key", "new", "--county", "青山") == 2
    told = capsys.readouterr().err
    assert all(each in told for each in ("E619", first, "cty_2"))
    assert admin(tmp_path, "key", "new", "--county", "cty_2") == 0


def test_a_service_is_backed_up_and_restored_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The county is there again, and the audit chain holds."""
    admin(tmp_path / "a", "county", "new", "--name", "青山")
    file = str(tmp_path / "b.gz")
    assert admin(tmp_path / "a", "backup", file) == 0
    assert admin(tmp_path / "b", "restore", file) == 0
    capsys.readouterr()
    assert admin(tmp_path / "b", "county", "list") == 0
    assert "青山" in capsys.readouterr().out
    assert admin(tmp_path / "b", "verify-audit") == 0


def test_a_county_goes_from_one_service_to_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the one that is named is there, both services have written it down, and a second time is refused."""
    for name in ("青山", "绿水"):
        admin(tmp_path / "a", "county", "new", "--name", name)
    file = str(tmp_path / "c.gz")
    assert admin(tmp_path / "a", "export", file, "--county", "青山") == 0
    assert admin(tmp_path / "b", "import", file) == 0
    capsys.readouterr()
    assert admin(tmp_path / "b", "county", "list") == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["青山"]
    assert (actions(tmp_path / "a")[-1], actions(tmp_path / "b")) == ("admin.export", ["admin.import"])
    assert admin(tmp_path / "b", "import", file) == 2
    assert "E682" in capsys.readouterr().err


def test_caches_are_pruned_on_demand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stale = tmp_path / "data" / "cache" / "cty_1" / "x.npz"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"x")
    os.utime(stale, (0, 0))
    assert admin(tmp_path / "data", "prune") == 0
    assert "1 files removed" in capsys.readouterr().out
    assert not stale.exists()


def test_keys_are_rotated_in_a_file_outside_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A newer key joins the first, which goes by a second command; a file within the data folder is refused."""
    file = tmp_path / "keys"
    assert admin(tmp_path / "data", "upgrade") == 0
    assert admin(tmp_path / "data", "rotate-key", "--key-file", str(file)) == 0
    before = file.read_text().splitlines()
    assert admin(tmp_path / "data", "rotate-key", "--key-file", str(file)) == 0
    both = file.read_text().splitlines()
    assert both[:-1] == before
    assert admin(tmp_path / "data", "rotate-key", "--drop-old", "--key-file", str(file)) == 0
    assert file.read_text().splitlines() == both[-1:]
    assert admin(tmp_path / "data", "rotate-key", "--key-file", str(tmp_path / "data" / "keys")) == 2
    assert "E672" in capsys.readouterr().err


def test_what_an_operator_does_with_all_the_data_stands_in_the_audit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rotation, drop and backup in the one database, the restoration in the other after what the backup brought."""
    keys, file = ("--key-file", str(tmp_path / "keys")), str(tmp_path / "b.gz")
    assert admin(tmp_path / "a", "upgrade") == 0
    for words in (("rotate-key", *keys), ("rotate-key", "--drop-old", *keys), ("backup", file), ("backup", file + "2")):
        assert admin(tmp_path / "a", *words) == 0
    assert admin(tmp_path / "b", "restore", file + "2") == 0
    assert actions(tmp_path / "a") == ["admin.rotate-key", "admin.drop-keys", "admin.backup", "admin.backup"]
    assert actions(tmp_path / "b") == ["admin.rotate-key", "admin.drop-keys", "admin.backup", "admin.restore"]
    assert admin(tmp_path / "b", "verify-audit") == 0
    assert capsys.readouterr().err == ""


def test_tables_go_down_and_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After ``downgrade base`` everything is gone and ``upgrade`` makes empty tables."""
    admin(tmp_path / "data", "county", "new", "--name", "A")
    assert admin(tmp_path / "data", "downgrade", "base", "--delete-all-data") == 0
    assert admin(tmp_path / "data", "upgrade") == 0
    capsys.readouterr()
    admin(tmp_path / "data", "county", "list")
    assert capsys.readouterr().out == ""


def test_nothing_is_forgotten_unless_somebody_says_after_how_many_days(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither setting nor option: nothing. A setting, then an option: a job of 1970 goes, and it is told."""
    assert admin(tmp_path, "county", "new", "--name", "青山") == 0
    database = open_database(sqlite_url(tmp_path / "gongpei.sqlite"))
    with database.write() as connection:
        add_county(connection)
        add_revision(connection)
        add_job(connection)
    capsys.readouterr()
    assert admin(tmp_path, "forget") == 0
    assert "nothing was deleted" in capsys.readouterr().out
    monkeypatch.setenv("GONGPEI_FORGET_DAYS", "400")
    assert admin(tmp_path, "forget") == 0
    assert "1 jobs, 0 plans and 0 revisions of scenarios deleted" in capsys.readouterr().out
    with database.write() as connection:
        add_job(connection)
    monkeypatch.delenv("GONGPEI_FORGET_DAYS")
    assert admin(tmp_path, "forget", "--days", "1", lang="zh") == 0
    assert "已删除 1 个任务" in capsys.readouterr().out
    database.close()
