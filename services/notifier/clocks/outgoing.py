"""What leaves to one person at a time: when it may, over which of their channels, and together with what.

A look at what is due goes through these steps: whom it is for and how they are reached; whether it may leave now
(quiet hours, digest, measure); over which channel, past those that are down; then one message for each person and
channel. What was postponed or held is written down, and an attempt before it is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifier.clocks.channels import PersonalChannel, Sent
from services.notifier.clocks.sending import Group, Hands, Sending, is_unsure
from services.notifier.commands import FILE, FailDeliveries, HoldDeliveries, PostponeDeliveries, Recipient
from services.notifier.models.notices import CHANNEL_DOWN
from services.notifier.policies.channels import ChannelsOfOne
from services.notifier.policies.circuits import Circuit, Tolerance
from services.notifier.policies.manners import Manner, group_of, manner_of
from services.notifier.policies.times import Times, Waiting, leaves_at
from services.notifier.queries import DueDelivery, Reached
from shared.observability.metrics import CHANNEL_LEFT_ALONE


@dataclass(frozen=True)
class Endurance:
    """For how long a channel that is down is waited for (domain time, from when the notice was made): ``patience``
    before the next one takes over, ``give_up`` where there is none."""

    patience: timedelta
    give_up: timedelta


@dataclass(frozen=True)
class _Going:
    """A delivery that may leave now, over a channel of its person's."""

    one: DueDelivery
    reached: Reached
    own: ChannelsOfOne
    channel: str


