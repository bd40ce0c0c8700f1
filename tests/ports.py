"""Ports for the servers of the tests, so that tests which run side by side never take the same one."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import socket
import zlib
from collections.abc import Iterator

LOOPBACK = "127.0.0.1"

LOWEST_PORT = 20_000
SLICES = 12
SLICE = 1_000
APART = 8
MOST_WORKERS = 4


def _ports() -> Iterator[int]:
    """Ports in turn, from a slice of this process's own, so that tests running side by side take different ones.

    The slices lie below the ports that systems give to outgoing connections: one of those could take a port between
    the look at it and its use. Ports are some apart, because a stack uses those that follow its own.
    """
    run, worker = os.environ.get("PYTEST_XDIST_TESTRUNUID"), os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    first = zlib.crc32(run.encode()) if run else secrets.randbelow(SLICES)
    slot = (first * MOST_WORKERS + int(worker.removeprefix("gw"))) % SLICES
    lowest = LOWEST_PORT + slot * SLICE
    return itertools.cycle(range(lowest, lowest + SLICE, APART))


_PORTS = _ports()


def free_port() -> int:
    """A TCP port of loopback that nobody listens on at this moment."""
    for port in itertools.islice(_PORTS, SLICE // APART):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                listener.bind((LOOPBACK, port))
                return port
    raise RuntimeError("every port of this process's slice is taken")
