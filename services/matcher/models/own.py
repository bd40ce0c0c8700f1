"""What volunteers make of their own: a public card, an address of their calendar, certificates of their hours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.certificates import Served


class PublicCard(MatcherTable, table=True):
    """What a volunteer shows to the residents of their ``community``, for as long as they want: ``sealed`` under the
    volunteer's id is what they chose. ``card_id`` is the opaque part of its address, another one after it was taken
    back.
    """

    __tablename__ = "public_cards"

    volunteer_id: str = Field(primary_key=True, foreign_key="volunteers.volunteer_id")
    card_id: str = Field(unique=True)
    community: str = Field(index=True)
    sealed: bytes = Field(sa_type=LargeBinary, repr=False)
    shown_at: datetime


class CalendarFeed(MatcherTable, table=True):
    """An address from which a calendar program fetches what a volunteer has taken. The address carries ``feed_id`` and
    a keyed hash of it, so that no row is enough to make one. ``language``: of its texts.
    """

    __tablename__ = "calendar_feeds"

    volunteer_id: str = Field(primary_key=True, foreign_key="volunteers.volunteer_id")
    feed_id: str = Field(unique=True)
    language: str
    made_at: datetime


class Certificate(MatcherTable, table=True):
    """A certificate of hours as it was issued: local days, minutes, and what was ``served`` (JSON). The name on it is
    in no row: the code on the paper is made of it.
    """

    __tablename__ = "certificates"

    certificate_id: str = Field(primary_key=True)
    number: str = Field(unique=True)
    volunteer_id: str = Field(foreign_key="volunteers.volunteer_id", index=True)
    first_day: date
    last_day: date
    served: str
    issued_on: date

    @property
    def services(self) -> Sequence[Served]:
        """What was served, by service."""
        return [Served(*row) for row in json.loads(self.served)]
