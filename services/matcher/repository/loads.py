"""What volunteers carry and how they answer: read for the pairing, and kept true with every offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import Assignment, Dispatch, Habit, Offer, Volunteer
from services.matcher.models.assignments import ACTIVE_ROWS
from services.matcher.models.offers import ASKING_ROWS
from services.matcher.policies.chance import Tally
from services.matcher.policies.eligibility import Load
from services.matcher.policies.windows import Span
from shared.contracts.words import Urgency

THERE = and_(col(Volunteer.left_at).is_(None), col(Volunteer.suspended_at).is_(None))
"""Whom anything may reach."""

Habits = dict[tuple[Urgency, int], Tally]

CARRIED = (
    col(Volunteer.volunteer_id),
    col(Volunteer.held),
    col(Volunteer.asked),
    col(Volunteer.served_minutes),
    col(Volunteer.asked_at),
    col(Volunteer.asked_on),
    col(Volunteer.asked_today),
)
"""An id and, in the order of :class:`Load`, what that volunteer carries."""


class LoadRepository:
    """The part of the repository that knows who carries what.

    ``carried``: what volunteers carry after this unit's own changes, without the windows; true once it is committed.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._ended: Counter[str] = Counter()
        self._answers: Counter[tuple[str, str, int, bool]] = Counter()
        self.carried: dict[str, Load] = {}

    async def loads(self, volunteer_ids: Collection[str] | None = None) -> dict[str, Load]:
        """What these volunteers (all of them, without ids) carry now: three queries, whatever the number of orders."""
        rows = select(*CARRIED)
        asked = (
            select(col(Offer.volunteer_id), col(Dispatch.window_from), col(Dispatch.window_to))
            .join(Dispatch, col(Dispatch.order_id) == col(Offer.order_id))
            .where(ASKING_ROWS.of(col(Offer.state)), col(Dispatch.window_from).is_not(None))
        )
        busy = select(col(Assignment.volunteer_id), col(Assignment.window_from), col(Assignment.window_to)).where(
            ACTIVE_ROWS.of(col(Assignment.state)), col(Assignment.window_from).is_not(None)
        )
        if volunteer_ids is not None:
            rows = rows.where(col(Volunteer.volunteer_id).in_(volunteer_ids))
            asked = asked.where(col(Offer.volunteer_id).in_(volunteer_ids))
            busy = busy.where(col(Assignment.volunteer_id).in_(volunteer_ids))
        loads = dict(_load_of(row) for row in await self._session.execute(rows))
        for statement in (asked, busy):
            for volunteer_id, start, end in await self._session.execute(statement):
                if start is not None and end is not None:
                    loads[volunteer_id].busy.append(Span(start, end))
        return loads

    async def asked_elsewhere(self, volunteer_ids: Collection[str], order_id: str) -> dict[str, datetime]:
        """When these volunteers were asked last about any other order; who never was is left out."""
        rows = select(col(Offer.volunteer_id), func.max(col(Offer.made_at)))
        rows = rows.where(col(Offer.volunteer_id).in_(volunteer_ids), col(Offer.order_id) != order_id)
        asked = await self._session.execute(rows.group_by(col(Offer.volunteer_id)))
        return {volunteer_id: at for volunteer_id, at in asked if at is not None}

    async def habits(self, volunteer_ids: Collection[str]) -> dict[str, Habits]:
        """How these volunteers answered so far, by urgency and part of the day; who never was asked is left out."""
        found: dict[str, Habits] = {}
        rows = select(Habit).where(col(Habit.volunteer_id).in_(volunteer_ids))
        for habit in await self._session.scalars(rows):
            cell = Urgency(habit.urgency), habit.part
            found.setdefault(habit.volunteer_id, {})[cell] = Tally(habit.asked, habit.accepted)
        return found

    async def lock(self, volunteer_ids: Collection[str]) -> None:
        """Until the commit, no other process gives these volunteers anything. Always in one order, so that no two
        processes wait for each other.
        """
        rows = select(col(Volunteer.volunteer_id)).where(col(Volunteer.volunteer_id).in_(volunteer_ids))
        await self._session.execute(rows.order_by(col(Volunteer.volunteer_id)).with_for_update())

    async def reserve_asks(
        self,
        volunteer_ids: Collection[str],
        now: datetime,
        day: date,
        urgent: Collection[str] = (),
        *,
        heeding: bool = True,
    ) -> set[str]:
        """Count one more offer for each of these volunteers, unless it would pass their capacity or what they agreed
        to be asked in a day (not ``heeding`` counts it all the same); returns whom it was counted for. Those in
        ``urgent`` are asked about an urgent order, which has the whole budget (``eligibility.offers_for``).

        The database decides: several processes may pair at the same time.
        """
        if not volunteer_ids:
            return set()
        rows = col(Volunteer.volunteer_id).in_(volunteer_ids)
        await self.lock(volunteer_ids)
        today = case((col(Volunteer.asked_on) == day, col(Volunteer.asked_today)), else_=0)
        reserve = (
            update(Volunteer)
            .where(rows)
            .values(asked=col(Volunteer.asked) + 1, asked_at=now, asked_on=day, asked_today=today + 1)
            .returning(*CARRIED)
            .execution_options(synchronize_session=False)
        )
        reserve = reserve.where(THERE)
        if heeding:
            reserve = reserve.where(col(Volunteer.held) + col(Volunteer.asked) + 1 <= col(Volunteer.capacity))
            budget, others = col(Volunteer.daily_offers), col(Volunteer.volunteer_id).not_in(urgent)
            reserve = reserve.where(today < case((others & (budget > 1), budget - 1), else_=budget))
        return self._learn(await self._session.execute(reserve))

    async def reserve_yes(self, volunteer_id: str) -> bool:
        """Count a yes that nobody asked for (from the pool) against somebody's capacity; False when that is full."""
        reserve = (
            update(Volunteer)
            .where(col(Volunteer.volunteer_id) == volunteer_id, THERE)
            .where(col(Volunteer.held) + col(Volunteer.asked) + 1 <= col(Volunteer.capacity))
            .values(asked=col(Volunteer.asked) + 1)
            .returning(*CARRIED)
            .execution_options(synchronize_session=False)
        )
        return bool(self._learn(await self._session.execute(reserve)))

    def _learn(self, rows: Iterable[Any]) -> set[str]:
        learned = dict(_load_of(row) for row in rows)
        self.carried |= learned
        return set(learned)

    async def give_back(self, assignments: Sequence[Assignment]) -> None:
        """These volunteers no longer hold these assignments; minutes served are credited."""
        minutes: Counter[str] = Counter()
        for assignment in assignments:
            minutes[assignment.volunteer_id] += assignment.minutes or 0
        ended = Counter(assignment.volunteer_id for assignment in assignments)
        for volunteer_id, count in sorted(ended.items()):
            release = (
                update(Volunteer)
                .where(col(Volunteer.volunteer_id) == volunteer_id)
                .values(
                    held=col(Volunteer.held) - count,
                    served_minutes=col(Volunteer.served_minutes) + minutes[volunteer_id],
                )
                .returning(*CARRIED)
                .execution_options(synchronize_session=False)
            )
            self._learn(await self._session.execute(release))

    def note_ended(self, offer: Offer, urgency: str, *, accepted: bool | None) -> None:
        """An offer no longer counts against its volunteer. ``accepted``: what is learned from it, None for nothing
        (an offer that was withdrawn before it was answered tells nothing). Written by ``write_answers``.
        """
        self._ended[offer.volunteer_id] += 1
        if accepted is not None:
            self.note_answer(offer, urgency, accepted=accepted)

    def note_answer(self, offer: Offer, urgency: str, *, accepted: bool) -> None:
        """Something was learned from an answer."""
        self._answers[offer.volunteer_id, urgency, offer.part, accepted] += 1

    async def write_answers(self) -> None:
        """Write what was noted: before the unit of work is committed."""
        for volunteer_id, count in sorted(self._ended.items()):
            release = (
                update(Volunteer)
                .where(col(Volunteer.volunteer_id) == volunteer_id)
                .values(asked=col(Volunteer.asked) - count)
                .returning(*CARRIED)
                .execution_options(synchronize_session=False)
            )
            self._learn(await self._session.execute(release))
        cells: dict[tuple[str, str, int], list[int]] = {}
        for (volunteer_id, urgency, part, accepted), count in sorted(self._answers.items()):
            cell = cells.setdefault((volunteer_id, urgency, part), [0, 0])
            cell[0] += count
            cell[1] += count * accepted
        if cells:
            await self._add_habits(cells)
        self._ended.clear()
        self._answers.clear()

    async def _add_habits(self, cells: Mapping[tuple[str, str, int], list[int]]) -> None:
        rows: list[dict[str, Any]] = [
            {"volunteer_id": volunteer_id, "urgency": urgency, "part": part, "asked": asked, "accepted": accepted}
            for (volunteer_id, urgency, part), (asked, accepted) in cells.items()
        ]
        dialect = sqlite if self._session.get_bind().dialect.name == "sqlite" else postgresql
        insert = dialect.insert(Habit).values(rows)
        more = {
            "asked": col(Habit.asked) + insert.excluded.asked,
            "accepted": col(Habit.accepted) + insert.excluded.accepted,
        }
        await self._session.execute(
            insert.on_conflict_do_update(index_elements=["volunteer_id", "urgency", "part"], set_=more)
        )


def _load_of(row: Any) -> tuple[str, Load]:
    volunteer_id, held, asked, served_minutes, asked_at, asked_on, asked_today = row
    return volunteer_id, Load(held, asked, served_minutes, asked_at, asked_on, asked_today)
