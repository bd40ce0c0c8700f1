"""One gatherer for doors, consumers, clocks and the relay: many commands, one commit.

It takes whatever is waiting, runs it in one transaction, one list for each use case, and answers each caller on its
own. Within a list commands run in the order in which they came; those of different use cases wait at the same time, so
that none of them can have expected another. It never waits for a list to fill: a lone command is as fast as it can be.
After an unexpected error the list runs again one by one: one bad neighbour harms only itself. Where another process
was quicker, it is tried again: a deadlock is nobody's to hear of.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.contracts.refusal import Refusal, Unavailable
from shared.observability.metrics import GROUP_SIZE, TRANSACTION_SECONDS
from shared.observability.tracing import detail
from shared.persistence.engine import is_away, is_raced
from shared.persistence.unit_of_work import UnitOfWork, Units

log = structlog.get_logger()

LONE_TRIES = 8
"""So often a lone command is tried while other processes hold its locks; a list twice, then one by one."""
RACE_PAUSE_SECONDS = 0.005

R = TypeVar("R")
C = TypeVar("C")
A = TypeVar("A")

UseCase = Callable[[UnitOfWork[R], Sequence[C]], Awaitable[Sequence[A | Refusal]]]
"""A list of commands in, an answer or a refusal for each of them out, in the same order."""


@dataclass(frozen=True)
class _Waiting:
    use_case: UseCase[Any, Any, Any]
    command: Any
    answer: asyncio.Future[Any]


class GroupCommit(Generic[R]):
    """The only writer of one service's process.

    ``most`` bounds one transaction's list; ``admitted`` bounds what may wait before callers are sent away
    with ``Unavailable``.
    """

    def __init__(self, units: Units[R], *, most: int = 256, admitted: int = 20_000) -> None:
        self._units = units
        self._most = most
        self._admitted = admitted
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._closing = False

    async def do(self, use_case: UseCase[R, C, A], command: C) -> A:
        """Run one command with whoever else is waiting; returns its answer once it is committed.

        Raises the ``Refusal`` the use case returned for it, ``Unavailable`` when the backlog or the database
        is full, or the unexpected error that this very command caused.
        """
        if self._closing or len(self._queue) >= self._admitted:
            raise Unavailable
        waiting = _Waiting(use_case, command, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._arrived.set()
        with detail(f"transaction {getattr(use_case, '__name__', 'of many')}"):
            answer = await waiting.answer
        if isinstance(answer, Refusal):
            raise answer
        return answer  # type: ignore[no-any-return]  # what the use case gave for this command

    async def run(self) -> None:
        """Serve until ``close`` was called and everything taken has been answered."""
        while not (self._closing and not self._queue):
            if not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            count = min(self._most, len(self._queue))
            await self._serve([self._queue.popleft() for _ in range(count)])

    def close(self) -> None:
        """Take nothing more; ``run`` ends after what was taken is done."""
        self._closing = True
        self._arrived.set()

    async def _serve(self, batch: Sequence[_Waiting]) -> None:
        began = time.perf_counter()
        try:
            answers = await self._commit_again_if_raced(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody is to hear of it
            if is_away(error) and not is_raced(error):
                self._send_away(batch, error)
            elif len(batch) == 1:
                _fail(batch[0], error)
            else:
                log.warning("group.split", waiting=len(batch), error=type(error).__name__)
                await self._serve_one_by_one(batch)
        else:
            GROUP_SIZE.observe(len(batch))
            TRANSACTION_SECONDS.observe(time.perf_counter() - began)
            _answer(batch, answers)

    async def _serve_one_by_one(self, batch: Sequence[_Waiting]) -> None:
        self._queue.extendleft(reversed(batch))  # whoever still stands here is sent away with the others
        for _ in batch:
            if self._queue:
                await self._serve([self._queue.popleft()])

    def _send_away(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """Nobody waits in a row for a database that is away: who came meanwhile hears of it with the list that tried.

        So an answer takes at most as long as two attempts, however many wait.
        """
        waiting = [*batch, *self._queue]
        self._queue.clear()
        log.warning("group.unavailable", waiting=len(waiting), error=type(error).__name__)
        _answer(waiting, [Unavailable() for _ in waiting])

    async def _commit_again_if_raced(self, batch: Sequence[_Waiting]) -> list[Any]:
        """Another process won a row or a lock between our look and our commit: look again, now at what it left."""
        attempt = 1
        while True:
            try:
                return await self._commit(batch)
            except DBAPIError as error:
                if attempt >= _tries(error, len(batch)):
                    raise
                log.info("group.raced", waiting=len(batch), attempt=attempt)
            await asyncio.sleep(RACE_PAUSE_SECONDS * (attempt - 1))
            attempt += 1

    async def _commit(self, batch: Sequence[_Waiting]) -> list[Any]:
        lists: dict[UseCase[Any, Any, Any], list[int]] = {}
        for place, waiting in enumerate(batch):
            lists.setdefault(waiting.use_case, []).append(place)
        answers: list[Any] = [None] * len(batch)
        async with self._units() as uow:
            for use_case, places in lists.items():
                given = await use_case(uow, [batch[place].command for place in places])
                for place, answer in zip(places, given, strict=True):
                    answers[place] = answer
        return answers


def _tries(error: DBAPIError, waiting: int) -> int:
    if is_raced(error):
        return LONE_TRIES if waiting == 1 else 2
    return 2 if isinstance(error, IntegrityError) else 1


def _answer(batch: Sequence[_Waiting], answers: Sequence[Any]) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if not waiting.answer.done():  # the caller may have gone; its command is committed all the same
            waiting.answer.set_result(answer)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if waiting.answer.done():
        log.error("group.failed", error=type(error).__name__)
        return
    if is_raced(error):
        waiting.answer.set_result(Unavailable())
    else:
        waiting.answer.set_exception(error)
