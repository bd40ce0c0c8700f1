"""One child process: how it is started, heard, asked for its health and ended. Always by its own pid."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

import httpx2

from deploy.log_file import LONGEST_LINE, LogFile
from deploy.nursery import POSSIBLE, Nursery

_CHUNK = 64 * 1024
_REST = 1.0
"""Seconds to wait for the last output of a child that has ended."""


@dataclass(frozen=True)
class Child:
    """What the supervisor starts and keeps alive.

    ``health`` is a URL that answers 200 while the process lives (never readiness: a service waits for its
    broker by itself). ``ready`` runs after each start, once the child is healthy; it may raise. ``born``: the nursery
    starts it; ``argv`` is then ``(python, "-m", module, …)``.
    """

    name: str
    argv: tuple[str, ...]
    health: str
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    ready: Callable[[], Awaitable[None]] | None = None
    born: bool = False


class Process(Protocol):
    """A process that was started, by asyncio or by the nursery."""

    @property
    def pid(self) -> int:
        """Its id, also after its end."""

    @property
    def returncode(self) -> int | None:
        """None while it runs."""

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """What it says."""

    def terminate(self) -> None:
        """SIGTERM. Raises ``ProcessLookupError`` when it has ended."""

    def kill(self) -> None:
        """SIGKILL. Raises the same."""

    async def wait(self) -> int:
        """Its exit code."""


class ChildProcess:
    """A running child. Its output goes to its log line by line; it leads a session of its own."""

    def __init__(self, process: Process, log: LogFile) -> None:
        self._process = process
        self._log = log
        self._hearing = asyncio.create_task(self._hear(), name=f"output of {process.pid}")
        self._gone = asyncio.create_task(process.wait(), name=f"end of {process.pid}")

    @classmethod
    async def spawn(cls, child: Child, log: LogFile, nursery: Nursery | None = None) -> Self:
        """Start a process. Its own session keeps Ctrl-C away from it: the supervisor ends it in order.

        Raises ``OSError`` when it could not be started.
        """
        if child.born and nursery is not None and POSSIBLE:
            return cls(await nursery.bear(child.argv, child.environment, child.directory), log)
        process = await asyncio.create_subprocess_exec(
            *child.argv,
            env=child.environment,
            cwd=child.directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(process, log)

    @property
    def pid(self) -> int:
        """The process id, also after its end."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def ended(self, within: float | None = None) -> int | None:
        """The exit code (negative: the signal), or None when it still runs after ``within`` seconds."""
        await asyncio.wait({self._gone}, timeout=within)
        if not self._gone.done():
            return None
        await self._hear_the_rest()
        return self._gone.result()

    async def end(self, grace: float) -> int:
        """SIGTERM, then SIGKILL after ``grace`` seconds; returns the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        if await self.ended(grace) is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._gone
        await self._hear_the_rest()
        return self._gone.result()

    async def _hear_the_rest(self) -> None:
        # A process the child left behind may hold its output open for ever; it must not hold us.
        await asyncio.wait({self._hearing}, timeout=_REST)
        self._hearing.cancel()

    async def _hear(self) -> None:
        output = self._process.stdout
        rest = b""
        while output is not None and (chunk := await output.read(_CHUNK)):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines.append(rest)
                rest = b""
            for line in lines:
                self._log.line(line)
        self._log.line(rest)


async def answers(client: httpx2.AsyncClient, url: str, within: float) -> bool:
    """Whether ``url`` answers 200 within so many seconds."""
    try:
        async with asyncio.timeout(within):
            response = await client.get(url)
    except (httpx2.HTTPError, OSError, TimeoutError):
        return False
    return response.status_code == 200
