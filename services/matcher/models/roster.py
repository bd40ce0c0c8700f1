"""The roster: volunteers and their units, posts and who claims which."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.claims import ClaimState

CURRENT = "current"
GONE = text("left_at IS NOT NULL OR suspended_at IS NOT NULL")
"""Volunteers whom nothing may reach; few of all."""


class Roster(MatcherTable, table=True):
    """The one roster. ``version`` is different after every import. ``revision`` is raised by every change of a
    volunteer or a claim, in the same transaction: whoever raises it holds the row until the commit, so a reader who
    sees a revision sees every change up to it.
    """

    __tablename__ = "rosters"

    name: str = Field(default=CURRENT, primary_key=True)
    version: str
    imported_at: datetime
    imported_by: str
    revision: int = 0


class Volunteer(MatcherTable, table=True):
    """One volunteer. Everything personal is in ``sealed``, under the volunteer's id; the rest is the pairing's.

    ``held`` counts active assignments and never passes ``capacity`` by accepting; ``served_minutes`` are those
    of completed ones. ``asked`` counts open offers and yeses in a draw, ``asked_today`` the offers made on the local
    day ``asked_on``, ``daily_offers`` how many of those the volunteer agrees to. ``asked_at``: when the last offer was
    made. ``urgent_at_work``: whether an urgent order may reach them at work. ``position``: place in the roster.
    ``revision``: the roster's, after the last change of this row or of a claim of theirs. Who left or is suspended is
    neither asked nor found; ``suspended_for`` is the coordinator's reason, sealed under the volunteer's id.
    """

    __tablename__ = "volunteers"
    __table_args__ = (Index("volunteers_gone", "volunteer_id", sqlite_where=GONE, postgresql_where=GONE),)

    volunteer_id: str = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    phone_fingerprint: str = Field(unique=True)
    on_duty: bool = False
    capacity: int
    held: int = 0
    served_minutes: int = 0
    asked_at: datetime | None = None
    position: int
    daily_offers: int
    urgent_at_work: bool = False
    asked: int = 0
    asked_on: date | None = None
    asked_today: int = 0
    revision: int = Field(default=0, index=True)
    left_at: datetime | None = None
    suspended_at: datetime | None = None
    suspended_by: str | None = None
    suspended_for: bytes | None = Field(default=None, sa_type=LargeBinary)

    @property
    def is_there(self) -> bool:
        """Whether anything may reach them."""
        return self.left_at is None and self.suspended_at is None

    def leave(self, now: datetime) -> None:
        """Nothing reaches them any more; their own word, or they were taken off the roster."""
        self.left_at, self.on_duty = now, False

    def suspend(self, now: datetime, by: str, sealed_reason: bytes) -> None:
        """Nothing reaches them until they are restored."""
        self.suspended_at, self.suspended_by, self.suspended_for = now, by, sealed_reason

    def restore(self) -> None:
        """They may be asked again."""
        self.left_at = self.suspended_at = self.suspended_by = self.suspended_for = None

    def agree(self, capacity: int | None, daily_offers: int | None, *, urgent_at_work: bool | None) -> None:
        """How much the volunteer takes on; None leaves it as it is."""
        self.capacity = capacity if capacity is not None else self.capacity
        self.daily_offers = daily_offers if daily_offers is not None else self.daily_offers
        self.urgent_at_work = urgent_at_work if urgent_at_work is not None else self.urgent_at_work


class Unit(MatcherTable, table=True):
    """The branch of an employer: the definition's, or one that came with a roster.

    ``secretary_id`` may call its members up. ``imported_at``: a roster said so last, and the definition is not asked
    any more. ``hidden`` units are shown to nobody but their own members.
    """

    __tablename__ = "units"

    unit_id: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    located_in: str
    paired_with: str | None = None
    hidden: bool = False
    secretary_id: str | None = Field(default=None, foreign_key="volunteers.volunteer_id")
    imported_at: datetime | None = None

    @property
    def areas(self) -> tuple[str, ...]:
        """Where its members belong: where it sits and what it is paired with."""
        return (self.located_in, self.paired_with) if self.paired_with else (self.located_in,)


class Post(MatcherTable, table=True):
    """A post of the definition, so that claims refer to something. ``idle_since``: since when it has had a place
    left; None while it is full.
    """

    __tablename__ = "posts"

    post_id: str = Field(primary_key=True)
    skill: str
    area: str
    headcount: int
    idle_since: datetime | None = None


class Claim(MatcherTable, table=True):
    """A volunteer takes up a post and has a place of it, held or waiting to be vetted; ``vetted`` where the skill
    demands it before it counts.
    """

    __tablename__ = "claims"

    post_id: str = Field(primary_key=True, foreign_key="posts.post_id")
    volunteer_id: str = Field(primary_key=True, foreign_key="volunteers.volunteer_id", index=True)
    vetted: bool = False
    state: str = ClaimState.HELD.value
    claimed_at: datetime

    @property
    def is_held(self) -> bool:
        """Whether it counts; the other state waits for a coordinator."""
        return self.state == ClaimState.HELD.value

    def vet(self) -> None:
        """A coordinator has approved it."""
        self.vetted, self.state = True, ClaimState.HELD.value
