"""I4: every step a person should hear of has exactly one notice intent, and no notice tells of what never was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from deploy.verify.evidence import Databases, chunks, rows
from deploy.verify.tables import INTAKE_OUTBOX, MATCHER_OUTBOX, NOTICES, ORDERS
from services.notifier.policies.confirmations import confirmations
from shared.contracts.flows import EVENTS
from shared.contracts.words import Role

Key = tuple[str, str, int, str, str]
"""Order, kind, version, recipient's role and id: what is unique of a notice."""

_EVENTS = {event.type(): event for event in EVENTS}


async def each_step_once(databases: Databases) -> list[str]:
    """What intake's and matcher's published facts call for by themselves, against the notices there are.

    A volunteer's further notices (an offer withdrawn, thanks at the end) depend on who was involved; those are
    only checked for doubles.
    """
    broken: list[str] = []
    ids = [row.order_id async for row in rows(databases.intake, select(ORDERS.c.order_id))]
    for piece in chunks(ids):
        expected = await _expected(databases, piece)
        found = await _found(databases, piece)
        broken += [f"no notice {_told(key)}" for key in expected if not found[key]]
        broken += [f"{count} notices {_told(key)}" for key, count in found.items() if count > 1]
        broken += [
            f"a notice of nothing that happened: {_told(key)}"
            for key in found
            if key[3] != Role.VOLUNTEER and key not in expected
        ]
    return broken


async def _expected(databases: Databases, order_ids: Sequence[str]) -> dict[Key, None]:
    expected: dict[Key, None] = {}
    for database, outbox in ((databases.intake, INTAKE_OUTBOX), (databases.matcher, MATCHER_OUTBOX)):
        facts = select(outbox.c.type, outbox.c.about, outbox.c.body).where(outbox.c.about.in_(order_ids))
        async for row in rows(database, facts):
            event = _EVENTS[row.type].model_validate_json(row.body)
            for intent in confirmations(event):
                expected[row.about, intent.kind, intent.version, intent.role, intent.recipient] = None
    return expected


async def _found(databases: Databases, order_ids: Sequence[str]) -> Counter[Key]:
    there = select(
        NOTICES.c.order_id, NOTICES.c.kind, NOTICES.c.version, NOTICES.c.recipient_role, NOTICES.c.recipient_id
    ).where(NOTICES.c.order_id.in_(order_ids))
    return Counter([tuple(row) async for row in rows(databases.notifier, there)])


def _told(key: Key) -> str:
    order_id, kind, version, role, recipient = key
    return f"{kind} v{version} of order {order_id} to {role} {recipient}"
