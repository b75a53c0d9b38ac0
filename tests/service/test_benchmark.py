"""The benchmark of the service in short: what it throws at the service is survived, whatever the figures."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.service import abuse, ends, kills, load
from benchmarks.service.fuzz import fuzz
from benchmarks.service.harness import ground
from benchmarks.service.uploads import mutated
from benchmarks.service.weeks import weeks
from tests.service.databases import KINDS, SERVER
from tests.service.workers import LIBRARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.service.harness import Ground

SMALL, WAYS = LIBRARY / "four_villages", LIBRARY / "variants" / "ways.toml"

pytestmark = pytest.mark.slow


@pytest.fixture(params=KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """Give a database of its own."""
    with ground(None if request.param == "sqlite" else SERVER, tmp_path) as made:
        yield made


@pytest.fixture
def on_a_file(tmp_path: Path) -> Iterator[Ground]:
    """Give a database of SQLite, where it does not matter which."""
    with ground(None, tmp_path) as made:
        yield made


def test_every_job_that_was_accepted_is_found_again(where: Ground) -> None:
    """A second of submits by four clients at once."""
    found = load.submits(where, SMALL, seconds=1)
    assert found["accepted"] > 0
    assert (found["other"], found["not_found"]) == (0, 0)


def test_states_are_read_while_two_solves_run(where: Ground) -> None:
    """Half a second of reads; both solves go on all the while."""
    found = load.reads(where, LIBRARY / "mountain", seconds=0.5)
    assert found["both_solving"]
    assert found["states_at_the_end"] == ["solving"] * 2
    assert found["reads"] > 0


def test_a_killed_api_has_lost_no_job_that_it_accepted(where: Ground) -> None:
    """What got no answer is sent again under its key and is one job."""
    found = kills.kill_api(where, kills=1)
    assert found["accepted"] > 0
    assert found["lost"] == 0


def test_killed_workers_lose_and_double_nothing(where: Ground) -> None:
    """Two kills of three workers; every job ends with one result."""
    found = kills.kill_workers(where, kills=2, pause_s=0.5)
    assert found["emptied"]
    assert (found["lost"], found["double_results"], found["orphans"]) == (0, 0, 0)


def test_random_cancels_leave_no_job_and_no_process(where: Ground) -> None:
    """Waiting, beginning, at work, deaf."""
    found = ends.random_cancels(where, cancels=10)
    assert found["none_open"]
    assert found["no_children"]
    assert set(found["states"]) <= {"cancelled", "done"}


def test_a_killed_service_leaves_no_solver(on_a_file: Ground) -> None:
    """One solve of two processes."""
    assert kills.kill_solving(on_a_file, LIBRARY / "mountain", kills=1)["orphans"] == 0


def test_a_solve_that_is_stopped_has_a_plan(on_a_file: Ground) -> None:
    """One is stopped, one cancelled."""
    assert ends.stop_solving(on_a_file, LIBRARY / "mountain", rounds=1)["plans_kept"] == 1


def test_a_comparison_that_is_stopped_ends(on_a_file: Ground) -> None:
    """With its whole days, or, where there are none yet, without."""
    found = ends.stop_comparing(on_a_file, SMALL, rounds=1)
    assert found["kept"] + found["cancelled"] + found["late"] == 1


def test_two_counties_are_never_a_tenth_apart(where: Ground) -> None:
    """Of 2 x 20 jobs never two more of one, with one worker of two slots and with three."""
    found = ends.fair_turns(where, each=20)
    for workers in (found["workers_1"], found["workers_3"]):
        assert (workers["served"], workers["largest_lead"], workers["lead_at_end"]) == (40, 1, 0)


def test_a_restart_of_postgresql_loses_nothing() -> None:
    """Once, at once, as after a crash of the server, while jobs are at work."""
    with tempfile.TemporaryDirectory() as name:  # the server runs as another user, who sees nothing of tmp_path
        Path(name).chmod(0o711)
        found = kills.restart_postgres(Path(name), restarts=1)
    assert found["emptied"]
    assert (found["lost"], found["double_results"], found["orphans"]) == (0, 0, 0)


def test_a_full_disk_is_503_and_harms_nothing(tmp_path: Path) -> None:
    """On a disk of 24 MB; where nothing may be mounted there is nothing to see."""
    found = abuse.full_disk(tmp_path, times=1)
    if "skipped" not in found:
        assert set(found["statuses_while_full"]) == {"503"}
        assert (found["integrity"], found["audit_broken_at"]) == ("ok", None)
        assert found["works_again_s"] < 30


def test_what_is_meant_to_do_harm_is_refused(on_a_file: Ground) -> None:
    """Each with its status; the service lives on."""
    found = abuse.hostile(on_a_file, bomb_bytes=1 << 27)
    assert {name: found[name]["status"] for name in found if name not in ("alive", "api_mb")} == {
        "zip_bomb": 413,
        "zip_of_100000_entries": 413,
        "zip_path_traversal": 422,
        "json_10000_deep": 400,
        "billion_laughs": 422,
        "body_of_10_gb": 413,
    }
    assert found["alive"]


def test_cases_drawn_from_the_page_meet_no_fault_of_ours(where: Ground) -> None:
    """Journeys along its links, and a few cases to every address; how late answers come is not judged here."""
    found = fuzz(where, SMALL, WAYS, cases=60)
    assert set(found["offences"]) <= {"late"}, found["offending"]
    assert found["cases"] >= 60
    assert found["jobs"]["done"] > 0
    assert found["alive"]


def test_days_of_use_leave_their_published_plans_and_a_whole_audit(where: Ground) -> None:
    """Two days of a county, after the second of which the first is forgotten but for what was published."""
    found = weeks(where, SMALL, days=2)
    assert found["published"] == 2
    assert found["forgotten"] == {"jobs": 2, "plans": 2, "revisions": 1}
    assert found["restored"] == found["rows"] > 0
    assert found["audit_whole"]


def test_mutated_uploads_meet_no_fault_of_ours(where: Ground) -> None:
    """Forty, some of which are sound all the same; how late answers come is not judged here."""
    found = mutated(where, SMALL, uploads=40)
    assert set(found["offences"]) <= {"late"}, found["offending"]
    assert sum(found["states"].values()) == found["cases"] == 40
    assert {"valid", "invalid", "refused"} <= set(found["states"])
    assert found["alive"]
