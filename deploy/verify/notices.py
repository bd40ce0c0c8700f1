"""I4: every step a person should hear of has exactly one notice intent, and no notice tells of what never was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.tables import INTAKE_OUTBOX, MATCHER_OUTBOX, NOTICES
from services.notifier.policies.concerned import Concerned
from services.notifier.policies.confirmations import HOW_IT_ENDED, confirmations
from services.notifier.policies.involvement import Involvement
from services.notifier.policies.kinds import REFERRAL_ENDED, is_of_time
from services.notifier.policies.residents import Residents
from shared.contracts.envelope import OrderEvent
from shared.contracts.flows import EVENTS
from shared.contracts.intake import OrderCancelled, OrderClosed, OrderMerged
from shared.contracts.matcher import LegRequested, OfferMade, OrderReferred
from shared.contracts.versions import Vocabulary
from shared.contracts.words import Role

Key = tuple[str, str, int, str, str]
"""Order, kind, version, recipient's role and id: what is unique of a notice."""

TimeAsked = tuple[str, int, str]
"""Order, version of the offer, volunteer."""

Referred = tuple[str, str]
"""Order and department."""

_VOCABULARY = Vocabulary(EVENTS)


async def each_step_once(look: Look) -> list[Breach]:
    """What intake's and matcher's published facts call for, by notifier's own table, against the notices there are.

    Whoever was asked in vain has one notice for each time they were asked, whatever its kind: on which of the two
    streams the end came first decides that. A volunteer's other notices (thanks at the end, somebody else goes on) are
    only checked for doubles.
    """
    broken: list[Breach] = []
    async for piece in look.orders():
        called_for = await _called_for(look.databases, piece)
        found = await _found(look.databases, piece)
        broken += [Breach(key[0], f"no notice {_told(key)}") for key in called_for.steps if not found[key]]
        broken += [Breach(key[0], f"{count} notices {_told(key)}") for key, count in found.items() if count > 1]
        broken += _ends(called_for, found)
        broken += _referrals(called_for, found)
        broken += [
            Breach(key[0], f"a notice of nothing that happened: {_told(key)}")
            for key in found
            if key[3] != Role.VOLUNTEER
            and key[1] != REFERRAL_ENDED
            and not is_of_time(key[1], Role(key[3]))
            and not called_for.knows(key)
        ]
    return broken


def _referrals(called_for: _CalledFor, found: Counter[Key]) -> list[Breach]:
    """A department hears once for each time its referral ended without it; where the resident's withdrawal was heard
    before its report, it heard that as well. Never more often than it was referred to."""
    told = Counter((order_id, recipient) for order_id, kind, _, _, recipient in found if kind == REFERRAL_ENDED)
    return [
        Breach(
            who[0],
            f"department {who[1]}, referred to {called_for.referred[who]} times for order {who[0]}, heard {told[who]}"
            f" times that it is over, and should have {called_for.over[who]} times",
        )
        for who in {*told, *called_for.over}
        if not called_for.over[who] <= told[who] <= called_for.referred[who]
    ]


def _ends(called_for: _CalledFor, found: Counter[Key]) -> list[Breach]:
    told = Counter(_time_asked(key) for key in found if key[1] in HOW_IT_ENDED and key[3] == Role.VOLUNTEER)
    wrong = {time: "never heard how it ended" for time in called_for.ends if not told[time]}
    wrong |= {time: f"heard {count} times how it ended" for time, count in told.items() if count > 1}
    wrong |= {time: "was told of an end, and never asked" for time in told if time not in called_for.asked}
    return [
        Breach(order_id, f"volunteer {volunteer_id}, asked for order {order_id} at v{version}, {what}")
        for (order_id, version, volunteer_id), what in wrong.items()
    ]


@dataclass
class _CalledFor:
    """The notices by themselves (``steps``), those that may be there besides (``allowed``), each time somebody was
    ``asked``, and of those the ones in vain (``ends``); each time a department was ``referred`` to, and of those the
    ones that ended without it (``over``)."""

    steps: dict[Key, None] = field(default_factory=dict)
    allowed: set[Key] = field(default_factory=set)
    asked: set[TimeAsked] = field(default_factory=set)
    ends: dict[TimeAsked, None] = field(default_factory=dict)
    referred: Counter[Referred] = field(default_factory=Counter)
    over: Counter[Referred] = field(default_factory=Counter)

    def knows(self, key: Key) -> bool:
        """Whether something happened that a notice may tell of."""
        return key in self.steps or key in self.allowed

    def hear(self, told: Sequence[OrderEvent]) -> None:
        """All facts of one order: matcher's between the order's legs and its end, each publisher's in order."""
        involvement, residents = Involvement(), Residents()
        for event in sorted(told, key=_turn):
            if isinstance(event, OfferMade | LegRequested):
                self.asked.add((event.order_id, event.version, event.volunteer_id))
            if isinstance(event, OrderReferred):
                self.referred[event.order_id, event.department] += 1
            for intent in confirmations(event, Concerned(residents=residents.hear(event))):
                self.steps[event.order_id, intent.kind, intent.version, intent.role, intent.recipient] = None
            self.allowed |= {
                (event.order_id, one.kind, one.version, Role.RESIDENT, one.resident_id)
                for one in residents.may_hear(event)
            }
            if not involvement.lacks(event):
                self._hear_of_others(event, involvement.hear(event))

    def _hear_of_others(self, event: OrderEvent, concerned: Concerned) -> None:
        for one in (*concerned.no_longer_asked, *concerned.not_chosen):
            self.ends[event.order_id, one.version, one.volunteer_id] = None
        if concerned.no_longer_referred is not None:
            self.over[event.order_id, concerned.no_longer_referred] += 1


def _turn(event: OrderEvent) -> tuple[int, int]:
    if event.publisher == "matcher":
        return 1, event.version
    return (2 if isinstance(event, OrderCancelled | OrderClosed | OrderMerged) else 0), event.version


async def _called_for(databases: Databases, order_ids: Sequence[str]) -> _CalledFor:
    told: dict[str, list[OrderEvent]] = {}
    for database, outbox in ((databases.intake, INTAKE_OUTBOX), (databases.matcher, MATCHER_OUTBOX)):
        facts = select(outbox.c.type, outbox.c.about, outbox.c.body).where(outbox.c.about.in_(order_ids))
        async for row in rows(database, facts):
            event = _VOCABULARY.event_of(row.type, row.body)
            if isinstance(event, OrderEvent):
                told.setdefault(row.about, []).append(event)
    called_for = _CalledFor()
    for events in told.values():
        called_for.hear(events)
    return called_for


async def _found(databases: Databases, order_ids: Sequence[str]) -> Counter[Key]:
    there = select(
        NOTICES.c.order_id, NOTICES.c.kind, NOTICES.c.version, NOTICES.c.recipient_role, NOTICES.c.recipient_id
    ).where(NOTICES.c.order_id.in_(order_ids))
    return Counter([tuple(row) async for row in rows(databases.notifier, there)])


def _time_asked(key: Key) -> TimeAsked:
    order_id, _, version, _, recipient = key
    return order_id, version, recipient


def _told(key: Key) -> str:
    order_id, kind, version, role, recipient = key
    return f"{kind} v{version} of order {order_id} to {role} {recipient}"
