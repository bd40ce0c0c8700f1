"""Deliveries that are due leave over their channel, with as many attempts as it takes; then over the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import structlog

from services.notifier.clocks.channels import ChannelForAll
from services.notifier.clocks.outgoing import Outgoing
from services.notifier.clocks.sending import Hands
from services.notifier.commands import AttemptDeliveries, ConfirmDeliveries, FailDeliveries
from services.notifier.policies.channels import FIRST
from services.notifier.queries import DueDelivery
from services.notifier.queries.wording import Names
from services.notifier.repository import Repository
from services.notifier.use_cases.confirming import DELIVERIES
from shared.community.clock import DomainClock
from shared.contracts.refusal import Unavailable
from shared.observability.metrics import DELIVERIES as COUNTED
from shared.observability.tracing import CLIENT, detail
from shared.persistence.unit_of_work import UnitOfWork

log = structlog.get_logger()

MOST = 256


class DeliveryClock:
    """Delivers what waits. Retries are in wall time, quiet hours in domain time (architecture.md). ``common``: channels
    that take everybody's messages together, by their names; ``outgoing`` has the others, None where there is none.
    """

    def __init__(
        self,
        hands: Hands,
        common: Mapping[str, ChannelForAll],
        outgoing: Outgoing | None,
        clock: DomainClock,
        tick_seconds: float,
    ) -> None:
        self._queries, self._reaching = hands.queries, hands.reaching
        self._delivering, self._writer = hands.delivering, hands.writer
        self._wording = hands.wording
        self._common = common
        self._outgoing = outgoing
        self._clock = clock
        self._tick = tick_seconds
        self._work = asyncio.Event()

    def wake(self, unit: UnitOfWork[Repository]) -> None:
        """After a commit: there may be something to deliver."""
        if DELIVERIES in unit.announced:
            self._work.set()

    async def sweep(self, wall: datetime, now: datetime | None = None) -> int:
        """Attempt everything that is due; returns how many deliveries that was. ``now``: domain time.

        The attempt is committed before anything leaves: whatever was attempted before may have arrived.
        """
        now = now or self._clock.now()
        due = await self._queries.due(wall, now, MOST)
        if self._outgoing is not None:
            together = await self._outgoing.send(due, wall, now) if due else {}
        else:
            together = {
                name: [one for one in due if self._stands_at(one) == name] for name in self._delivering.order.names
            }
        for name, some in together.items():
            await self._deliver(name, some, wall)
        return len(due)

    def _stands_at(self, one: DueDelivery) -> str:
        """Whose turn it is: what was never attempted, or waits for a channel there is no more, is the first's."""
        order = self._delivering.order
        return one.channel if one.channel in order.names and one.channel != FIRST else order.first

    async def _deliver(self, channel: str, due: Sequence[DueDelivery], wall: datetime) -> None:
        ids = tuple(one.delivery_id for one in due)
        if not ids:
            return
        mine = await self._writer.do(self._delivering.attempt_deliveries, AttemptDeliveries(channel, ids, wall))
        due = [one for one in due if one.delivery_id in mine]
        ids = tuple(one.delivery_id for one in due)
        names = await self._names(due)
        messages = [self._message(one, names) for one in due]
        uncertain = {one.notice_id for one in due if one.attempts > 0}
        try:
            with ExitStack() as spans:
                for one in due:
                    spans.enter_context(detail(f"send {channel}", one.traceparent, CLIENT))
                await asyncio.to_thread(self._common[channel].deliver, messages, uncertain)
        except OSError as error:
            log.warning("delivery.failed", channel=channel, deliveries=len(due), error=type(error).__name__)
            failed = FailDeliveries(ids, type(error).__name__, wall)
            given_up = await self._writer.do(self._delivering.fail_deliveries, failed)
            COUNTED.labels(channel, "failed").inc(len(ids))
            COUNTED.labels(channel, "given_up").inc(given_up)
        else:
            await self._writer.do(self._delivering.confirm_deliveries, ConfirmDeliveries(ids, wall))
            COUNTED.labels(channel, "delivered").inc(len(ids))

    async def _names(self, due: Sequence[DueDelivery]) -> Names:
        serving = {one.told.serving.volunteer_id for one in due if one.told.serving is not None}
        return await self._reaching.names(serving) if serving else {}

    def _message(self, one: DueDelivery, names: Names) -> dict[str, Any]:
        return {
            "notice_id": one.notice_id,
            "order_id": one.order_id,
            "reference": one.told.reference,
            "kind": one.told.kind,
            "recipient": {"role": one.recipient.role.value, "id": one.recipient.id},
            "version": one.version,
            "at": one.made_at.isoformat(),
            "text": self._wording.in_all_languages(one.told, names),
        }

    async def run(self) -> None:
        """Sweep for ever: after commits that made notices, when something may leave, and at least every tick."""
        while True:
            self._work.clear()
            try:
                due = await self.sweep(datetime.now(UTC))
                pause = 0.0 if due == MOST else await self._pause()
            except Unavailable:  # the database is busy, or nobody says how people are reached: what is due stays due
                pause = self._tick
            await self._rest(pause)

    async def _pause(self) -> float:
        now = self._clock.now()
        attempt, time = await self._queries.next_attempt(now), await self._queries.next_time(now)
        waits = [self._tick]
        if attempt is not None:
            waits.append(max((attempt - datetime.now(UTC)).total_seconds(), 0.0))
        if time is not None:
            waits.append(self._clock.wall_seconds((time - now).total_seconds()))
        return min(waits)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._work.wait()
        except TimeoutError:
            return
