"""Ports for servers that have to know theirs before they start."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from pathlib import Path

LEAST, COUNT = 1024, 16_384
RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Return a port of this machine on which nobody listens and which no connection of others is given meanwhile.

    The system hands out ports of its own range to connections and to servers that ask for any; whoever names one of
    those finds it taken now and then. Ours is from below that range, or any where nothing is below it.
    """
    first = int(RANGE.read_text().split()[0])
    below = range(max(LEAST, first - COUNT), first)
    for port in (*random.sample(below, min(100, len(below))), 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as probe:
            return int(probe.getsockname()[1])
    raise OSError("no port is free")
