"""A client of the service in Python: hands in a county's folder, watches the solve, writes the plan.

    export GONGPEI_KEY=gpk_...
    python -m api.service.examples.client http://127.0.0.1:8000 FOLDER plan.json --seconds 30

Nothing but ``httpx`` is needed: copy this file. What got no answer is sent again: a solve under the same
``Idempotency-Key``, so that it finds the same job (a scenario may be stored twice; one is planned). An event stream
that breaks is taken up after its last whole event.
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
    from collections.abc import Iterable, Iterator, Sequence

PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Between a request without an answer and the next; the service may name another pause (``Retry-After``)."""
PASSING = (429, 502, 503, 504)
"""What a service that is full or away just now answers, or the proxy before it."""
SILENCE_S = 60.0
"""A line that says nothing for so long, not even a heartbeat, is broken."""


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
    headers = {"Content-Type": "application/zip"}
    scenario = asked(http, "POST", "/scenarios", content=zipped(folder), headers=headers).json()
    for fault in scenario["faults"]:
        say(f"{fault['code']} {fault.get('file', '')}:{fault.get('row', '')} {fault['en']}")
    solve = {"revision": scenario["revision"], "seconds": seconds}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    return str(asked(http, "POST", f"/scenarios/{scenario['id']}/solves", json=solve, headers=headers).json()["id"])


def watched(http: httpx.Client, job: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a job; whatever the stream said or did not say, the job knows whether it has ended."""
    last = "0"
    while True:
        pause_s = PAUSES_S[0]
        try:
            with http.stream("GET", f"/jobs/{job}/events", headers={"Last-Event-ID": last}) as stream:
                if not stream.is_success:
                    say(f"no events ({stream.status_code}), asking again")
                    pause_s = named_pause_s(stream, pause_s)
                for event in events(stream.iter_text()):
                    last = event.pop("id")
                    yield event
                    if event["event"] == "end":
                        return
        except httpx.TransportError as error:
            say(f"line cut ({type(error).__name__}), taking up after event {last}")
        if asked(http, "GET", f"/jobs/{job}").json()["ended_at"] is not None:
            return
        time.sleep(pause_s)


def events(texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield each event when its blank line has come; what a broken line leaves without one is no event."""
    rest = ""
    for text in texts:
        *blocks, rest = (rest + text).split("\n\n")
        for block in blocks:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if "data" in fields:
                yield {"id": fields["id"], "event": fields["event"], **json.loads(fields["data"])}


def asked(http: httpx.Client, method: str, path: str, **sent: Any) -> httpx.Response:
    """Return the answer to a request, sent again with longer and longer pauses while there is none."""
    for pause_s in PAUSES_S:
        try:
            response = http.request(method, path, **sent)
        except httpx.TransportError as error:
            say(f"no answer ({type(error).__name__}), sending again")
            time.sleep(pause_s)
        else:
            if response.status_code not in PASSING:
                return accepted(response)
            say(f"answer {response.status_code}, sending again")
            time.sleep(named_pause_s(response, pause_s))
    try:
        return accepted(http.request(method, path, **sent))
    except httpx.TransportError as error:
        raise SystemExit(f"{method} {path}: no answer ({type(error).__name__})") from None


def named_pause_s(response: httpx.Response, otherwise_s: float) -> float:
    """Return how long the service asks to wait."""
    named = response.headers.get("Retry-After", "")
    return float(named) if named.isdecimal() else otherwise_s


def accepted(response: httpx.Response) -> httpx.Response:
    """Return a good answer; a problem is printed with its remedy and ends the program."""
    if response.is_success:
        return response
    is_json = "json" in response.headers.get("Content-Type", "")
    problem: dict[str, Any] = response.json() if is_json else {"en": response.text[:500]}
    for fault in problem.get("faults") or [problem]:
        say(f"{fault.get('code', '')} {fault.get('en', '')}; {fault.get('remedy_en', '')}")
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
        ended = asked(http, "GET", f"/jobs/{job}").json()
        if ended["state"] != "done" or ended["plan_id"] is None:
            return 1
        plan = asked(http, "GET", f"/plans/{ended['plan_id']}/export", params={"format": "json"})
        options.plan.write_bytes(plan.content)
    say(f"{options.plan}: {ended['cost_fen'] / 100:.2f} yuan, {ended['unserved']} unserved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
