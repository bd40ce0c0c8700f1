"""One message to one person: put into words now, attempted, and what came of it written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.notifier.clocks.channels import PersonalChannel, Sent
from services.notifier.commands import AttemptDeliveries, ConfirmDeliveries, DoubtDeliveries, FailDeliveries
from services.notifier.policies.messages import Message, compose
from services.notifier.queries import DueDelivery, OutgoingQueries, Reached, Reaching, Wording
from services.notifier.repository import Repository
from services.notifier.use_cases.delivering import Delivering
from shared.observability.metrics import DELIVERIES as COUNTED
from shared.observability.metrics import SENDING_SECONDS
from shared.observability.tracing import CLIENT, detail
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()

UNSURE = "unsure"
"""Why something is sent again that may have come: its channel drops a second one."""


@dataclass(frozen=True)
class Hands:
    """What everything that brings notices works with."""

    queries: OutgoingQueries
    reaching: Reaching
    delivering: Delivering
    writer: GroupCommit[Repository]
    wording: Wording


@dataclass(frozen=True)
class Group:
    """What goes to one person in one message over a channel; ``following``: the one behind it, empty for none."""

    channel: str
    due: tuple[DueDelivery, ...]
    reached: Reached
    following: str


def is_unsure(one: DueDelivery) -> bool:
    """Whether an earlier attempt may have brought it: nobody wrote down what came of it, or nobody knows."""
    return one.attempts > 0 and one.error in {None, UNSURE}


class Sending:
    """Sends messages. ``at_once``: so many at a time. ``new_id``: makes the ids of messages."""

    def __init__(
        self, hands: Hands, channels: Mapping[str, PersonalChannel], at_once: int, new_id: Callable[[], str]
    ) -> None:
        self.channels = channels
        self._reaching, self._wording = hands.reaching, hands.wording
        self._delivering, self._writer = hands.delivering, hands.writer
        self._turn = asyncio.Semaphore(at_once)
        self._new_id = new_id

    async def send(self, group: Group, wall: datetime) -> Sent | None:
        """Send one message; returns what came of it, None where nothing left: somebody else is at it."""
        ids = tuple(one.delivery_id for one in group.due)
        channel = self.channels[group.channel]
        again = is_unsure(group.due[0])
        if again and not channel.repeats:
            await self._writer.do(self._delivering.doubt_deliveries, DoubtDeliveries(ids, wall))
            COUNTED.labels(group.channel, "unsure").inc(len(ids))
            return None
        message_id = (group.due[0].message_id if again else None) or self._new_id()
        async with self._turn:
            attempt = AttemptDeliveries(group.channel, ids, wall, message_id)
            mine = await self._writer.do(self._delivering.attempt_deliveries, attempt)
            due = [one for one in group.due if one.delivery_id in mine]
            if not due:
                return None
            with (
                detail(f"send {group.channel}", due[0].traceparent, CLIENT, {"paidan.notices": len(due)}),
                SENDING_SECONDS.labels(group.channel).time(),
            ):
                came = await channel.send(
                    group.reached.addresses[group.channel], await self._message(message_id, due, group)
                )
        await self._write_down(came, group, tuple(one.delivery_id for one in due), wall, repeats=channel.repeats)
        return came

    async def _message(self, message_id: str, due: Sequence[DueDelivery], group: Group) -> Message:
        serving = {one.told.serving.volunteer_id for one in due if one.told.serving is not None}
        names = await self._reaching.names(serving) if serving else {}
        reader = self._wording.reader(group.reached.wishes.language)
        said = [self._wording.both(one.told, reader, names) for one in due]
        return compose(message_id, self._wording.title(reader), said, reader.language.value)

    async def _write_down(
        self, came: Sent, group: Group, ids: tuple[str, ...], wall: datetime, *, repeats: bool
    ) -> None:
        COUNTED.labels(group.channel, came.value).inc(len(ids))
        match came:
            case Sent.TAKEN:
                await self._writer.do(self._delivering.confirm_deliveries, ConfirmDeliveries(ids, wall))
                return
            case Sent.UNSURE if not repeats:
                await self._writer.do(self._delivering.doubt_deliveries, DoubtDeliveries(ids, wall))
                return
            case Sent.UNSURE:
                failed = FailDeliveries(ids, UNSURE, wall, following=group.following)
            case _:
                failed = FailDeliveries(ids, came.value, wall, came is Sent.REFUSED, group.following)
        log.warning("delivery.failed", channel=group.channel, deliveries=len(ids), error=failed.error)
        given_up = await self._writer.do(self._delivering.fail_deliveries, failed)
        COUNTED.labels(group.channel, "given_up").inc(given_up)