class Outgoing:
    """Takes what is due to people. ``channels``: by their names."""

    def __init__(
        self, hands: Hands, sending: Sending, times: Times, endurance: Endurance, tolerance: Tolerance
    ) -> None:
        self._queries, self._reaching = hands.queries, hands.reaching
        self._delivering, self._writer = hands.delivering, hands.writer
        self._sending = sending
        self._times = times
        self._endurance = endurance
        self.channels: Mapping[str, PersonalChannel] = sending.channels
        self.circuits = {name: Circuit(tolerance) for name in sending.channels}

    async def send(self, due: Sequence[DueDelivery], wall: datetime, now: datetime) -> dict[str, list[DueDelivery]]:
        """Send what may leave now; returns what goes over channels that take everybody's together, by their names.
        Raises ``Unavailable`` while it is not known how people are reached; what is due stays due then.
        """
        people = await self._reaching.people({one.recipient: one.order_id for one in due})
        leaving = await self._leaving(due, people, now)
        company = await self._queries.company({one.recipient for one in leaving}, wall, now, now + self._times.gather)
        chosen = {one.delivery_id for one in leaving}
        leaving += [one for one in company if one.delivery_id not in chosen]
        going = await self._routed(leaving, people)
        together: dict[str, list[DueDelivery]] = {}
        for each in going:
            if each.channel == FILE:
                together.setdefault(FILE, []).append(each.one)
        for name in self.channels:
            await self._over(name, [each for each in going if each.channel == name], wall, now)
        return together

    async def _leaving(
        self, due: Sequence[DueDelivery], people: Mapping[Recipient, Reached], now: datetime
    ) -> list[DueDelivery]:
        """What may leave now; the rest is postponed, or stays in the letterbox for good."""
        fresh = [one for one in due if one.attempts == 0]
        sent = await self._queries.sent_since({one.recipient for one in fresh}, self._times.day_of(now))
        later: dict[str, datetime | None] = {}
        for one in due:
            manner = _manner(one)
            waiting = Waiting(
                manner,
                group_of(one.told.kind, one.recipient.role),
                one.made_at,
                one.not_before is not None or one.attempts > 0,
                sent.get(one.recipient, 0),
            )
            at = leaves_at(waiting, people[one.recipient].wishes, self._times, now)
            if at is None or at > now:
                later[one.delivery_id] = at
        if later:
            await self._writer.do(self._delivering.postpone_deliveries, PostponeDeliveries(tuple(later.items())))
        return [one for one in due if one.delivery_id not in later]

    async def _routed(self, leaving: Sequence[DueDelivery], people: Mapping[Recipient, Reached]) -> list[_Going]:
        going: list[_Going] = []
        nowhere: set[str] = set()
        for one in leaving:
            reached = people[one.recipient]
            own = self._delivering.order.of(reached.wishes.channels, reached.addresses)
            channel = own.now(one.channel) if reached.is_known else None
            if channel is None:
                nowhere.add(one.delivery_id)
            else:
                going.append(_Going(one, reached, own, channel))
        if nowhere:
            await self._writer.do(self._delivering.set_aside, frozenset(nowhere))
        return going

    async def _over(self, name: str, going: Sequence[_Going], wall: datetime, now: datetime) -> None:
        circuit = self.circuits[name]
        if circuit.is_open:
            going = await self._without_impatient(name, going, wall, now)
        groups = _groups(going)
        if circuit.is_open and circuit.lets(wall) and groups:  # one goes first, to see whether it is back
            await self._send(name, groups[:1], wall)
            groups = groups[1:]
        if circuit.lets(wall):
            await self._send(name, groups, wall)
        elif groups:
            going = [each for group in groups for each in group]
            going = await self._without_impatient(name, going, wall, now)  # it may be down since a moment ago
            ids, until = tuple(each.one.delivery_id for each in going), circuit.open_until or wall
            if ids:
                await self._writer.do(self._delivering.hold_deliveries, HoldDeliveries(name, ids, until))

    async def _send(self, name: str, groups: Sequence[Sequence[_Going]], wall: datetime) -> None:
        circuit = self.circuits[name]

        async def one_of(group: Sequence[_Going]) -> None:
            if not circuit.lets(wall):
                return  # it went down meanwhile: what is due stays due, and is held at the next look
            first = group[0]
            behind = first.own.after(name)
            whole = Group(name, tuple(each.one for each in group), first.reached, behind[0] if behind else "")
            came = await self._sending.send(whole, wall)
            if came in {Sent.TAKEN, Sent.REFUSED}:
                circuit.took()
            elif came is not None:
                circuit.failed(wall)
            CHANNEL_LEFT_ALONE.labels(name).set(circuit.is_open)

        await asyncio.gather(*(one_of(group) for group in groups))

    async def _without_impatient(
        self, name: str, going: Sequence[_Going], wall: datetime, now: datetime
    ) -> list[_Going]:
        """The channel is down: what is pressing, or has waited, goes over the next one. Returns the rest."""
        patient: list[_Going] = []
        for each in going:
            one, waited = each.one, now - each.one.made_at
            behind = [other for other in each.own.after(name) if other == FILE or self.circuits[other].lets(wall)]
            pressing = _manner(one) is Manner.URGENT or waited >= self._endurance.patience
            if behind and pressing:
                await self._give_up(one, name, wall, behind[0])
            elif waited >= self._endurance.give_up:
                await self._give_up(one, name, wall, "")
            else:
                patient.append(each)
        return patient

    async def _give_up(self, one: DueDelivery, name: str, wall: datetime, following: str) -> None:
        over = FailDeliveries((one.delivery_id,), CHANNEL_DOWN, wall, True, following, name)
        await self._writer.do(self._delivering.fail_deliveries, over)


def _manner(one: DueDelivery) -> Manner:
    return manner_of(one.told.kind, one.recipient.role, one.urgency)


def _groups(going: Sequence[_Going]) -> list[list[_Going]]:
    """One message for each person; what may have left before goes again as it was, by itself."""
    groups: dict[tuple[Recipient, str | None], list[_Going]] = {}
    for each in going:
        again = each.one.message_id if is_unsure(each.one) else None
        groups.setdefault((each.one.recipient, again), []).append(each)
    for group in groups.values():
        group.sort(key=lambda each: (_manner(each.one).weight, each.one.notice_id))
    return sorted(groups.values(), key=lambda group: (_manner(group[0].one).weight, group[0].one.notice_id))
