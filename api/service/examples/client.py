"""A client of the service in Python: hands in a county's folder, watches the solve, writes the plan.

    export GONGPEI_KEY=gpk_...
    python -m api.service.examples.client http://127.0.0.1:8000 FOLDER plan.json --seconds 30

Nothing but ``httpx`` is needed: copy this file. A submission whose answer was lost is repeated under the same
``Idempotency-Key`` and finds the same job; an event stream that breaks is taken up where it broke.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
import uuid
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TRIES = 5
PAUSE_S = 1.0
SILENCE_S = 60.0
"""A stream that says nothing for so long, not even a heartbeat, is broken."""


def zipped(folder: Path) -> bytes:
    """Return the files of a scenario folder as a zip; what was computed from them stays at home."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder)
            if path.is_file() and inner.parts[0] not in {"cache", "out"}:
                archive.write(path, inner.as_posix())
    return packed.getvalue()


def submitted(http: httpx.Client, folder: Path, seconds: float) -> str:
    """Hand in a scenario and a solve; return the id of the job."""
    content = {"Content-Type": "application/zip"}
    scenario = answer(http.post("/scenarios", content=zipped(folder), headers=content))
    for fault in scenario["faults"]:
        say(f"{fault['code']} {fault.get('file', '')}:{fault.get('row', '')} {fault['en']}")
    solve = {"revision": scenario["revision"], "seconds": seconds}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    for _ in range(TRIES - 1):
        try:
            return str(answer(http.post(f"/scenarios/{scenario['id']}/solves", json=solve, headers=headers))["id"])
        except httpx.TransportError as error:
            say(f"no answer ({type(error).__name__}), sending again")
            time.sleep(PAUSE_S)
    return str(answer(http.post(f"/scenarios/{scenario['id']}/solves", json=solve, headers=headers))["id"])


def watched(http: httpx.Client, job: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a job until it has ended; a broken stream is taken up after its last event."""
    last = ""
    while True:
        headers = {"Last-Event-ID": last} if last else {}
        try:
            with http.stream("GET", f"/jobs/{job}/events", headers=headers, timeout=SILENCE_S) as stream:
                stream.raise_for_status()
                kind = ""
                for line in stream.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "id":
                        last = value
                    elif name == "event":
                        kind = value
                    elif name == "data":
                        yield {"event": kind, **json.loads(value)}
                        if kind == "end":
                            return
        except httpx.TransportError as error:
            say(f"line cut ({type(error).__name__}), taking up after event {last or 'none'}")
        time.sleep(PAUSE_S)


def answer(response: httpx.Response) -> dict[str, Any]:
    """Return the body; a problem is printed with its remedy and ends the program."""
    if response.is_success:
        body: dict[str, Any] = response.json()
        return body
    try:
        problem = response.json()
        for fault in problem.get("faults") or [problem]:
            say(f"{fault.get('code', '')} {fault.get('en', '')}; {fault.get('remedy_en', '')}")
    except ValueError:
        say(response.text[:500])
    raise SystemExit(f"{response.request.method} {response.request.url}: {response.status_code}")


def say(text: str) -> None:
    """Print to standard error."""
    sys.stderr.write(text + "\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Plan one folder through the service."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args(argv)
    headers = {"Authorization": f"Bearer {os.environ['GONGPEI_KEY']}"}
    with httpx.Client(base_url=f"{options.url}/api/v1", headers=headers, timeout=SILENCE_S) as http:
        job = submitted(http, options.folder, options.seconds)
        for event in watched(http, job):
            say(json.dumps(event, ensure_ascii=False))
        ended = answer(http.get(f"/jobs/{job}"))
        if ended["state"] != "done" or ended["plan_id"] is None:
            return 1
        plan = http.get(f"/plans/{ended['plan_id']}/export", params={"format": "json"})
        options.plan.write_bytes(plan.raise_for_status().content)
    say(f"{options.plan}: {ended['cost_fen'] / 100:.2f} yuan, {ended['unserved']} unserved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
