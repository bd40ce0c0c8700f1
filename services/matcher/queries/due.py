"""What falls due, the oldest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlmodel import col

from services.matcher.models import Assignment, CallUp, Dispatch, Incident, Leg, Offer, Volunteer
from services.matcher.models.assignments import ACTIVE_ROWS
from services.matcher.models.incidents import UNANSWERED
from services.matcher.models.offers import ASKING_ROWS, OPEN_ROWS
from services.matcher.models.states import CLOCKED_ROWS
from services.matcher.queries.looking import Looking
from shared.contracts.words import Role

_CLOCKED = CLOCKED_ROWS.of(col(Dispatch.state))
_OPEN = OPEN_ROWS.of(col(Offer.state))
_CALLED = OPEN_ROWS.of(col(CallUp.state))


def _first(column: Any, counts: Any) -> Any:
    """The earliest value of a column; its partial index has it in front."""
    return select(column).where(counts).order_by(column).limit(1).scalar_subquery()


_FOLLOWING = select(
    _first(col(Dispatch.due_at), _CLOCKED),
    _first(col(Offer.expires_at), _OPEN),
    _first(col(CallUp.expires_at), _CALLED),
    _first(col(Leg.draw_ends_at), col(Leg.draw_ends_at).is_not(None)),
    _first(col(Leg.ask_at), col(Leg.ask_at).is_not(None)),
    _first(col(Incident.due_at), UNANSWERED),
)
"""When the next clock of each kind runs out; one statement for all, because every pause of the clock asks it."""


class DueQueries(Looking):
    """Reads what clocks need; ``most`` bounds each list. Raises ``Unavailable``."""

    async def dispatches(self, now: datetime, most: int) -> Sequence[str]:
        """Orders whose due time has passed while matcher's clocks run."""
        due = select(col(Dispatch.order_id)).where(_CLOCKED, col(Dispatch.due_at) <= now)
        return await self._ids(due.order_by(col(Dispatch.due_at)).limit(most))

    async def expired_offers(self, now: datetime, most: int) -> Sequence[str]:
        """Open offers whose time is over."""
        expired = select(col(Offer.offer_id)).where(_OPEN, col(Offer.expires_at) <= now)
        return await self._ids(expired.order_by(col(Offer.expires_at)).limit(most))

    async def expired_call_ups(self, now: datetime, most: int) -> Sequence[str]:
        """Call-ups whose time is over."""
        expired = select(col(CallUp.call_up_id)).where(_CALLED, col(CallUp.expires_at) <= now)
        return await self._ids(expired.order_by(col(CallUp.expires_at)).limit(most))

    async def ended_draws(self, now: datetime, most: int) -> Sequence[str]:
        """Legs whose draw is over."""
        ended = select(col(Leg.leg_id)).where(col(Leg.draw_ends_at) <= now)
        return await self._ids(ended.order_by(col(Leg.draw_ends_at)).limit(most))

    async def looks(self, now: datetime, most: int) -> Sequence[str]:
        """Legs for which people are to be looked for again."""
        looks = select(col(Leg.leg_id)).where(col(Leg.ask_at) <= now)
        return await self._ids(looks.order_by(col(Leg.ask_at)).limit(most))

    async def incidents(self, now: datetime, most: int) -> Sequence[str]:
        """Dangers that nobody answered in time."""
        due = select(col(Incident.incident_id)).where(UNANSWERED, col(Incident.due_at) <= now)
        return await self._ids(due.order_by(col(Incident.due_at)).limit(most))

    async def departed(self, most: int) -> Sequence[str]:
        """Volunteers who left or were suspended, and have or are asked something all the same, or may name members."""
        has = exists().where(
            col(Assignment.volunteer_id) == col(Volunteer.volunteer_id), ACTIVE_ROWS.of(col(Assignment.state))
        )
        asked = exists().where(col(Offer.volunteer_id) == col(Volunteer.volunteer_id), ASKING_ROWS.of(col(Offer.state)))
        called = exists().where(col(CallUp.secretary_id) == col(Volunteer.volunteer_id), _CALLED)
        gone = or_(col(Volunteer.left_at).is_not(None), col(Volunteer.suspended_at).is_not(None))
        return await self._ids(select(col(Volunteer.volunteer_id)).where(gone, or_(has, asked, called)).limit(most))

    async def held_by_nobody(self, departments: Collection[str], most: int) -> Sequence[str]:
        """Orders with a department that the definition has no more; ``departments``: those it has."""
        gone = select(col(Dispatch.order_id)).where(
            _CLOCKED,
            col(Dispatch.holder_role) == Role.DEPARTMENT.value,
            col(Dispatch.holder_id).not_in(departments),
        )
        return await self._ids(gone.limit(most))

    async def parties_unknown(self, most: int) -> Sequence[str]:
        """Orders that still run and whose parties intake has not told yet."""
        unknown = select(col(Dispatch.order_id)).where(col(Dispatch.parties_known).is_(False))
        return await self._ids(unknown.where(_CLOCKED).limit(most))

    async def following(self) -> datetime | None:
        """When the next clock runs out."""
        ends = (await self._all(_FOLLOWING))[0]
        return min((end for end in ends if end is not None), default=None)

    async def _ids(self, statement: Select[str]) -> Sequence[str]:
        return [one for (one,) in await self._all(statement)]
