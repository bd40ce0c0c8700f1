"""I6: replaying all facts into an empty read model gives the same read model.

The facts of each order are read from the outboxes, which have them all (``streams`` compares the two), and heard by
notifier's own use cases in an empty database, in the order in which notifier heard them. Orders do not touch each
other there, so they are replayed piece by piece. Compared are the index of events, the orders with everybody who is
concerned in them, the matters of the public board, and who was to have which notice. Deliveries and readings are
records of their own; so are notices that time called for.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.replaying import READ_MODELS, Replay, compared, fact_of_row
from deploy.verify.tables import EVENTS_HEARD, MATCHER_OUTBOX, NOTICES, OUTBOXES
from services.notifier.models import NotifierTable
from services.notifier.policies.kinds import is_of_time
from shared.contracts.matcher import POST_EVENTS
from shared.contracts.words import Role
from shared.persistence.engine import Database

AT_ONCE = 100
"""Facts heard in one list, as many as in life."""

_INTENT = ("order_id", "kind", "version", "recipient_role", "recipient_id", "offer_id", "assignment_id")
"""What a notice is, apart from when it was made and read."""


async def replay_gives_the_same(look: Look) -> list[Breach]:
    """I6: what a replay gives that the live read model has not, and the other way round."""
    broken: list[Breach] = []
    with tempfile.TemporaryDirectory(prefix="paidan-replay-") as place:
        database = Database(f"sqlite+aiosqlite:///{Path(place) / 'replay.db'}")
        try:
            await Replay(database, _now).prepare()
            async for piece in look.orders():
                broken += await _replay(look.databases, database, piece)
        finally:
            await database.close()
    return broken


async def posts_are_indexed(look: Look) -> list[Breach]:
    """I6 for facts about no order: each is in the index of events as it was published."""
    broken: list[Breach] = []
    if look.only is not None:
        return broken
    of_posts = MATCHER_OUTBOX.c.type.in_([event.type() for event in POST_EVENTS])
    async for piece in look.pieces(look.databases.matcher, MATCHER_OUTBOX.c.about, of_posts):
        told = await _told(look.databases, piece)
        heard = {row.event_id: row.body for row in await _heard(look.databases, piece)}
        broken += _unheard(told, heard.keys())
        wrong = [row for one, row in told.items() if one in heard and heard[one] != row.body]
        broken += [Breach("", f"events: {row.event_id} is not as it was published") for row in wrong]
    return broken


async def _replay(databases: Databases, empty: Database, piece: Sequence[str]) -> list[Breach]:
    told = await _told(databases, piece)
    index = await _heard(databases, piece)
    heard = [row.event_id for row in index]
    broken = _unheard(told, set(heard))
    strange = [row for row in index if row.event_id not in told]
    broken += [Breach(row.about, f"event {row.event_id} was heard, and no outbox has it") for row in strange]
    replay = Replay(empty, _now)
    facts = [fact_of_row(told[one]) for one in heard if one in told]
    for start in range(0, len(facts), AT_ONCE):
        await replay.hear(facts[start : start + AT_ONCE])
    broken += [
        Breach(fact.event.about, f"event {fact.event_id} about {fact.event.about} was heard before the one it needs")
        for fact in replay.early
    ]
    for name, (table, key) in READ_MODELS.items():
        live, again = await _rows(databases.notifier, table, piece), await _rows(empty, table, piece)
        known = told if name == "events" else None
        broken += _apart(name, _by(live, key, known), _by(again, key, known), compared(table))
    broken += _notices(await _rows(databases.notifier, NOTICES, piece), await _rows(empty, NOTICES, piece))
    await _clear(empty)
    return broken


def _unheard(told: Mapping[str, Any], heard: Any) -> list[Breach]:
    lost = [row for one, row in told.items() if one not in heard and row.sent_at is not None]
    return [Breach(row.about, f"{row.type} {row.event_id} about {row.about} was not heard by notifier") for row in lost]


def _apart(name: str, live: Mapping[str, Any], again: Mapping[str, Any], columns: Sequence[str]) -> list[Breach]:
    broken = []
    for key in sorted(live.keys() | again.keys()):
        one, other = live.get(key), again.get(key)
        about = getattr(one or other, "order_id", None) or (one or other).about  # type: ignore[union-attr]  # one is there
        if one is None or other is None:
            broken.append(Breach(about, f"{name}: {key} is {'missing' if one is None else 'in no replay'}"))
        elif wrong := [column for column in columns if _differ(column, getattr(one, column), getattr(other, column))]:
            broken.append(Breach(about, f"{name}: {key} differs in {', '.join(wrong)}"))
    return broken


def _differ(column: str, one: Any, other: Any) -> bool:
    """Whether two readings of one value are not the same. An event's body may have a field more or less: releases that
    ran side by side each wrote down what they know (docs/adr/0024); what both know has to agree.
    """
    if column != "body" or one == other:
        return bool(one != other)
    ours, theirs = json.loads(one), json.loads(other)
    return ours.keys() == theirs.keys() or any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())


def _notices(live: Sequence[Any], again: Sequence[Any]) -> list[Breach]:
    told = [row for row in live if not is_of_time(row.kind, Role(row.recipient_role))]  # no fact calls for the others
    there, wanted = ({tuple(getattr(row, name) for name in _INTENT) for row in found} for found in (told, again))
    missing = [Breach(one[0], f"notices: {_words(one)} is missing") for one in sorted(wanted - there, key=str)]
    return missing + [
        Breach(one[0], f"notices: {_words(one)} is in no replay") for one in sorted(there - wanted, key=str)
    ]


def _words(intent: tuple[Any, ...]) -> str:
    order_id, kind, version, role, recipient, *_ = intent
    return f"{kind} v{version} of order {order_id} to {role} {recipient}"


async def _told(databases: Databases, piece: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for service, outbox in OUTBOXES.items():
        facts = select(outbox).where(outbox.c.about.in_(piece))
        told |= {row.event_id: row async for row in rows(databases.named()[service], facts)}
    return told


async def _heard(databases: Databases, piece: Sequence[str]) -> list[Any]:
    heard = select(EVENTS_HEARD).where(EVENTS_HEARD.c.about.in_(piece)).order_by(EVENTS_HEARD.c.position)
    return [row async for row in rows(databases.notifier, heard)]


async def _rows(database: Database, table: Table, piece: Sequence[str]) -> list[Any]:
    column = table.c.about if table is EVENTS_HEARD else table.c.order_id
    return [row async for row in rows(database, select(table).where(column.in_(piece)))]


def _by(found: Sequence[Any], key: str, known: Mapping[str, Any] | None) -> dict[str, Any]:
    """Rows by their key; of the index those that an outbox has: the others are told of already."""
    by_key = {getattr(row, key): row for row in found}
    return by_key if known is None else {one: row for one, row in by_key.items() if one in known}


async def _clear(database: Database) -> None:
    async with database.writing() as session:
        for table in reversed(NotifierTable.metadata.sorted_tables):
            await session.execute(table.delete())


def _now() -> datetime:
    return datetime.now(UTC)
