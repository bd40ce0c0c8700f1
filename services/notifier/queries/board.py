"""The public board: how many orders were collected and answered, by area, service and month."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from services.notifier.models import Matter
from services.notifier.policies.withholding import Cell, Dimension, Figures, withhold
from services.notifier.queries.counting import CONTENT, DONE, OPEN, OTHERS, counts_of, months_between, next_month
from services.notifier.queries.views import BoardView, FiguresView, MinutesView
from shared.community.areas import COMMUNITY, UnknownArea
from shared.community.definition import Community
from shared.contracts.refusal import FieldError, Invalid
from shared.contracts.words import Outcome
from shared.persistence.engine import Database
from shared.web.i18n import msgid

ALL, ANSWERED, NOBODY = "*", "answered", "none"
OUTCOMES = [outcome.value for outcome in Outcome]
ENDINGS = Dimension(
    {ALL: None, ANSWERED: ALL, OPEN: ALL, Outcome.NO_REPLY.value: ALL}
    | {one: ANSWERED for one in (DONE, *OUTCOMES) if one != Outcome.NO_REPLY.value}
)
FEELINGS = Dimension({ALL: None, CONTENT: ALL, OTHERS: ALL})


class NotOnTheBoard(Invalid):
    """There is no such service or month."""

    title = "The board has no such figures"


SHARE = 50
"""Counting goes through every matter there ever was: it takes a fiftieth of the time at most."""


@dataclass(frozen=True)
class _Board:
    """Figures as they were counted. ``minutes``: what was asked of them so far."""

    figures: Figures
    areas: Dimension
    services: list[str]
    months: list[str]
    tiers: list[str]
    minutes: dict[tuple[str, ...], MinutesView] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    """``counted_at``: seconds of a monotonic clock; ``good_for``: until they are counted again."""

    board: _Board
    counted_at: float
    good_for: float

    def is_older_than(self, times: float) -> bool:
        return time.monotonic() - self.counted_at >= times * self.good_for


class BoardQueries:
    """Counts matters, and withholds what would let somebody be recognised.

    The figures are ``seconds`` old, or ``SHARE`` times as long as counting them takes; whoever comes then is told them
    once more while they are counted anew. An area is shown from the community upwards, never a grid.
    """

    def __init__(self, database: Database, rules: Community, least: int, seconds: float) -> None:
        """``seconds``: 0 has them counted for everybody who asks."""
        self._database = database
        self._rules = rules
        self._least = least
        self._seconds = seconds
        self._kept: _Kept | None = None
        self._counting = asyncio.Lock()
        self._stale = asyncio.Event()

    async def run(self) -> None:
        """Count anew what somebody found old. Raises the errors of the database."""
        while True:
            await self._stale.wait()
            await self._counted(1)
            self._stale.clear()

    async def board(self, area: str | None, service: str | None, month: str | None) -> BoardView:
        """The figures of an area (the whole tree), a service and a month (all). Raises ``UnknownArea`` and
        ``NotOnTheBoard``."""
        kept = await self._current()
        place = area or self._rules.areas.root.code
        if place not in kept.areas.nodes:
            raise UnknownArea
        for value, known, pointer in ((service, kept.services, "/service"), (month, kept.months, "/month")):
            if value is not None and value not in known:
                raise NotOnTheBoard(errors=[FieldError(pointer, msgid("The board has no such figures"))])
        chosen = (place, service or ALL, month or ALL)
        below = [code for code in kept.areas.below(place) if code in self._rules.areas]
        return BoardView(
            area=place,
            service=service,
            month=month,
            least=self._least,
            total=_figures(kept, *chosen, code=place),
            by_area=[_figures(kept, code, *chosen[1:], code=code) for code in below],
            by_service=[_figures(kept, place, one, chosen[2], code=one) for one in kept.services],
            by_month=[_figures(kept, *chosen[:2], one, code=one) for one in kept.months],
            services=kept.services,
            months=kept.months,
            taken=await self._minutes(col(Matter.taken_minutes), kept, chosen),
            done=await self._minutes(col(Matter.done_minutes), kept, chosen),
        )

    async def _current(self) -> _Board:
        if self._kept is None or self._kept.is_older_than(2):
            return await self._counted(2)
        if self._kept.is_older_than(1):
            self._stale.set()
        return self._kept.board

    async def _counted(self, times: float) -> _Board:
        async with self._counting:
            if self._kept is None or self._kept.is_older_than(times):
                began = time.monotonic()
                board = await self._count()
                now = time.monotonic()
                self._kept = _Kept(board, now, max(self._seconds, (now - began) * SHARE) if self._seconds else 0.0)
            return self._kept.board

    async def _count(self) -> _Board:
        async with self._database.reading() as session:
            placed = col(Matter.placed_at)
            ends = select(func.min(placed)).scalar_subquery(), select(func.max(placed)).scalar_subquery()
            first, last = (await session.execute(select(*ends))).one()
            starts = months_between(first, last, self._rules.zone) if first else {}
            rows = [tuple(row) for row in await session.execute(counts_of(starts))] if starts else []
        services = list(self._rules.services_by_code)
        services += sorted({row[1] for row in rows} - set(services))
        kept = _Board(Figures({}, frozenset()), self._areas(rows), services, list(starts), self._rules_tiers())
        figures = await asyncio.to_thread(self._withheld, rows, kept)
        return _Board(figures, kept.areas, kept.services, kept.months, kept.tiers)

    def _rules_tiers(self) -> list[str]:
        return [NOBODY, *(tier.kind for tier in self._rules.ladder.tiers)]

    def _areas(self, rows: Sequence[tuple[Any, ...]]) -> Dimension:
        """Communities and what is above them. Orders that lie in no community are a leaf of their own below the area
        above their grid, so that no sum gives them away."""
        areas = self._rules.areas
        parents: dict[str, str | None] = {}
        for community in areas.of_kind(COMMUNITY):
            line = areas.ancestors(community.code)
            parents |= dict(zip(line, (*line[1:], None), strict=True))
        parents.setdefault(areas.root.code, None)
        for code in {row[0] for row in rows} - parents.keys():
            parents[_own(self._above(code, parents))] = self._above(code, parents)
        return Dimension(parents)

    def _above(self, code: str, known: Mapping[str, str | None]) -> str:
        line = self._rules.areas.ancestors(code) if self._rules.areas.knows(code) else ()
        return next((one for one in line if one in known), self._rules.areas.root.code)

    def _withheld(self, rows: Sequence[tuple[Any, ...]], kept: _Board) -> Figures:
        orders: dict[Cell, int] = {}
        for area, service, month, ending, feeling, tiers, count in rows:
            place = area if area in kept.areas.nodes else _own(self._above(area, kept.areas.nodes))
            reached = max((kept.tiers.index(one) for one in tiers.split(",") if one in kept.tiers), default=0)
            cell = (place, service, month, ending, kept.tiers[reached], feeling)
            orders[cell] = orders.get(cell, 0) + count
        flat = [Dimension({ALL: None} | dict.fromkeys(codes, ALL)) for codes in (kept.services, kept.months)]
        tiers_ = Dimension({ALL: None} | dict.fromkeys(kept.tiers, ALL))
        return withhold(orders, (kept.areas, *flat, ENDINGS, tiers_, FEELINGS), _is_published, self._least)

    async def _minutes(self, minutes: Any, kept: _Board, chosen: tuple[str, str, str]) -> MinutesView:
        """Median and nine of ten, where enough orders have come so far and their number may be known."""
        if kept.figures.shown((*chosen, ALL, ALL, ALL)) is None:
            return MinutesView(suppressed=True)
        asked = (minutes.key, *chosen)
        if asked not in kept.minutes:
            kept.minutes[asked] = await self._taken(minutes, *chosen)
        return kept.minutes[asked]

    async def _taken(self, minutes: Any, area: str, service: str, month: str) -> MinutesView:
        wanted = [minutes.is_not(None)]
        if area != self._rules.areas.root.code:
            wanted.append(col(Matter.area).in_(self._rules.areas.all_below((area,))))
        if service != ALL:
            wanted.append(col(Matter.service) == service)
        if month != ALL:
            start = datetime.strptime(month, "%Y-%m").replace(tzinfo=self._rules.zone)
            wanted += [col(Matter.placed_at) >= start, col(Matter.placed_at) < next_month(start)]
        each = select(minutes, func.count()).where(*wanted).group_by(minutes).order_by(minutes)
        async with self._database.reading() as session:
            found = [(int(value), int(orders)) for value, orders in await session.execute(each)]
        upto = list(accumulate(orders for _, orders in found))
        if not upto or upto[-1] < self._least:
            return MinutesView(suppressed=bool(upto))

        def at(place: int) -> int:
            return found[bisect_right(upto, place)][0]

        return MinutesView(median=at((upto[-1] - 1) // 2), nine_of_ten=at((upto[-1] * 9 - 1) // 10))


def _own(code: str) -> str:
    """The leaf for orders of an area that lie in none of its communities; no code has a slash."""
    return f"{code}/"


def _is_published(cell: Cell) -> bool:
    """How orders ended, how high they came and who was content are shown each by itself."""
    return sum(node != ALL for node in cell[3:]) <= 1


def _figures(kept: _Board, area: str, service: str, month: str, *, code: str) -> FiguresView:
    def shown(ending: str = ALL, tier: str = ALL, feeling: str = ALL) -> int | None:
        return kept.figures.shown((area, service, month, ending, tier, feeling))

    outcomes = {outcome: shown(outcome) for outcome in OUTCOMES}
    tiers = {tier: shown(tier=tier) for tier in kept.tiers}
    collected, answered, content = shown(), shown(ANSWERED), shown(feeling=CONTENT)
    waiting = {DONE: shown(DONE), OPEN: shown(OPEN)}
    everything = (collected, answered, content, *waiting.values(), *outcomes.values(), *tiers.values())
    return FiguresView(
        code=code,
        suppressed=None in everything,
        collected=collected,
        answered=answered,
        done=waiting[DONE],
        open=waiting[OPEN],
        content=content,
        outcomes=outcomes,
        tiers=tiers,
    )
