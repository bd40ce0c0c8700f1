"""What a calendar program is told: what a volunteer has taken, and when they may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlmodel import col

from services.matcher.models import Assignment, CalendarFeed, Dispatch, Volunteer
from services.matcher.models.assignments import ACTIVE_ROWS, SERVED_ROWS
from services.matcher.models.personal import Personal
from services.matcher.policies.free_time import free_spans
from services.matcher.policies.windows import Span
from services.matcher.queries.looking import Looking
from shared.community.definition import Community
from shared.community.text import Text
from shared.contracts.refusal import NotFound
from shared.contracts.words import Window
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

AHEAD_DAYS = 28
"""So far ahead free hours are told."""
BEHIND = timedelta(days=30)
"""So long what was served stays in the calendar."""


@dataclass(frozen=True)
class Engagement:
    """One assignment. ``window`` None: by ``due_at``, at any time. ``changed_at``: when it last changed."""

    assignment_id: str
    reference: str
    service: str
    service_name: Text | None
    area: str
    window: Window | None
    due_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Schedule:
    """What a feed tells. ``on_duty``: may be asked at any hour until it is turned off; ``free``: else then."""

    volunteer_id: str
    language: str
    made_at: datetime
    on_duty: bool
    free: tuple[Span, ...]
    engagements: tuple[Engagement, ...]


class FeedQueries(Looking):
    """Reads feeds and what they tell."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault

    async def mine(self, volunteer_id: str) -> CalendarFeed | None:
        """A volunteer's own feed."""
        async with self._looking() as session:
            return await session.get(CalendarFeed, volunteer_id)

    async def schedule(self, feed_id: str, now: datetime) -> Schedule:
        """What a feed tells now. Whoever is suspended has no hours. Raises ``NotFound`` for one that ended."""
        feeds = select(CalendarFeed, Volunteer).join(
            Volunteer, col(Volunteer.volunteer_id) == col(CalendarFeed.volunteer_id)
        )
        async with self._looking() as session:
            found = (await session.execute(feeds.where(col(CalendarFeed.feed_id) == feed_id))).first()
            if found is None:
                raise NotFound
            feed, volunteer = found
            rows = (
                select(Assignment, Dispatch)
                .join(Dispatch, col(Dispatch.order_id) == col(Assignment.order_id))
                .where(col(Assignment.volunteer_id) == feed.volunteer_id)
                .where(
                    or_(
                        ACTIVE_ROWS.of(col(Assignment.state)),
                        SERVED_ROWS.of(col(Assignment.state)) & (col(Assignment.ended_at) > now - BEHIND),
                    )
                )
                .order_by(col(Assignment.assignment_id))
            )
            taken = (await session.execute(rows)).all()
        return Schedule(
            feed.volunteer_id,
            feed.language,
            feed.made_at,
            volunteer.on_duty and volunteer.is_there,
            self._free(volunteer, now) if volunteer.is_there else (),
            tuple(self._engagement(*row) for row in taken),
        )

    def _free(self, volunteer: Volunteer, now: datetime) -> tuple[Span, ...]:
        personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
        local = self._rules.local_time
        hours, first_day = personal.free_hours(self._rules), local.day(now)
        return tuple(free_spans(hours, personal.absences, first_day, AHEAD_DAYS, local))

    def _engagement(self, assignment: Assignment, dispatch: Dispatch) -> Engagement:
        service = self._rules.services_by_code.get(dispatch.service)
        return Engagement(
            assignment.assignment_id,
            dispatch.reference,
            dispatch.service,
            service.name if service else None,
            dispatch.grid,
            assignment.window or self._served_in(assignment),
            dispatch.due_at,
            assignment.ended_at or assignment.started_at or assignment.assigned_at,
        )

    @staticmethod
    def _served_in(assignment: Assignment) -> Window | None:
        """When something without a window was served, once it was."""
        begun, ended = assignment.started_at, assignment.ended_at
        if begun is None or ended is None:
            return None
        return Window(from_=begun, to=begun + timedelta(minutes=assignment.minutes or 1))
