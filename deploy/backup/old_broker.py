"""A broker of a moment's life over an old store, on loopback, for nobody but us: what is in it is read, not served."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from deploy.layout import HOST
from deploy.nats_server import find_binary
from deploy.problems import StackProblem

READY_SECONDS = 120.0
"""A large store is read through before the server answers."""
LOOK_SECONDS = 0.1
END_SECONDS = 15.0
REQUEST_SECONDS = 10.0
_USER = "reconciling"


@asynccontextmanager
async def old_streams(store: Path) -> AsyncIterator[JetStreamContext]:
    """JetStream over a store that no server uses. Raises ``StackProblem`` when no server comes up on it."""
    with tempfile.TemporaryDirectory(prefix="paidan-reconciling-") as folder:
        port, password = _free_port(), secrets.token_urlsafe(24)
        configuration = _write(Path(folder) / "server.conf", store, port, password)
        process = await asyncio.create_subprocess_exec(
            find_binary(),
            "--config",
            configuration,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            client = await _connected(process, port, password)
            try:
                yield client.jetstream(timeout=REQUEST_SECONDS)
            finally:
                await client.close()
        finally:
            await _end(process)


def _write(path: Path, store: Path, port: int, password: str) -> Path:
    configuration = {
        "listen": f"{HOST}:{port}",
        "jetstream": {"store_dir": str(store), "max_file_store": 1 << 50},
        "authorization": {"user": _USER, "password": password},
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(configuration, file)
    return path


async def _connected(process: asyncio.subprocess.Process, port: int, password: str) -> Client:
    """Ask until it answers and has its streams, or has ended, or takes too long."""
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while process.returncode is None and asyncio.get_running_loop().time() < deadline:
        with contextlib.suppress(NatsError, OSError, TimeoutError):
            client = await nats.connect(
                f"nats://{HOST}:{port}",
                user=_USER,
                password=password,
                allow_reconnect=False,
                connect_timeout=5,
                error_cb=_unsaid,
            )
            try:
                await client.jetstream(timeout=REQUEST_SECONDS).account_info()
            except BaseException:
                await client.close()
                raise
            return client
        await asyncio.sleep(LOOK_SECONDS)
    raise StackProblem("the old streams cannot be read: no broker comes up on their store")


async def _unsaid(_: Exception) -> None:
    """That it is not up yet is no news."""


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
