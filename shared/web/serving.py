"""Running a service until it is told to stop, and stopping it in good order.

The first SIGTERM (or SIGINT): no new connection, streams end, every request that was taken gets its true answer within
``shutdown_seconds``, then the loops, the bus and the writer end after what they took. A second one, or time running
out, ends the process as it is: what is committed is committed, and the rest never was.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from shared.observability import tracing
from shared.observability.metrics import BUILD
from shared.persistence.alone import run_alone
from shared.web.live import Changes
from shared.web.settings import ServiceSettings

log = structlog.get_logger()

STARTUP_FAILED = 3
FORCED = 4
APART_SECONDS = 1.0
"""Two signals closer than this are one: several loops may end by one accident, and each of them sends one."""
REST_SECONDS = 25
"""For what stops after the last answer: consumers, relay, writer. A unit's TimeoutStopSec allows for both."""


class _Server(uvicorn.Server):
    """uvicorn, with three habits changed.

    It waits for open streams before it tells the application to stop, so they must end first; it ends by
    the signal it caught, where a supervisor wants to see a clean exit; and a second SIGTERM means nothing to it.
    """

    def __init__(self, config: uvicorn.Config, changes: Changes) -> None:
        super().__init__(config)
        self._changes = changes
        self._told_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins the end, a second one is the end."""
        now = time.monotonic()
        if self._told_at is None:
            self._told_at = now
            self._end_anyway_after((self.config.timeout_graceful_shutdown or 0) + REST_SECONDS)
            log.info("service.stopping")
            self.should_exit = True
        elif now - self._told_at >= APART_SECONDS:
            _end_now("second signal")

    @staticmethod
    def _end_anyway_after(seconds: float) -> None:
        # a thread: what hangs may be the event loop itself
        last = threading.Timer(seconds, _end_now, ("time is up",))
        last.daemon = True
        last.start()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._changes.close()
        await super().shutdown(sockets)


def _end_now(why: str) -> None:
    log.error("service.ended", why=why)
    sys.stderr.flush()
    os._exit(FORCED)


def serve(app: FastAPI, settings: ServiceSettings, *, looks: bool = False) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit code: 0, 1 when another process has the SQLite database, or 3
    when the service could not start; 4 is a process that did not stop in good order. ``looks``: it only reads another
    process's database.
    """
    BUILD.info({"service": settings.service, "version": app.version})
    if settings.otlp_url:
        tracing.export_to(settings.otlp_url, settings.service, app.version, settings.trace_share)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # a forwarded address is whatever the sender wrote
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = _Server(config, app.state.changes)

    def run() -> int:
        try:
            uvloop.run(server.serve())
        finally:
            tracing.stop()
        return 0 if server.started else STARTUP_FAILED

    return run() if looks else run_alone(settings.database_url, run)
