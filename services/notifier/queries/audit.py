"""The audits of all three services as one list, the newest first."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import col

from services.notifier.models import FollowedOrder
from shared.contracts.audit import AuditRow, DeedsWanted, What
from shared.contracts.audit_requests import SEARCH_AUDIT, AuditFound, SearchAudit
from shared.contracts.flows import SERVICES
from shared.contracts.refusal import Unavailable
from shared.messaging.searching import search
from shared.persistence.audit import wall_now
from shared.persistence.engine import Database
from shared.persistence.finding_deeds import Deeds
from shared.web.paging import cursor_of, place_of

OWN = "notifier"
ALERTED_FOR = timedelta(days=1)
MOST_ALERTS = 100

Asks = Callable[[SearchAudit], Awaitable[AuditFound]]
"""Asks the service a request is to. Raises ``Unavailable``."""


class DeedView(AuditRow):
    """One deed, and the service whose audit has it. ``reference``: that of the order, where notifier knows it."""

    service: str
    reference: str | None = None


class DeedsPage(BaseModel):
    """One page of the three audits. ``away``: services that did not answer, whose deeds are not in it."""

    items: list[DeedView]
    next: str | None = None
    away: list[str] = []


@dataclass(frozen=True)
class DeedsSought:
    """What is looked for; empty is all. ``order``: id or reference; ``service``: of one service's audit alone."""

    person: str = ""
    order: str = ""
    what: What | None = None
    service: str = ""
    since: datetime | None = None
    until: datetime | None = None


class AuditQueries:
    """Searches notifier's own audit and, by asking, those of the others. ``alerts``: how many there were in the last
    day when they were counted; none of a service that was away.
    """

    def __init__(self, database: Database, deeds: Deeds, ask: Asks) -> None:
        self._database = database
        self._deeds = deeds
        self._ask = ask
        self.alerts = 0

    async def count_alerts(self, wall: Callable[[], datetime] = wall_now) -> list[DeedView]:
        """Look how many there are, and at the newest of them, each in the area it is about: its own, or that of its
        order. Raises the errors of the database.
        """
        lately = DeedsSought(what=What.ALERTED, since=wall() - ALERTED_FOR)
        alerts = (await self.page(lately, None, MOST_ALERTS)).items
        self.alerts = len(alerts)
        placeless = {one.order_id for one in alerts if one.order_id and not one.area}
        grids = await self._told_of(placeless, col(FollowedOrder.grid))
        return [one.model_copy(update={"area": one.area or grids.get(one.order_id, "")}) for one in alerts]

    async def page(self, sought: DeedsSought, cursor: str | None, limit: int) -> DeedsPage:
        """Up to ``limit`` deeds. Raises ``CursorBroken``."""
        places = place_of(cursor, *[int] * len(SERVICES)) if cursor else (0,) * len(SERVICES)
        before = {service: int(place or 0) for service, place in zip(SERVICES, places, strict=True)}
        asked = [service for service in SERVICES if sought.service in ("", service)]
        order_id = await self._order_id(sought.order) if sought.order else ""
        answers = await asyncio.gather(*(self._of(one, sought, order_id, before[one], limit + 1) for one in asked))
        found = dict(zip(asked, answers, strict=True))
        merged = list(heapq.merge(*(_named(one, rows) for one, rows in found.items() if rows), key=_newest_first))
        shown = merged[:limit]
        for view in shown:
            before[view.service] = view.sequence
        ids = {view.order_id for view in shown if view.order_id}
        references = await self._told_of(ids, col(FollowedOrder.reference))
        items = [view.model_copy(update={"reference": references.get(view.order_id)}) for view in shown]
        following = cursor_of(tuple(before.values())) if len(merged) > limit else None
        return DeedsPage(items=items, next=following, away=[one for one, rows in found.items() if rows is None])

    async def _of(
        self, service: str, sought: DeedsSought, order_id: str, before: int, most: int
    ) -> Sequence[AuditRow] | None:
        """A service's newest rows, None when it does not answer."""
        wanted = DeedsWanted(
            person=sought.person,
            order_id=order_id,
            what=sought.what.value if sought.what else "",
            since=sought.since,
            until=sought.until,
            before=before,
            most=most,
        )
        try:
            found = await self._asked(service, wanted)
        except Unavailable:
            return None
        return found.rows

    async def _asked(self, service: str, wanted: DeedsWanted) -> AuditFound:
        if service == OWN:
            return await search(self._deeds, wanted)
        return await self._ask(SEARCH_AUDIT[service](wanted=wanted))

    async def _order_id(self, told: str) -> str:
        found = select(col(FollowedOrder.order_id)).where(col(FollowedOrder.reference) == told)
        async with self._database.reading() as session:
            return await session.scalar(found.limit(1)) or told

    async def _told_of(self, order_ids: set[str], column: Any) -> Mapping[str, str]:
        if not order_ids:
            return {}
        found = select(col(FollowedOrder.order_id), column).where(col(FollowedOrder.order_id).in_(order_ids))
        async with self._database.reading() as session:
            return {order_id: told for order_id, told in await session.execute(found) if told}


def _named(service: str, rows: Sequence[AuditRow]) -> list[DeedView]:
    return [DeedView(service=service, **row.model_dump()) for row in rows]


def _newest_first(view: DeedView) -> float:
    return -view.at.timestamp()
