"""Processes that fork from one that has imported everything: they begin, end and go, alone or with it."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.service.fork_server import PROGRAM, ForkServer
from tests.service.processes import processes_in
from tests.service.workers import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.service.fork_server import Process

TELLING = """
import os, subprocess, sys, tempfile, time
{before}
def main(folder, parent):
    print(os.getppid() == parent, tempfile.gettempdir() == str(folder), any("GONGPEI" in n for n in os.environ))
    sys.stdout.flush()
    for line in sys.stdin:
        if line == "more\\n":
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], cwd=folder)
        elif line == "raise\\n":
            raise ValueError("in the child")
        else:
            return int(line)
        print("done", flush=True)
    return 9
"""


@contextmanager
def fork_server(folder: Path, patch: pytest.MonkeyPatch, before: str = "") -> Iterator[ForkServer]:
    """Give a fork server whose children do what they are told; ``before`` runs as they are imported."""
    home = folder / "home"
    home.mkdir()
    (folder / "telling.py").write_text(TELLING.format(before=before))
    patch.syspath_prepend(folder)
    patch.setenv("GONGPEI_DATABASE", "postgresql://somebody:secret@host/name")
    found = ForkServer(home, "telling")
    yield found
    found.close()
    until(lambda: not processes_in(home))


def begun(fork_server: ForkServer, folder: Path, name: str = "job") -> Process:
    """Return a process in a folder of its own, which has said its first words."""
    place = folder / "home" / name
    place.mkdir()
    process = fork_server.begin(place)
    assert process.stdout.readline() == b"True True False\n"
    until(lambda: process.poll() is None and process.pid is not None)
    return process


def test_a_process_works_in_its_folder_without_the_secrets_of_the_service_and_tells_how_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once: one ends with 7, the other with an exception, which it writes to its own standard error."""
    with fork_server(tmp_path, monkeypatch) as one:
        first, second = begun(one, tmp_path, "a"), begun(one, tmp_path, "b")
        first.stdin.write(b"7\n")
        until(lambda: first.poll() == 7)
        assert second.poll() is None
        second.stdin.write(b"raise\n")
        until(lambda: second.poll() == 1)
        assert b"ValueError: in the child" in second.stderr.read()
        first.put_away()
        second.put_away()


def test_what_a_process_has_started_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it has ended before."""
    with fork_server(tmp_path, monkeypatch) as one:
        alive, ended = begun(one, tmp_path, "alive"), begun(one, tmp_path, "ended")
        for each in (alive, ended):
            each.stdin.write(b"more\n")
            assert each.stdout.readline() == b"done\n"
        ended.stdin.write(b"0\n")
        until(lambda: ended.poll() == 0)
        for name, each in (("alive", alive), ("ended", ended)):
            assert processes_in(tmp_path / "home" / name)
            each.put_away()
            until(lambda name=name: not processes_in(tmp_path / "home" / name))


def test_one_that_is_put_away_before_it_has_begun_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fork server still imports; nobody waits for it, and the next one begins."""
    with fork_server(tmp_path, monkeypatch, "time.sleep(0.5)") as one:
        place = tmp_path / "home" / "early"
        place.mkdir()
        early = one.begin(place)
        assert not one.is_ready
        early.put_away()
        assert (early.pid, early.returncode) == (None, None)
        begun(one, tmp_path).put_away()
        until(lambda: not processes_in(place))


def test_with_a_killed_fork_server_its_processes_go_and_another_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first process counts as killed; a fork server that never lived for long would not be started all the time."""
    with fork_server(tmp_path, monkeypatch) as one:
        first = begun(one, tmp_path, "first")
        assert first.pid is not None
        parent = int(Path(f"/proc/{first.pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])
        os.kill(parent, signal.SIGKILL)
        until(lambda: first.poll() == -signal.SIGKILL)
        with pytest.raises(OSError, match="unavailable"):
            one.begin(tmp_path / "home")
        until(lambda: one.warm() is None and one.is_ready)
        second = begun(one, tmp_path, "second")
        first.put_away()
        assert second.poll() is None
        second.put_away()


@pytest.mark.slow
def test_what_jobs_fork_from_has_one_thread_with_all_that_it_imports(tmp_path: Path) -> None:
    """A second one, of a library for matrices say, would be missing in what forks, with the locks that it held."""
    one = ForkServer(tmp_path)
    until(lambda: one.warm() is None and one.is_ready)
    (line,) = processes_in(tmp_path)
    assert PROGRAM in line
    (folder,) = (each for each in Path("/proc").glob("[0-9]*") if works_in(each, tmp_path))
    assert len(list((folder / "task").iterdir())) == 1
    one.close()


def works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False


def test_where_there_is_no_room_for_a_process_it_begins_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system refuses twice."""
    refusing = "real, left = os.fork, [2]\ndef fork():\n    if left.pop() if left else 0:\n        raise OSError(11)\n"
    with fork_server(tmp_path, monkeypatch, refusing + "    return real()\nos.fork = fork\nleft[:] = [1, 1]") as one:
        begun(one, tmp_path).put_away()
