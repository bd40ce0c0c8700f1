"""Deliveries leave after their commit: an attempt is written down before it is made, its end after it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from services.notifier.commands import AttemptDeliveries, ConfirmDeliveries, FailDeliveries
from services.notifier.models import AT_ONCE, Delivery, DeliveryState, FollowedOrder, Notice
from services.notifier.policies.channels import ChannelOrder
from services.notifier.policies.retries import Retries
from services.notifier.repository import Unit
from services.notifier.use_cases.confirming import DELIVERIES
from shared.contracts.notifier import NoticeFailed, NoticeSent
from shared.contracts.words import Role

Whole = tuple[Delivery, Notice, FollowedOrder]


class Delivering:
    """Moves deliveries on, under the installation's rules for trying again and its order of channels."""

    def __init__(self, retries: Retries, order: ChannelOrder) -> None:
        self._retries = retries
        self.order = order

    async def attempt_deliveries(self, uow: Unit, commands: Sequence[AttemptDeliveries]) -> list[frozenset[str]]:
        """Begin attempts. Answers are the ids that were due and are the caller's now, until the next attempt."""
        found = await _load(uow, commands)
        return [
            frozenset(
                delivery_id
                for delivery_id in command.delivery_ids
                if delivery_id in found and found[delivery_id][0].attempt(command.channel, command.wall, self._retries)
            )
            for command in commands
        ]

    async def confirm_deliveries(self, uow: Unit, commands: Sequence[ConfirmDeliveries]) -> list[None]:
        """The channel took them: each is published as ``notice_sent``, and what it refused before is due at once."""
        found = await _load(uow, commands)
        for delivery, notice, order in found.values():
            if delivery.confirm(uow.now):
                uow.record(
                    NoticeSent(
                        community=order.community,
                        order_id=notice.order_id,
                        notice_id=notice.notice_id,
                        kind=notice.kind,
                        channel=delivery.channel,
                        at=uow.now,
                    )
                )
        for command in commands:
            channels = {found[one][0].channel for one in command.delivery_ids if one in found}
            if await uow.repository.refused_before(channels, command.wall):
                uow.announce(DELIVERIES)
        return [None for _ in commands]

    async def fail_deliveries(self, uow: Unit, commands: Sequence[FailDeliveries]) -> list[int]:
        """The channel did not take them: tried again later, or given up, published as ``notice_failed`` and handed to
        the next channel. Answers are how many were given up.
        """
        found = await _load(uow, commands)
        return [await self._fail(uow, command, found) for command in commands]

    async def _fail(self, uow: Unit, command: FailDeliveries, found: dict[str, Whole]) -> int:
        over = [
            found[one]
            for one in command.delivery_ids
            if one in found and found[one][0].fail(command.error, command.wall, self._retries)
        ]
        following = []
        for delivery, notice, order in over:
            channel = self.order.after(delivery.channel)
            if channel is not None:
                following.append(_over(uow, notice, channel))
            uow.record(_failed(uow, delivery, notice, order, unreached=channel is None and notice.read_at is None))
        if following:
            await uow.repository.add_deliveries(following)
            uow.announce(DELIVERIES)
        return len(over)


def _failed(uow: Unit, delivery: Delivery, notice: Notice, order: FollowedOrder, *, unreached: bool) -> NoticeFailed:
    return NoticeFailed(
        community=order.community,
        order_id=notice.order_id,
        notice_id=notice.notice_id,
        kind=notice.kind,
        channel=delivery.channel,
        at=uow.now,
        attempts=delivery.attempts,
        recipient_role=Role(notice.recipient_role),
        recipient_id=notice.recipient_id,
        unreached=unreached,
    )


def _over(uow: Unit, notice: Notice, channel: str) -> dict[str, object]:
    """The same notice over another channel."""
    return {
        "delivery_id": uow.new_id(),
        "notice_id": notice.notice_id,
        "channel": channel,
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "next_attempt_at": AT_ONCE,
    }


async def _load(
    uow: Unit, commands: Sequence[AttemptDeliveries | ConfirmDeliveries | FailDeliveries]
) -> dict[str, Whole]:
    ids = set(chain.from_iterable(command.delivery_ids for command in commands))
    found = await uow.repository.deliveries(ids)
    return {delivery_id: found[delivery_id] for delivery_id in sorted(found)}
