"""Deliveries leave after their commit: an attempt is written down before it is made, its end after it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from services.notifier.commands import AttemptDeliveries, ConfirmDeliveries, FailDeliveries
from services.notifier.models import Delivery, FollowedOrder, Notice
from services.notifier.policies.retries import Retries
from services.notifier.repository import Unit
from shared.contracts.notifier import NoticeFailed, NoticeSent

Whole = tuple[Delivery, Notice, FollowedOrder]


class Delivering:
    """Moves deliveries on, under the installation's rules for trying again."""

    def __init__(self, retries: Retries) -> None:
        self._retries = retries

    async def attempt_deliveries(self, uow: Unit, commands: Sequence[AttemptDeliveries]) -> list[frozenset[str]]:
        """Begin attempts. Answers are the ids that were due and are the caller's now, until the next attempt."""
        found = await _load(uow, commands)
        return [
            frozenset(
                delivery_id
                for delivery_id in command.delivery_ids
                if delivery_id in found and found[delivery_id][0].attempt(command.wall, self._retries)
            )
            for command in commands
        ]

    async def confirm_deliveries(self, uow: Unit, commands: Sequence[ConfirmDeliveries]) -> list[None]:
        """The channel took them: each is published as ``notice_sent``."""
        for delivery, notice, order in (await _load(uow, commands)).values():
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
        return [None for _ in commands]

    async def fail_deliveries(self, uow: Unit, commands: Sequence[FailDeliveries]) -> list[None]:
        """The channel did not take them: tried again later, or given up and published as ``notice_failed``."""
        found = await _load(uow, commands)
        for command in commands:
            for delivery, notice, order in (found[one] for one in command.delivery_ids if one in found):
                if delivery.fail(command.error, command.wall, self._retries):
                    uow.record(
                        NoticeFailed(
                            community=order.community,
                            order_id=notice.order_id,
                            notice_id=notice.notice_id,
                            kind=notice.kind,
                            channel=delivery.channel,
                            at=uow.now,
                            attempts=delivery.attempts,
                        )
                    )
        return [None for _ in commands]


async def _load(
    uow: Unit, commands: Sequence[AttemptDeliveries | ConfirmDeliveries | FailDeliveries]
) -> dict[str, Whole]:
    ids = set(chain.from_iterable(command.delivery_ids for command in commands))
    found = await uow.repository.deliveries(ids)
    return {delivery_id: found[delivery_id] for delivery_id in sorted(found)}
