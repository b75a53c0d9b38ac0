"""A worker in a process of its own whose children are light.

``python -m benchmarks.service.light_worker URL DIR LEASE_S [SLOTS]``
"""

from __future__ import annotations

import sys
from pathlib import Path

from api.commands.worker import leave_on_signals
from api.service.database import open_database
from api.service.runner import Worker
from api.service.settings import Settings

LIGHT = "benchmarks.service.light_child"
"""What is no child of planning: it does what its request says."""


def main(url: str, folder: str, lease_s: float, slots: int) -> None:
    """Work until told to end."""
    settings = Settings(data=Path(folder), lease_s=lease_s, heartbeat_s=lease_s / 5, slots=slots)
    worker = Worker(database=open_database(url), settings=settings, program=LIGHT)
    leave_on_signals(worker)
    worker.run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1)
