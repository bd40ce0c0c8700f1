"""Deliveries leave after their commit: an attempt is written down before it is made, its end after it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Protocol

from services.notifier.commands import (
    AttemptDeliveries,
    ConfirmDeliveries,
    DoubtDeliveries,
    FailDeliveries,
    HoldDeliveries,
    PostponeDeliveries,
)
from services.notifier.models import AT_ONCE, Delivery, DeliveryState, FollowedOrder, Notice
from services.notifier.policies.channels import ChannelOrder
from services.notifier.policies.confirmations import Intent
from services.notifier.policies.kinds import ASSIGNMENT_ENDED, NOT_REACHED, REMINDER_HOUR
from services.notifier.policies.retries import Retries
from services.notifier.repository import Unit
from services.notifier.use_cases.confirming import DELIVERIES, ToGive, give_notice
from shared.community.areas import AreaTree
from shared.contracts.notifier import NoticeFailed, NoticeSent
from shared.contracts.words import Role

NEEDED = frozenset({"leg_assigned", "order_cancelled", ASSIGNMENT_ENDED, "order_amended", REMINDER_HOUR})
"""What a volunteer has to know before they set out."""

Whole = tuple[Delivery, Notice, FollowedOrder]


class Delivering:
    """Moves deliveries on, under the installation's rules for trying again and its order of channels."""

    def __init__(self, retries: Retries, order: ChannelOrder, areas: AreaTree) -> None:
        self._retries = retries
        self.order = order
        self._areas = areas

    async def attempt_deliveries(self, uow: Unit, commands: Sequence[AttemptDeliveries]) -> list[frozenset[str]]:
        """Begin attempts. Answers are the ids that were due and are the caller's now, until the next attempt."""
        found = await _load(uow, _ids(commands))
        return [
            frozenset(
                delivery_id
                for delivery_id in command.delivery_ids
                if delivery_id in found
                and found[delivery_id][0].attempt(command.channel, command.wall, self._retries, command.message_id)
            )
            for command in commands
        ]

    async def confirm_deliveries(self, uow: Unit, commands: Sequence[ConfirmDeliveries]) -> list[None]:
        """The channel took them: each is published as ``notice_sent``, and what it refused before is due at once."""
        found = await _load(uow, _ids(commands))
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

    async def postpone_deliveries(self, uow: Unit, commands: Sequence[PostponeDeliveries]) -> list[None]:
        """Their people want them later, or not outside of their letterbox."""
        until = {one: at for command in commands for one, at in command.until}
        for delivery_id, (delivery, _, _) in (await _load(uow, list(until))).items():
            delivery.postpone(until[delivery_id])
        return [None for _ in commands]

    async def hold_deliveries(self, uow: Unit, commands: Sequence[HoldDeliveries]) -> list[None]:
        """Their channel is being left alone; no attempt is lost by that."""
        found = await _load(uow, _ids(commands))
        for command in commands:
            for one in command.delivery_ids:
                if one in found:
                    found[one][0].hold(command.channel, command.until)
        return [None for _ in commands]

    async def doubt_deliveries(self, uow: Unit, commands: Sequence[DoubtDeliveries]) -> list[None]:
        """They may have come, and their channel would bring them twice: the letterbox has them."""
        for delivery, _, _ in (await _load(uow, _ids(commands))).values():
            delivery.doubt()
        return [None for _ in commands]

    async def set_aside(self, uow: Unit, commands: Sequence[frozenset[str]]) -> list[None]:
        """There is no channel to reach the people of these over."""
        for delivery, _, _ in (await _load(uow, list(chain.from_iterable(commands)))).values():
            if delivery.is_waiting:
                delivery.state, delivery.next_attempt_at = DeliveryState.UNKNOWN.value, None
        return [None for _ in commands]

    async def fail_deliveries(self, uow: Unit, commands: Sequence[FailDeliveries]) -> list[int]:
        """The channel did not take them: tried again later, or given up, published as ``notice_failed`` and handed to
        the next channel. Answers are how many were given up.
        """
        found = await _load(uow, _ids(commands))
        return [await self._fail(uow, command, found) for command in commands]

    async def _fail(self, uow: Unit, command: FailDeliveries, found: dict[str, Whole]) -> int:
        if command.channel is not None:
            for one in command.delivery_ids:
                if one in found:
                    found[one][0].channel = command.channel
        over = [
            found[one]
            for one in command.delivery_ids
            if one in found
            and found[one][0].fail(command.error, command.wall, self._retries, for_good=command.for_good)
        ]
        following = []
        for delivery, notice, order in over:
            channel = self.order.after(delivery.channel) if command.following is None else command.following
            if channel:
                following.append(_over(uow, notice, channel))
            unreached = not channel and notice.read_at is None
            uow.record(_failed(uow, delivery, notice, order, unreached=unreached))
            if unreached:
                await self._tell_of(uow, notice, order)
        if following:
            await uow.repository.add_deliveries(following)
            uow.announce(DELIVERIES)
        return len(over)

    async def _tell_of(self, uow: Unit, notice: Notice, order: FollowedOrder) -> None:
        """A volunteer does not know what they are about to do: the coordinator does something about it. (Residents are
        called by intake, which hears of it.)
        """
        area = self._areas.coordinator_area(order.grid) if self._areas.knows(order.grid) else None
        if area is None or notice.recipient_role != Role.VOLUNTEER or notice.kind not in NEEDED:
            return
        intent = Intent(NOT_REACHED, notice.version, Role.COORDINATOR, area)
        await give_notice(uow, [ToGive(order.order_id, intent, notice.traceparent)])


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


class _OfDeliveries(Protocol):
    """A command about some deliveries."""

    @property
    def delivery_ids(self) -> tuple[str, ...]: ...


def _ids(commands: Sequence[_OfDeliveries]) -> list[str]:
    return list(chain.from_iterable(command.delivery_ids for command in commands))


async def _load(uow: Unit, delivery_ids: Sequence[str]) -> dict[str, Whole]:
    found = await uow.repository.deliveries(set(delivery_ids))
    return {delivery_id: found[delivery_id] for delivery_id in sorted(found)}
