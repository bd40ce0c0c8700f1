"""No child outlives its supervisor: a small process holds the other end of a pipe and acts when it closes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from shared.messaging.ending import end

_PROCESS = Path(__file__).with_name("leash_process.py")

_PAUSE = 0.1


class Leash:
    """Keeps the process of ``leash_process.py`` told of the pids alive, and replaces it when it dies."""

    def __init__(self, grace: float) -> None:
        """``grace``: seconds between SIGTERM and SIGKILL when the supervisor is gone."""
        self._grace = grace
        self._held: set[int] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The pid of the far end while there is one."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the far end and keep it alive."""
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep(), name="leash")

    def hold(self, pid: int) -> None:
        """From now on this child ends with the supervisor."""
        self._held.add(pid)
        self._tell("+", pid)

    def release(self, pid: int) -> None:
        """The child has ended; its pid may soon belong to somebody else."""
        self._held.discard(pid)
        self._tell("-", pid)

    async def close(self) -> None:
        """Let go: the far end ends what is still held, then itself."""
        if self._keeping is not None:
            await end(self._keeping)
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()
            self._process = None

    async def _spawn(self) -> None:
        # A session of its own: what is sent to the supervisor's group (Ctrl-C, kill -9) must not reach it.
        argv = (sys.executable, "-I", "-S", str(_PROCESS), str(self._grace))
        self._process = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        for pid in self._held:
            self._tell("+", pid)

    async def _keep(self) -> None:
        while self._process is not None:
            await self._process.wait()
            await asyncio.sleep(_PAUSE)
            await self._spawn()

    def _tell(self, sign: str, pid: int) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(f"{sign}{pid}\n".encode())
