"""The local supervisor: starts children in order behind health gates, keeps them alive, ends them in reverse.

Unlike a plain process runner one child's death ends nothing else: it is started again, with a growing pause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from deploy.children import Child, ChildProcess
from deploy.keeper import ChildLost, Keeper, Timings
from deploy.leash import Leash
from deploy.log_file import LogFile
from deploy.nursery import POSSIBLE, Nursery


class Supervisor:
    """Use it as an async context manager: leaving it ends every child, newest group first."""

    def __init__(
        self,
        logs: Path,
        *,
        timings: Timings | None = None,
        changed: Callable[[Mapping[str, int]], None] = lambda _: None,
        nursery: Callable[[Leash], Nursery] | None = None,
    ) -> None:
        """``changed`` hears the pids of the living children by name whenever one comes or goes; ``nursery`` makes
        what forks the children that are to be born.
        """
        self._logs = logs
        self._timings = timings or Timings()
        self._told = changed
        self._groups: list[list[Keeper]] = []
        self.leash = Leash(self._timings.grace)
        self._nursery = nursery(self.leash) if nursery and POSSIBLE else None
        self._facts = LogFile(logs, "supervisor")
        self._client = httpx2.AsyncClient(trust_env=False)

    @property
    def pids(self) -> dict[str, int]:
        """The living children by name, in the order they were started."""
        return {k.child.name: k.pid for group in self._groups for k in group if k.pid is not None}

    def fact(self, event: str, **fields: object) -> None:
        """A line in the supervisor's log."""
        self._facts.fact(event, **fields)

    async def start(self, *children: Child) -> None:
        """Start a group side by side and return when all are healthy; from then on they are kept alive.

        Raises ``ChildLost`` (the first failure); the others are ended on leaving.
        """
        group = [self._keeper(child) for child in children]
        self._groups.append(group)
        await side_by_side(*(keeper.start() for keeper in group))
        for keeper in group:
            keeper.keep()

    async def run(
        self, name: str, argv: tuple[str, ...], environment: Mapping[str, str], directory: Path, *, born: bool = False
    ) -> None:
        """Run a command to its end, heard in the log of ``name``. Raises ``ChildLost`` unless it exits 0."""
        log = LogFile(self._logs, name)
        child = Child(name, argv, health="", environment=environment, directory=directory, born=born)
        try:
            process = await ChildProcess.spawn(child, log, self._nursery)
        except OSError as error:
            log.close()
            raise ChildLost(f"{name} could not be started: {error}") from error
        self.leash.hold(process.pid)
        try:
            code = await process.ended()
        finally:
            await process.end(self._timings.grace)
            self.leash.release(process.pid)
            log.close()
        if code != 0:
            raise ChildLost(f"{name}: {' '.join(argv[1:])} failed (exit {code}); see {log.path}")

    async def end(self, *names: str) -> None:
        """End these children for good, side by side; the others are kept on."""
        going = [keeper for group in self._groups for keeper in group if keeper.child.name in names]
        await asyncio.gather(*(keeper.stop() for keeper in going))
        self._groups = [[keeper for keeper in group if keeper not in going] for group in self._groups]

    async def stop(self) -> None:
        """End the groups in reverse order of their start, each group side by side."""
        while self._groups:
            group = self._groups[-1]
            await asyncio.gather(*(keeper.stop() for keeper in group))
            self._groups.pop()
        if self._nursery is not None:
            await self._nursery.close()
        await self.leash.close()
        await self._client.aclose()
        self._facts.close()

    def _keeper(self, child: Child) -> Keeper:
        return Keeper(
            child,
            leash=self.leash,
            logs=(LogFile(self._logs, child.name), self._facts),
            client=self._client,
            timings=self._timings,
            nursery=self._nursery,
            changed=lambda: self._told(self.pids),
        )

    async def __aenter__(self) -> Self:
        await self.leash.start()
        if self._nursery is not None:
            await self._nursery.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


async def side_by_side(*works: Coroutine[Any, Any, None]) -> None:
    """Run all at once; the first failure ends the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as together:
            for work in works:
                together.create_task(work)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
