"""Stands in for ``api.service.child`` where a test is about queue and workers and not about planning.

The request says what it does: ``steps`` incumbents, ``step_s`` apart, each with a checkpoint; ``begin_s`` before the
first; ``deaf``: it does not heed a wish to stop; ``dies``: it ends without a word after its steps; ``says``: the
message with which it ends. A cost falls by one a step, from the checkpoint that it was given.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FIRST_FEN = 1_000


def main(folder: Path, parent: int) -> int:
    """Do what the order says."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    order = json.loads((folder / "order.json").read_text("utf-8"))
    if os.getppid() != parent:
        return 1
    request = order["request"]
    stops = threading.Event()
    if not request.get("deaf"):
        threading.Thread(target=listen, args=(stops,), daemon=True).start()
    say({"is": "phase", "phase": "solve"})
    stops.wait(request.get("begin_s", 0))
    cost_fen = FIRST_FEN
    if (folder / "checkpoint.z").exists():
        cost_fen = json.loads(zlib.decompress((folder / "checkpoint.z").read_bytes()))["plan"]["cost"]["fixed_fen"]
        say({"is": "log", "text": f"from {cost_fen}"})
    for step in range(request.get("steps", 1)):
        if stops.wait(request.get("step_s", 0)):
            break
        cost_fen -= 1
        say({"is": "incumbent", "cost_fen": cost_fen, "unserved": 0, "search": "light"})
        say({"is": "checkpoint", "cost_fen": cost_fen, "file": write(folder, f"best-{step}", cost_fen)})
    if request.get("deaf"):
        time.sleep(600)
    if not request.get("dies"):
        say(request.get("says") or ending(folder, cost_fen, is_stopped=stops.is_set()))
    return 0


def ending(folder: Path, cost_fen: int, *, is_stopped: bool) -> dict[str, Any]:
    """Return the message with which a job is done."""
    figures = {"cost_fen": cost_fen, "bound_fen": None, "unserved": 0, "stopped": is_stopped}
    return {"is": "done", "plan": write(folder, "plan", cost_fen), "result": None, "versions": {}, **figures}


def write(folder: Path, name: str, cost_fen: int) -> str:
    """Write what looks like a plan and return its name."""
    plan = {"plan": {"cost": {"fixed_fen": cost_fen}, "unserved": []}, "origin": {"versions": {}}}
    (folder / f"{name}.z").write_bytes(zlib.compress(json.dumps(plan).encode()))
    return f"{name}.z"


def listen(stops: threading.Event) -> None:
    """Take a wish to stop."""
    for _ in sys.stdin:
        stops.set()


def say(message: dict[str, Any]) -> None:
    """Send a line to the worker."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
