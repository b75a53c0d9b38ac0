"""``gongpei serve``: the API and one worker in one process, on SQLite unless a database is named.

SIGTERM drains: nothing more is claimed, requests are answered, the job at work may end within a while or goes back
into the queue, from its best plan.
"""

from __future__ import annotations

import logging
import resource
import socket
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn

from api.commands.options import whole
from api.commands.service_options import add_service, settings_of
from api.commands.worker import add_slots, leave_on_signals
from api.errors import InvalidInput
from api.service.app import create_app
from api.service.crowd import counting
from api.service.database import Unavailable, open_database
from api.service.logs import Trouble, start_logs
from api.service.notices import Allowed, Senders
from api.service.runner import Worker
from api.service.upgrade import upgrade
from api.talk import say
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from fastapi import FastAPI

    from api.service.database import Database
    from api.service.sealing import KeyFile
    from api.service.settings import Settings

logger = logging.getLogger(__name__)

HELP = Text("启动服务：HTTP 接口和一个求解进程", "run the service: HTTP API and one worker")

CLOSING_S = 5
"""How long open requests, such as event streams, may go on after SIGTERM."""

CONNECTIONS = 800
"""Most connections; what comes on more is told 503, while there are descriptors left for the process's own files."""

OWN_FILES = 200
"""Descriptors that are left for those."""

NOTICES_S = 1.0
"""How often notices that are due are looked for."""

SENDING_S = 6.0
"""How long notices that are being sent may hold up the end."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    host = Text("监听地址（默认 127.0.0.1）", "address to listen on (127.0.0.1 by default)")
    parser.add_argument("--host", default="127.0.0.1", metavar="HOST", help=host.pick(lang))
    port = Text("端口（默认 8000）", "port (8000 by default)")
    parser.add_argument("--port", type=whole(0, 65_535), default=8_000, metavar="N", help=port.pick(lang))
    no_worker = Text("只有接口，求解由 gongpei worker 完成", "the API alone; workers are run by gongpei worker")
    parser.add_argument("--no-worker", action="store_true", help=no_worker.pick(lang))
    add_service(parser, lang)
    add_slots(parser, lang)


def run(options: argparse.Namespace) -> int:
    """Serve until told to end; tables are brought up to date first. Exit code 1 where the worker failed.

    Raises
    ------
    InvalidInput
        E672 to E674, E680 for the key file of personal fields, E401 for an address that cannot be listened on, before
        anything is changed; E602.
    """
    settings = settings_of(options)
    settings = replace(settings, slots=options.slots or settings.slots)
    database = open_database(settings.url)
    with ExitStack() as stack:
        app = create_app(settings, database)
        listeners = [stack.enter_context(each) for each in _listeners(options.host, options.port)]
        upgrade(database)
        return _served(options, settings, app, listeners)


def _listeners(host: str, port: int) -> list[socket.socket]:
    """Return a socket for each address of a host.

    Raises
    ------
    InvalidInput
        E401 where one is taken, not this machine's, or not the caller's to use.
    """
    found: list[socket.socket] = []
    try:
        for family, *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
            found.append(socket.create_server(address[:2], family=socket.AddressFamily(family)))
            # What is accepted has it too; the loop sets it only where a socket names its protocol, and without it
            # the second part of each answer waits 40 ms for an acknowledgement.
            found[-1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        for each in found:
            each.close()
        detail = f"--host {host} --port {port}: {error.strerror or error}"
        raise InvalidInput("E401", detail=detail, usage="gongpei serve --help") from None
    return found


def _served(options: argparse.Namespace, settings: Settings, app: FastAPI, listeners: Sequence[socket.socket]) -> int:
    database: Database = app.state.database
    worker = None if options.no_worker else Worker(database=database, settings=settings)
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSING_S,
        timeout_keep_alive=30,
        http=counting(connections()),
    )
    address = f"http://{options.host}:{listeners[0].getsockname()[1]}/api/v1"
    say(Text(f"服务地址 {address}，Ctrl-C 结束", f"serving at {address}, Ctrl-C to end"), options.lang)
    start_logs()
    with _sending(database, app.state.context.keys, settings):
        is_well = serve(config, worker, listeners)
    database.close()
    return 0 if is_well else 1


def connections() -> int:
    """Return how many connections there may be, once the process may have as many descriptors as it is given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, soft - OWN_FILES))


def serve(config: uvicorn.Config, worker: Worker | None, listeners: Sequence[socket.socket]) -> bool:
    """Run both until a signal; the worker claims nothing more from then on, a second signal gives its jobs back.

    False where the worker failed, which ends the server too.
    """
    if worker is None:
        uvicorn.Server(config).run(list(listeners))
        return True
    server = _Server(config, worker)
    leave_on_signals(worker)  # the server raises its signal again when it has closed
    thread = threading.Thread(target=_work, args=(server, worker), name="worker")
    thread.start()
    try:
        server.run(list(listeners))
    finally:
        worker.leave()
        thread.join()
    return not server.has_failed


class _Server(uvicorn.Server):
    """Tells the worker as soon as a signal comes, before open requests have ended."""

    def __init__(self, config: uvicorn.Config, worker: Worker) -> None:
        super().__init__(config)
        self.worker = worker
        self.has_failed = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.worker.leave()
        super().handle_exit(sig, frame)


@contextmanager
def _sending(database: Database, keys: KeyFile | None, settings: Settings) -> Iterator[None]:
    """Send notices that are due while the block runs; without keys there can be no webhook that has any."""
    if keys is None:
        yield
        return
    ends = threading.Event()
    senders = Senders(database, lambda: keys.ring, Allowed(hosts=settings.webhook_hosts))
    thread = threading.Thread(target=_send, args=(senders, ends), name="notices", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join(NOTICES_S)
        senders.end(SENDING_S)  # what is cut off by the end of the process is sent again by the next


def _send(senders: Senders, ends: threading.Event) -> None:
    trouble = Trouble(logger)
    while not ends.wait(NOTICES_S):
        try:
            senders.begin()
            trouble.tell("")
        except Unavailable as error:
            trouble.tell(str(error))
        except Exception:
            logger.exception("notices could not be sent")


def _work(server: _Server, worker: Worker) -> None:
    """Run the worker; should it fail, the service ends, so that whatever keeps it running starts it anew."""
    try:
        worker.run()
    except Exception:
        logger.exception("the worker has failed")
        server.has_failed = server.should_exit = True
