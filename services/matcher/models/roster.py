"""The roster: volunteers, posts and who claims which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable

CURRENT = "current"


class Roster(MatcherTable, table=True):
    """The one roster. ``version`` is different after every import, so that directories know they are old."""

    __tablename__ = "rosters"

    name: str = Field(default=CURRENT, primary_key=True)
    version: str
    imported_at: datetime
    imported_by: str


class Volunteer(MatcherTable, table=True):
    """One volunteer. Everything personal is in ``sealed``, under the volunteer's id; the rest is the pairing's.

    ``held`` counts active assignments and never passes ``capacity`` by accepting; ``served_minutes`` are those
    of completed ones. ``asked_at``: when the last offer was made. ``position``: place in the roster.
    """

    __tablename__ = "volunteers"

    volunteer_id: str = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    phone_fingerprint: str = Field(unique=True)
    on_duty: bool = False
    capacity: int
    held: int = 0
    served_minutes: int = 0
    asked_at: datetime | None = None
    position: int


class Post(MatcherTable, table=True):
    """A post of the definition, so that claims refer to something."""

    __tablename__ = "posts"

    post_id: str = Field(primary_key=True)
    skill: str
    area: str
    headcount: int


class Claim(MatcherTable, table=True):
    """A volunteer holds a post; ``vetted`` where the skill demands it before it counts."""

    __tablename__ = "claims"

    post_id: str = Field(primary_key=True, foreign_key="posts.post_id")
    volunteer_id: str = Field(primary_key=True, foreign_key="volunteers.volunteer_id", index=True)
    vetted: bool = False
