"""Deliveries that are due leave over their channel, with as many attempts as it takes; then over the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from services.notifier.clocks.channels import Channel
from services.notifier.commands import AttemptDeliveries, ConfirmDeliveries, FailDeliveries
from services.notifier.queries import DueDelivery, NoticeQueries, Wording
from services.notifier.repository import Repository
from services.notifier.use_cases.confirming import DELIVERIES
from services.notifier.use_cases.delivering import Delivering
from shared.contracts.refusal import Unavailable
from shared.observability.metrics import DELIVERIES as COUNTED
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import UnitOfWork

log = structlog.get_logger()

MOST = 256


class DeliveryClock:
    """Delivers what waits. Retries are in wall time (architecture.md). ``channels``: by their names, in any order."""

    def __init__(
        self,
        queries: NoticeQueries,
        delivering: Delivering,
        writer: GroupCommit[Repository],
        wording: Wording,
        channels: Mapping[str, Channel],
        tick_seconds: float,
    ) -> None:
        self._queries = queries
        self._delivering = delivering
        self._writer = writer
        self._wording = wording
        self._channels = channels
        self._tick = tick_seconds
        self._work = asyncio.Event()

    def wake(self, unit: UnitOfWork[Repository]) -> None:
        """After a commit: there may be something to deliver."""
        if DELIVERIES in unit.announced:
            self._work.set()

    async def sweep(self, wall: datetime) -> int:
        """Attempt everything that is due, channel by channel; returns how many deliveries were on the busiest one.

        The attempt is committed before anything leaves: whatever was attempted before may have arrived.
        """
        return max([await self._sweep(name, wall) for name in self._delivering.order.names])

    async def _sweep(self, channel: str, wall: datetime) -> int:
        due = await self._queries.due_deliveries(channel, wall, MOST)
        if not due:
            return 0
        ids = tuple(one.delivery_id for one in due)
        mine = await self._writer.do(self._delivering.attempt_deliveries, AttemptDeliveries(channel, ids, wall))
        await self._deliver(channel, [one for one in due if one.delivery_id in mine], wall)
        return len(due)

    async def _deliver(self, channel: str, due: Sequence[DueDelivery], wall: datetime) -> None:
        ids = tuple(one.delivery_id for one in due)
        messages = [self._message(one) for one in due]
        uncertain = {one.notice_id for one in due if one.attempts > 0}
        try:
            await asyncio.to_thread(self._channels[channel].deliver, messages, uncertain)
        except OSError as error:
            log.warning("delivery.failed", channel=channel, deliveries=len(due), error=type(error).__name__)
            failed = FailDeliveries(ids, type(error).__name__, wall)
            given_up = await self._writer.do(self._delivering.fail_deliveries, failed)
            COUNTED.labels(channel, "failed").inc(len(ids))
            COUNTED.labels(channel, "given_up").inc(given_up)
        else:
            await self._writer.do(self._delivering.confirm_deliveries, ConfirmDeliveries(ids, wall))
            COUNTED.labels(channel, "delivered").inc(len(ids))

    def _message(self, one: DueDelivery) -> dict[str, Any]:
        return {
            "notice_id": one.notice_id,
            "order_id": one.order_id,
            "reference": one.reference,
            "kind": one.kind,
            "recipient": {"role": one.role.value, "id": one.recipient_id},
            "version": one.version,
            "at": one.made_at.isoformat(),
            "text": self._wording.in_all_languages(one.kind, one.role, one.reference, one.service),
        }

    async def run(self) -> None:
        """Sweep for ever: after commits that made notices, when a retry is due, and at least every tick."""
        while True:
            self._work.clear()
            try:
                due = await self.sweep(datetime.now(UTC))
                pause = 0.0 if due == MOST else await self._pause()
            except Unavailable:  # the database is busy: what is due stays due
                pause = self._tick
            await self._rest(pause)

    async def _pause(self) -> float:
        following = await self._queries.next_attempt()
        if following is None:
            return self._tick
        return min(max((following - datetime.now(UTC)).total_seconds(), 0.0), self._tick)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._work.wait()
        except TimeoutError:
            return
