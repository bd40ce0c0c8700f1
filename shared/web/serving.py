"""Running a service until it is told to stop, and stopping it in good order."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from fastapi import FastAPI

from shared.persistence.alone import run_alone
from shared.web.live import Changes
from shared.web.settings import ServiceSettings

STARTUP_FAILED = 3


class _Server(uvicorn.Server):
    """uvicorn, with two habits changed.

    It waits for open streams before it tells the application to stop, so they must end first; and it ends by
    the signal it caught, where a supervisor wants to see a clean exit.
    """

    def __init__(self, config: uvicorn.Config, changes: Changes) -> None:
        super().__init__(config)
        self._changes = changes

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


def serve(app: FastAPI, settings: ServiceSettings) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit code: 0, 1 when another process has the SQLite database, or 3
    when the service could not start.
    """
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
        uvloop.run(server.serve())
        return 0 if server.started else STARTUP_FAILED

    return run_alone(settings.database_url, run)
