"""After a restore: which orders the restored system does not know, and which had gone on since the cut.

Nothing is repaired here: who ordered and what was said is in no fact, so people have to ask people. The report names
references, services, grids and times, which is what a coordinator needs to begin, and nothing personal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deploy.backup.choosing import Chosen
from deploy.backup.installation import Installation, kind_of
from deploy.backup.lost_facts import LostFact, from_postgres, from_sqlite, from_streams, unknown_to
from deploy.backup.old_broker import old_streams
from deploy.backup.report import GoneOn, Line, LostPost, Report, Unknown
from deploy.backup.restoring import Restored
from deploy.problems import StackProblem
from deploy.verify.evidence import Databases, chunks, opened, rows
from deploy.verify.ledger import Promise
from deploy.verify.tables import ORDERS
from shared.contracts.intake import OrderPlaced
from shared.contracts.matcher import POST_EVENTS

_PLACED = OrderPlaced.name
_POSTS = frozenset(event.name for event in POST_EVENTS)
_NOTIFIER = "notifier"


@dataclass
class _Found:
    """Lost facts by what they are about, and what could not be read."""

    orders: dict[str, list[LostFact]] = field(default_factory=dict)
    posts: list[LostFact] = field(default_factory=list)
    notices: int = 0
    unreadable: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, facts: Sequence[LostFact]) -> None:
        """Sort facts in, each once."""
        for fact in facts:
            if fact.event_id in self.seen:
                continue
            self.seen.add(fact.event_id)
            if fact.name in _POSTS:
                self.posts.append(fact)
            elif fact.publisher == _NOTIFIER:
                self.notices += 1
            else:
                self.orders.setdefault(fact.about, []).append(fact)


async def reconcile(
    installation: Installation, chosen: Chosen, restored: Restored, ledger: Sequence[Promise]
) -> Report:
    """Compare what was told after the cut with what was restored. Never raises ``StackProblem``: what cannot be read is
    said in the report.
    """
    async with opened(installation.databases) as databases:
        found = await _lost(databases, installation, chosen, restored)
        lines: list[Line] = []
        known = await _known(databases, [*found.orders, *(promise.order_id for promise in ledger)])
        for order_id, facts in found.orders.items():
            lines.append(_unknown(order_id, facts) if order_id not in known else _gone_on(known[order_id], facts))
        lines += [
            Unknown(order_id=promise.order_id, reference=promise.reference)
            for promise in dict.fromkeys(ledger)
            if promise.order_id not in known and promise.order_id not in found.orders
        ]
    lines += [LostPost.of(fact.name, fact.body) for fact in found.posts]
    return Report(chosen.manifest, restored.epoch, lines, found.notices, found.unreadable)


async def _lost(databases: Databases, installation: Installation, chosen: Chosen, restored: Restored) -> _Found:
    found = _Found()
    try:
        if "streams" in restored.kept:
            async with old_streams(Path(restored.kept["streams"])) as js:
                async for piece in _pieces(from_streams(js, chosen.manifest)):
                    found.take(await unknown_to(databases, piece))
        else:
            found.unreadable.append("there were no old streams")
    except StackProblem as problem:
        found.unreadable.append(str(problem))
    for service, url in installation.databases.items():
        if service not in restored.kept:
            found.unreadable.append(f"there was no old database of {service}")
            continue
        try:
            found.take(await unknown_to(databases, await _old_outbox(service, url, chosen, restored)))
        except StackProblem as problem:
            found.unreadable.append(str(problem))
    return found


async def _old_outbox(service: str, url: str, chosen: Chosen, restored: Restored) -> Sequence[LostFact]:
    place, copy = restored.kept[service], chosen.manifest.databases[service]
    if kind_of(url) == "sqlite":
        return await from_sqlite(Path(place), copy)
    return await from_postgres(url, place.removeprefix("schema "), copy)


async def _pieces(facts: AsyncIterator[LostFact]) -> AsyncIterator[Sequence[LostFact]]:
    """Lists short enough to be asked about at once: of a stream that has to be read from its beginning nearly all is
    known.
    """
    piece: list[LostFact] = []
    async for fact in facts:
        piece.append(fact)
        if len(piece) == 2000:
            yield piece
            piece = []
    if piece:
        yield piece


async def _known(databases: Databases, order_ids: Sequence[str]) -> Mapping[str, Any]:
    columns = (ORDERS.c.order_id, ORDERS.c.reference, ORDERS.c.service, ORDERS.c.grid, ORDERS.c.placed_at)
    found: dict[str, Any] = {}
    for piece in chunks(list(dict.fromkeys(order_ids))):
        query = select(*columns).where(ORDERS.c.order_id.in_(piece))
        found |= {row.order_id: row async for row in rows(databases.intake, query)}
    return found


def _unknown(order_id: str, facts: Sequence[LostFact]) -> Unknown:
    placed = next((fact.body for fact in facts if fact.name == _PLACED), {})
    return Unknown(
        order_id=order_id,
        reference=placed.get("reference"),
        service=placed.get("service"),
        grid=placed.get("grid"),
        placed_at=placed.get("placed_at"),
        facts=_told(facts),
    )


def _gone_on(order: Any, facts: Sequence[LostFact]) -> GoneOn:
    return GoneOn(
        order_id=order.order_id,
        reference=order.reference,
        service=order.service,
        grid=order.grid,
        placed_at=order.placed_at,
        facts=_told(facts),
    )


def _told(facts: Sequence[LostFact]) -> Sequence[str]:
    """Names of the facts, each publisher's in the order in which they happened."""
    ordered = sorted(facts, key=lambda fact: (fact.publisher, fact.body.get("version") or 0))
    return [f"{fact.publisher}.{fact.name}" for fact in ordered]
