"""Keeps one child alive: behind a health gate at its start, started again when it dies or falls silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from deploy.children import Child, ChildProcess, answers
from deploy.leash import Leash
from deploy.log_file import LogFile
from deploy.nursery import Nursery
from deploy.problems import StackProblem
from shared.messaging.ending import end


@dataclass(frozen=True)
class Timings:
    """Seconds, and counts. ``failures`` unanswered asks in a row, ``every`` so often, mean a child is lost.

    Generous on purpose: a busy machine must not look like a dead child. A child that ran ``steady`` seconds is no
    crash loop: it is started again after the first pause, however often it was lost before.
    """

    start: float = 60.0
    gate: float = 0.05
    every: float = 2.0
    answer: float = 5.0
    failures: int = 5
    grace: float = 15.0
    first_pause: float = 0.2
    longest_pause: float = 10.0
    steady: float = 10.0


class ChildLost(StackProblem):
    """A child did not start, or ended when it should not have."""


class Keeper:
    """One child and its present process, if any."""

    def __init__(
        self,
        child: Child,
        *,
        leash: Leash,
        logs: tuple[LogFile, LogFile],
        client: httpx2.AsyncClient,
        timings: Timings,
        changed: Callable[[], None],
        nursery: Nursery | None = None,
    ) -> None:
        """``logs``: the child's own and the supervisor's. ``changed`` is called whenever the pid changes."""
        self.child = child
        self._leash = leash
        self._output, self._facts = logs
        self._client = client
        self._timings = timings
        self._changed = changed
        self._nursery = nursery
        self._process: ChildProcess | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The pid while a process runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the child, wait for its health and its ``ready``. Raises ``ChildLost``, having ended it."""
        child = self.child
        process = await self._spawn()
        try:
            await self._gate(process)
            if child.ready is not None:
                await child.ready()
        except ChildLost:
            await self._end()
            raise
        except Exception as error:
            await self._end()
            raise ChildLost(f"{child.name} runs but could not be made ready: {error!r}") from error
        self._facts.fact("child.started", name=child.name, pid=process.pid)

    def keep(self) -> None:
        """From now on, watch the child and start it again whenever it is lost."""
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.child.name}")

    async def stop(self) -> None:
        """End the watching and the child. Safe at any moment."""
        if self._keeping is not None:
            await end(self._keeping)
        await self._end()
        self._output.close()

    async def _spawn(self) -> ChildProcess:
        child = self.child
        try:
            process = await ChildProcess.spawn(child, self._output, self._nursery)
        except OSError as error:
            raise ChildLost(f"{child.name} could not be started: {error}") from error
        self._leash.hold(process.pid)
        self._process = process
        self._changed()
        return process

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        code = await process.end(self._timings.grace)
        self._process = None
        self._leash.release(process.pid)
        self._facts.fact("child.ended", name=self.child.name, pid=process.pid, code=code)
        self._changed()

    async def _gate(self, process: ChildProcess) -> None:
        child, deadline = self.child, time.monotonic() + self._timings.start
        while not await answers(self._client, child.health, self._timings.answer):
            if not process.alive:
                code = await process.ended()
                raise ChildLost(f"{child.name} ended while starting (exit {code}); see {self._output.path}")
            if time.monotonic() > deadline:
                raise ChildLost(f"{child.name} did not answer {child.health}; see {self._output.path}")
            await process.ended(self._timings.gate)

    async def _keep(self) -> None:
        pause = self._timings.first_pause
        since = time.monotonic()
        while True:
            if self._process is not None:
                cause = await self._until_lost(self._process)
                self._facts.fact("child.lost", name=self.child.name, cause=cause)
                await self._end()
                if time.monotonic() - since > self._timings.steady:
                    pause = self._timings.first_pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._timings.longest_pause)
            since = time.monotonic()
            try:
                await self.start()
            except ChildLost as lost:
                self._facts.fact("child.not_started", name=self.child.name, cause=str(lost))

    async def _until_lost(self, process: ChildProcess) -> str:
        failures = 0
        while failures < self._timings.failures:
            code = await process.ended(self._timings.every)
            if code is not None:
                return f"exit {code}"
            healthy = await answers(self._client, self.child.health, self._timings.answer)
            failures = 0 if healthy else failures + 1
        return "unhealthy"
