"""The public board: how many orders were collected and answered, by area, service and month."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True)
class _Board:
    figures: Figures
    areas: Dimension
    services: list[str]
    months: list[str]
    tiers: list[str]


class BoardQueries:
    """Counts matters, and withholds what would let somebody be recognised.

    The figures are at most ``seconds`` old. An area is shown from the community upwards, never a grid.
    """

    def __init__(self, database: Database, rules: Community, least: int, seconds: float) -> None:
        self._database = database
        self._rules = rules
        self._least = least
        self._seconds = seconds
        self._kept: tuple[float, _Board] | None = None
        self._counting = asyncio.Lock()

    async def board(self, area: str | None, service: str | None, month: str | None) -> BoardView:
        """The figures of an area (the whole tree), a service and a month (all). Raises ``UnknownArea`` and
        ``NotOnTheBoard``."""
        kept = await self._counted()
        place = area or self._rules.areas.root.code
        if place not in kept.areas.nodes:
            raise UnknownArea
        for value, known, field in ((service, kept.services, "/service"), (month, kept.months, "/month")):
            if value is not None and value not in known:
                raise NotOnTheBoard(errors=[FieldError(field, msgid("The board has no such figures"))])
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

    async def _counted(self) -> _Board:
        async with self._counting:
            if self._kept is None or time.monotonic() - self._kept[0] >= self._seconds:
                self._kept = time.monotonic(), await self._count()
            return self._kept[1]

    async def _count(self) -> _Board:
        async with self._database.reading() as session:
            placed = col(Matter.placed_at)
            first, last = (await session.execute(select(func.min(placed), func.max(placed)))).one()
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
        area, service, month = chosen
        if kept.figures.shown((*chosen, ALL, ALL, ALL)) is None:
            return MinutesView(suppressed=True)
        wanted = [minutes.is_not(None)]
        if area != self._rules.areas.root.code:
            wanted.append(col(Matter.area).in_(self._rules.areas.all_below((area,))))
        if service != ALL:
            wanted.append(col(Matter.service) == service)
        if month != ALL:
            start = datetime.strptime(month, "%Y-%m").replace(tzinfo=self._rules.zone)
            wanted += [col(Matter.placed_at) >= start, col(Matter.placed_at) < next_month(start)]
        async with self._database.reading() as session:
            count = await session.scalar(select(func.count()).select_from(Matter).where(*wanted)) or 0
            if count < self._least:
                return MinutesView(suppressed=count > 0)
            ordered = select(minutes).where(*wanted).order_by(minutes).limit(1)
            median = await session.scalar(ordered.offset((count - 1) // 2))
            most = await session.scalar(ordered.offset((count * 9 - 1) // 10))
        return MinutesView(median=median, nine_of_ten=most)


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
