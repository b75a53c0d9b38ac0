"""In processes that open uploaded road files, GDAL reads the formats of the house and fetches nothing."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.service.bench import Benches
from api.service.child_process import begin
from api.service.fork_server import ForkServer
from api.service.gdal_bounds import ENVIRONMENT, READERS, view_faults
from api.service.settings import Limits
from tests.service.databases import fresh_database
from tests.service.jobs import claim, county, submit
from tests.service.workers import until

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = """
import json, sys
import pyogrio
print(json.dumps(sorted(pyogrio.list_drivers())))
for source in sys.argv[2:]:
    for given in (source, open(source, "rb").read()) if source.startswith(sys.argv[1]) else (source,):
        try:
            print(len(pyogrio.read_dataframe(given)))
        except Exception as error:
            print(type(error).__name__)
"""

VIRTUAL = (
    "<OGRVRTDataSource><OGRVRTLayer name='far'><SrcDataSource>{}</SrcDataSource><SrcLayer>far</SrcLayer>"
    "</OGRVRTLayer></OGRVRTDataSource>"
)

POINT = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [111.0, 31.0]}}

ENDLESS = "CREATE VIEW roads AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

FAR = json.dumps({"type": "FeatureCollection", "features": [POINT]}).encode()


@pytest.fixture
def asked_for() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server and what has been asked of it."""
    found: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(FAR)

        do_HEAD = do_GET  # noqa: N815 - the name that the server calls

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/far.geojson", found
        server.shutdown()
        thread.join()


def test_virtual_layers_and_addresses_are_not_followed(tmp_path: Path, asked_for: tuple[str, list[str]]) -> None:
    """A layer that points outside, one that points to an address, and addresses themselves; a plain file is read."""
    address, found = asked_for
    far, outside, fetched = tmp_path / "far.geojson", tmp_path / "outside.gpkg", tmp_path / "fetched.gpkg"
    far.write_bytes(FAR)
    outside.write_text(VIRTUAL.format(far))
    fetched.write_text(VIRTUAL.format(f"/vsicurl/{address}"))
    sources = [str(far), str(outside), str(fetched), address, f"/vsicurl/{address}", f"/vsicurl_streaming/{address}"]
    command = [sys.executable, "-c", READ, str(tmp_path), *sources]
    environment = {**os.environ, **ENVIRONMENT}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert json.loads(said[0]) == sorted(READERS)
    assert said[1:] == ["1", "1", *["DataSourceError"] * 7]
    assert found == []


def test_views_of_a_geopackage_are_found_and_what_is_none_has_none(tmp_path: Path) -> None:
    """One layer whose rows never end, one that is sound; a file that is no database is for its reader to tell."""
    (tmp_path / "inner").mkdir()
    for name, view in (("inner/endless.gpkg", ENDLESS), ("sound.GPKG", "CREATE TABLE roads (n)")):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            database.execute(view)
            database.commit()
    (tmp_path / "text.gpkg").write_text("not a database, and longer than a page " * 100)
    (fault,) = view_faults(tmp_path)
    assert (fault.code, fault.file) == ("E698", "inner/endless.gpkg")
    assert "inner/endless.gpkg has a view, roads" in fault.render("en")


def variables(pid: int) -> set[str]:
    """Return the variables that a process began with."""
    return set(Path(f"/proc/{pid}/environ").read_text("utf-8").split("\0"))


def test_what_reads_uploads_is_started_within_the_bounds(tmp_path: Path) -> None:
    """Processes that fork from the one of the kept scenarios, and the child of a job; this process stays as it was."""
    bounds = {f"{name}={value}" for name, value in ENVIRONMENT.items()}
    Benches({}, tmp_path).warm()
    kept = multiprocessing.get_context("forkserver").Process(target=time.sleep, args=(60,))
    kept.start()
    with fresh_database("sqlite", tmp_path) as database:
        submit(database, county(database), request={"steps": 600, "step_s": 0.1})
        fork_server = ForkServer(tmp_path, "benchmarks.service.light_child")
        child = begin(claim(database), tmp_path / "job", tmp_path / "cache", Limits(), fork_server)
    assert kept.pid is not None
    assert bounds <= variables(kept.pid)
    until(lambda: child.process.poll() is not None or child.process.pid is not None)
    assert child.process.pid is not None
    assert bounds <= variables(child.process.pid)
    assert not ENVIRONMENT.keys() & os.environ.keys()
    kept.kill()
    kept.join()
    child.put_away()
    fork_server.close()
