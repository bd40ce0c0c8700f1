"""How the checks look: over the orders in pieces, and twice at what is broken while the stack moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, select

from deploy.verify.evidence import CHUNK, Databases
from deploy.verify.tables import ORDERS
from shared.community.clock import DomainClock
from shared.persistence.engine import Database

PAUSES = (0.3, 1.0, 3.0)
"""Seconds before each further look at what seems broken while facts are under way."""


@dataclass(frozen=True)
class Finding:
    """One invariant and what breaks it; nothing when it holds. ``remarks`` break nothing and are worth knowing."""

    invariant: str
    rule: str
    broken: Sequence[str]
    remarks: Sequence[str] = ()


class Breach(NamedTuple):
    """What breaks an invariant; ``about``: the id of the order it is about, empty where it is about none."""

    about: str
    line: str


@dataclass(frozen=True)
class Look:
    """What a check looks at: the databases, by the stack's ``clock``, and of the orders those placed ``since`` (domain
    time) or ``only`` these; None is all of them."""

    databases: Databases
    clock: DomainClock = field(default_factory=DomainClock)
    since: datetime | None = None
    only: frozenset[str] | None = None

    async def orders(self) -> AsyncIterator[Sequence[str]]:
        """The ids of intake's orders, in pieces that fit into one question."""
        wanted = () if self.since is None else (ORDERS.c.placed_at >= self.since,)
        async for piece in self.pieces(self.databases.intake, ORDERS.c.order_id, *wanted):
            yield piece

    async def pieces(self, database: Database, column: Column[Any], *wanted: Any) -> AsyncIterator[Sequence[str]]:
        """The different values of an indexed column, sorted, in pieces; each piece is a question of its own, so that
        no transaction stays open while they are looked at."""
        if self.only is not None:
            ids = sorted(self.only)
            for start in range(0, len(ids), CHUNK):
                found = select(column).where(column.in_(ids[start : start + CHUNK]), *wanted).distinct()
                yield await _values(database, found)
            return
        last = ""
        while True:
            page = select(column).where(column > last, *wanted).distinct().order_by(column).limit(CHUNK)
            found_here = await _values(database, page)
            if not found_here:
                return
            yield found_here
            last = found_here[-1]

    def again(self, abouts: Collection[str]) -> Look:
        """Another look at those orders; at everything where one of the breaches is about none."""
        return self if "" in abouts else replace(self, only=frozenset(abouts))


Check = Callable[[Look], Awaitable[list[Breach]]]
"""One rule, looked for: what breaks it."""

Still = Callable[[], Awaitable[bool]]
"""Whether nothing has moved since the stack was quiet."""

UnderWay = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Of these orders, those of which somebody has not heard everything yet."""


async def confirmed(check: Check, look: Look, still: Still, under_way: UnderWay) -> tuple[list[str], list[str]]:
    """What breaks a rule, and remarks.

    The databases are read one after the other: while the stack moves, what seems broken is looked at again, and stands
    when it is the same each time; an order of which facts are under way is not judged.
    """
    found = await check(look)
    for pause in PAUSES:
        if not found or await still():
            return [breach.line for breach in found], []
        await asyncio.sleep(pause)
        again = set(await check(look.again({breach.about for breach in found})))
        found = [breach for breach in found if breach in again]
    moving = await under_way({breach.about for breach in found if breach.about})
    remarks = [f"{len(moving)} orders with facts under way were not judged"] if moving else []
    return [breach.line for breach in found if breach.about not in moving], remarks


async def _values(database: Database, query: Any) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(query))


MOST = 1000
"""So many lines of one rule are kept; the others are counted."""


class Many:
    """Lines of which there may be very many."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = 0

    def add(self, line: str) -> None:
        """One more line."""
        if len(self._lines) < MOST:
            self._lines.append(line)
        else:
            self._more += 1

    def count(self, more: int) -> None:
        """So many more, without their words."""
        self._more += more

    def lines(self) -> list[str]:
        """The lines, and how many more there are."""
        return [*self._lines, f"and {self._more} more"] if self._more else list(self._lines)
