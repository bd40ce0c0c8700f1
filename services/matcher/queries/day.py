"""What volunteers serve on one day, for the list an office prints in the morning; and how much lies on which desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import and_, case, func, or_, select
from sqlmodel import col

from services.matcher.models import Assignment, Dispatch, Volunteer
from services.matcher.models.assignments import ACTIVE_ROWS
from services.matcher.models.personal import Personal
from services.matcher.models.states import DESK_ROWS
from services.matcher.queries.looking import Looking
from shared.community.definition import Community
from shared.community.text import Text
from shared.contracts.words import Window
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class ServingView(BaseModel):
    """One volunteer's assignment of a day; ``window`` when it is, if a time was named, else it is due by ``due_at``."""

    reference: str
    service: str
    service_name: Text | None
    area: str
    urgency: str
    window: Window | None
    due_at: datetime
    volunteer_id: str
    volunteer_name: str


class DeskLoadView(BaseModel):
    """How many orders the coordinator of an area holds, and how many of them are late."""

    held: int = 0
    late: int = 0


class DayQueries(Looking):
    """Reads assignments and desks, under one community's names. Raises ``Unavailable``."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault

    async def serving(self, grids: Sequence[str], start: datetime, end: datetime, most: int) -> list[ServingView]:
        """What is served in these grids between two instants: by its time, or due before the end where none was named;
        the earliest first.
        """
        from_, to = col(Assignment.window_from), col(Assignment.window_to)
        then = or_(and_(from_ < end, to > start), and_(from_.is_(None), col(Dispatch.due_at) < end))
        rows = (
            select(Assignment, Dispatch, Volunteer)
            .join(Dispatch, col(Dispatch.order_id) == col(Assignment.order_id))
            .join(Volunteer, col(Volunteer.volunteer_id) == col(Assignment.volunteer_id))
            .where(ACTIVE_ROWS.of(col(Assignment.state)), col(Dispatch.grid).in_(grids), then)
            .order_by(func.coalesce(from_, col(Dispatch.due_at)), col(Assignment.assignment_id))
            .limit(most)
        )
        return [self._serving(*row) for row in await self._all(rows)]

    async def loads(self, areas: Sequence[str], now: datetime) -> dict[str, DeskLoadView]:
        """What coordinators hold in these areas, by the area whose desk it is on."""
        late = or_(col(Dispatch.due_at) <= now, col(Dispatch.overdue_since).is_not(None))
        rows = (
            select(col(Dispatch.holder_area), func.count(), func.sum(case((late, 1), else_=0)))
            .where(DESK_ROWS.of(col(Dispatch.holder_role)), col(Dispatch.holder_area).in_(areas))
            .group_by(col(Dispatch.holder_area))
        )
        return {area: DeskLoadView(held=held, late=int(late)) for area, held, late in await self._all(rows)}

    def _serving(self, assignment: Assignment, dispatch: Dispatch, volunteer: Volunteer) -> ServingView:
        service = self._rules.services_by_code.get(dispatch.service)
        return ServingView(
            reference=dispatch.reference,
            service=dispatch.service,
            service_name=service.name if service else None,
            area=dispatch.grid,
            urgency=dispatch.urgency,
            window=assignment.window,
            due_at=dispatch.due_at,
            volunteer_id=volunteer.volunteer_id,
            volunteer_name=Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed).name,
        )
