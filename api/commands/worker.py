"""``gongpei worker``: one more worker of a service, on this machine or another; SIGTERM ends it in order."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from api.commands.options import whole
from api.commands.service_options import add_service, settings_of
from api.service.database import open_database
from api.service.logs import start_logs
from api.service.runner import Worker
from api.service.upgrade import require_newest
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from types import FrameType

HELP = Text("服务的求解进程：领取任务，可在多台机器上运行", "a worker of the service: takes jobs, on any machine")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    add_service(parser, lang)
    add_slots(parser, lang)


def add_slots(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare how many jobs run at a time."""
    slots = Text("同时处理的任务数（默认 1）", "jobs at a time (1 by default)")
    parser.add_argument("--slots", type=whole(1, 64), metavar="N", help=slots.pick(lang))


def run(options: argparse.Namespace) -> int:
    """Work until told to end."""
    settings = settings_of(options)
    settings = replace(settings, slots=options.slots or settings.slots)
    database = open_database(settings.url)
    require_newest(database)
    start_logs()
    worker = Worker(database=database, settings=settings)
    leave_on_signals(worker)
    worker.run()
    database.close()
    return 0


def leave_on_signals(worker: Worker) -> None:
    """Let the first SIGTERM or Ctrl-C end ``worker`` in order, a second one at once."""
    told: list[bool] = []

    def leave(_number: int, _frame: FrameType | None) -> None:
        worker.leave(at_once=bool(told))
        told.append(True)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
