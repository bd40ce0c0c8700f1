"""What an audit shows of somebody who does too much: figures by person in a window, and an alert once.

An alert is a question, not a verdict. It is a row of the audit, which ops alone search, and a number in the metrics;
the log says which rule, never who. Thresholds are settings: what is much depends on the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, cast, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.contracts.audit import STRANGER, SYSTEM, Deed, Verdict, What
from shared.persistence.audit import AuditColumns

STRANGERS = "strangers"
"""The rule about those nobody knows: they are counted together, and the count is the row's reason."""

HELD = "order"
"""What was limited: an order was placed, and somebody looks at it before volunteers are asked."""


@dataclass(frozen=True)
class Thresholds:
    """From so many in one ``window`` on there is an alert.

    ``reveals``, ``reads``: different orders whose contact was shown in full to one coordinator, or that one opened;
    ``fetches``: different orders whose contact one volunteer was given; ``returns``: what one volunteer took and handed
    back; ``lookups``: what one person looked for and is not there for them; ``refusals``: doors one person was kept out
    of; ``strangers``: look-ups of what is not there by all whom nobody knows; ``held``: orders of one grid, held for
    its coordinator because they look like spam.
    """

    window: timedelta = timedelta(hours=24)
    reveals: int = 30
    reads: int = 300
    fetches: int = 20
    returns: int = 5
    lookups: int = 30
    refusals: int = 30
    strangers: int = 500
    held: int = 20


@dataclass(frozen=True)
class Figure:
    """How much one person did of one thing in the window; ``most``: from where on it is alerted of. ``order_id``: one
    of the orders it was done to, by which somebody without an area of their own is placed. Residents are not counted
    one by one, many phones make a flood: of ``held`` the ``actor`` is the grid.
    """

    rule: str
    actor: str
    area: str
    count: int
    most: int
    order_id: str = ""

    @property
    def deed(self) -> Deed:
        """The alert as the audit keeps it."""
        who = replace(SYSTEM, area=self.area)
        return Deed(who, What.ALERTED, self.order_id, self.actor, self.rule, f"{self.count}/{self.most}")


async def figures(session: AsyncSession, table: type[AuditColumns], most: Thresholds, wall: datetime) -> list[Figure]:
    """What passes a threshold at ``wall`` and was not alerted of in this window."""
    since = wall - most.window
    found: list[Figure] = []
    for what, rule, limit, by_order in (
        (What.REVEALED, "reveals", most.reveals, True),
        (What.READ, "reads", most.reads, True),
        (What.FETCHED, "fetches", most.fetches, True),
        (What.RETURNED, "returns", most.returns, False),
        (What.LOOKED_UP, "lookups", most.lookups, False),
        (What.ENTERED, "refusals", most.refusals, False),
    ):
        count = func.count(distinct(col(table.order_id))) if by_order else func.count()
        query = (
            select(col(table.actor), func.max(col(table.area)), count, func.max(col(table.order_id)))
            .where(col(table.at) > since, col(table.what) == what.value, col(table.role) != STRANGER.role)
            .group_by(col(table.actor))
            .having(count >= limit)
        )
        rows = await session.execute(query)
        found += [Figure(rule, actor, area, count, limit, order_id) for actor, area, count, order_id in rows]
    held = func.count(distinct(col(table.order_id)))
    grids = (
        select(col(table.area), held, func.max(col(table.order_id)))
        .where(col(table.at) > since, col(table.what) == What.LIMITED.value, col(table.field) == HELD)
        .group_by(col(table.area))
        .having(held >= most.held)
    )
    found += [Figure("held", grid, grid, count, most.held, one) for grid, count, one in await session.execute(grids)]
    told = cast(col(table.reason), BigInteger)
    looked = (col(table.what) == What.LOOKED_UP.value, col(table.role) == STRANGER.role, col(table.reason) != "")
    strangers = int(await session.scalar(select(func.sum(told)).where(col(table.at) > since, *looked)) or 0)
    if strangers >= most.strangers:
        found.append(Figure(STRANGERS, "", "", strangers, most.strangers))
    return await _new(session, table, found, since)


async def _new(
    session: AsyncSession, table: type[AuditColumns], found: Sequence[Figure], since: datetime
) -> list[Figure]:
    if not found:
        return []
    alerted = select(col(table.field), col(table.subject)).where(
        col(table.at) > since, col(table.what) == What.ALERTED.value
    )
    known = {tuple(row) for row in await session.execute(alerted)}
    return [figure for figure in found if (figure.rule, figure.actor) not in known]


def order_held(order_id: str, grid: str) -> Deed:
    """An order of a grid looks like spam and was held for the coordinator there."""
    return Deed(replace(SYSTEM, area=grid), What.LIMITED, order_id, field=HELD)


def strangers_counted(count: int) -> Deed:
    """So many looked for what is not there since the last time it was counted."""
    return Deed(STRANGER, What.LOOKED_UP, reason=str(count), verdict=Verdict.REFUSED)
