"""Waves and offers: who is asked to serve a leg, and what they answered; call-ups, and what is learned from answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.acceptance import (
    ASKING,
    CallUpOver,
    CallUpState,
    OfferState,
    Source,
    check_offer,
)
from shared.contracts.words import Window
from shared.persistence.partial import Rows

OPEN_ROWS, ASKING_ROWS = Rows("state", "open"), Rows("state", "open", "drawing")
_OPEN, _ASKING = OPEN_ROWS.condition, ASKING_ROWS.condition


class Wave(MatcherTable, table=True):
    """People asked about a leg at the same time; ``number`` counts from 1 within the leg."""

    __tablename__ = "waves"
    __table_args__ = (UniqueConstraint("leg_id", "number"),)

    wave_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    number: int
    started_at: datetime
    ends_at: datetime


class Offer(MatcherTable, table=True):
    """One leg proposed to one volunteer, who is asked about a leg once, and again only from standby.

    ``reason``: a listed word, if declined. ``unit``: whose secretary named the volunteer. ``cost`` is what the pairing
    weighed this person at, lowest best, and ``parts`` how it came about (JSON by part); ``eligible``: how many people
    could have been asked. ``part``: the part of the day it was made in, for what is learned from the answer.
    ``counter_from``, ``counter_to``: the other time that was proposed.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("leg_id", "volunteer_id"),
        Index("offers_expiring", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("offers_of_volunteer", "volunteer_id", sqlite_where=_ASKING, postgresql_where=_ASKING),
        Index("offers_made", "volunteer_id", "made_at"),
    )

    offer_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    wave_id: str | None = Field(foreign_key="waves.wave_id")
    volunteer_id: str = Field(foreign_key="volunteers.volunteer_id")
    state: str = OfferState.OPEN.value
    source: str = Source.WAVE.value
    made_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    reason: str | None = None
    unit: str | None = None
    cost: float = 0.0
    parts: str = "{}"
    eligible: int = 0
    part: int = 0
    counter_from: datetime | None = None
    counter_to: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered, withdrawn or expired it yet."""
        return self.state == OfferState.OPEN.value

    @property
    def is_asking(self) -> bool:
        """Whether it may still become an assignment."""
        return OfferState(self.state) in ASKING

    @property
    def is_drawing(self) -> bool:
        """Whether it is a yes that waits for the draw."""
        return self.state == OfferState.DRAWING.value

    @property
    def on_standby(self) -> bool:
        """Whether it is a yes that got no place."""
        return self.state == OfferState.STANDBY.value

    @property
    def counter(self) -> Window | None:
        """The other time that was proposed."""
        if self.counter_from is None or self.counter_to is None:
            return None
        return Window(from_=self.counter_from, to=self.counter_to)

    def check(self, now: datetime) -> None:
        """Raises ``OfferGone`` or ``OfferExpired`` unless it may be answered at ``now``."""
        check_offer(OfferState(self.state), self.expires_at, now)

    def propose(self, window: Window) -> None:
        """The volunteer would come at another time."""
        self.counter_from, self.counter_to = window.from_, window.to

    def enter_draw(self, now: datetime) -> None:
        """A yes; whether it gets a place is settled by the draw. Raises ``OfferGone`` or ``OfferExpired``."""
        self.check(now)
        self._end(OfferState.DRAWING, now)

    def accept(self, now: datetime) -> None:
        """A yes that got a place, at once or in the draw. Raises ``OfferGone`` or ``OfferExpired``."""
        if not self.is_drawing:
            self.check(now)
        self._end(OfferState.ACCEPTED, now)

    def stand_by(self, now: datetime) -> None:
        """A yes without a place, for now."""
        self._end(OfferState.STANDBY, now)

    def decline(self, now: datetime, reason: str | None) -> None:
        """The volunteer said no. Raises ``OfferGone`` or ``OfferExpired``."""
        self.check(now)
        self.reason = reason
        self._end(OfferState.DECLINED, now)

    def counter_with(self, now: datetime, window: Window) -> None:
        """The volunteer can only come when the order's window does not allow it."""
        self.propose(window)
        self._end(OfferState.COUNTERED, now)

    def agree(self, now: datetime) -> None:
        """The resident agreed to the time the volunteer had proposed."""
        self._end(OfferState.ACCEPTED, now)

    def expire(self, now: datetime) -> None:
        """Nobody answered in time."""
        self._end(OfferState.EXPIRED, now)

    def withdraw(self, now: datetime) -> None:
        """It is no longer needed."""
        self._end(OfferState.WITHDRAWN, now)

    def ask_again(self, now: datetime, expires_at: datetime, wave_id: str) -> None:
        """A place became free: who is on standby is asked once more."""
        self.state, self.source, self.wave_id = OfferState.OPEN.value, Source.STANDBY.value, wave_id
        self.made_at, self.expires_at, self.answered_at = now, expires_at, None

    def take_from_pool(self, now: datetime, cost: float) -> None:
        """Somebody who said no, or nothing, changed their mind."""
        self.state, self.source, self.cost = OfferState.OPEN.value, Source.POOL.value, cost
        self.made_at, self.answered_at, self.reason = now, None, None

    def _end(self, state: OfferState, now: datetime) -> None:
        self.state, self.answered_at = state.value, now


class CallUp(MatcherTable, table=True):
    """The secretary of a unit may name a member for a leg. ``by``: the coordinator who asked, None for the ring."""

    __tablename__ = "call_ups"
    __table_args__ = (
        UniqueConstraint("leg_id", "unit_id"),
        Index("call_ups_expiring", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("call_ups_of_secretary", "secretary_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    call_up_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    unit_id: str
    secretary_id: str
    state: str = CallUpState.OPEN.value
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the secretary may still name a member."""
        return self.state == CallUpState.OPEN.value

    def name(self, now: datetime) -> None:
        """The secretary named a member. Raises ``CallUpOver``."""
        if not self.is_open or now >= self.expires_at:
            raise CallUpOver
        self._end(CallUpState.NAMED, now)

    def lapse(self, now: datetime) -> None:
        """Nobody was named in time."""
        self._end(CallUpState.LAPSED, now)

    def withdraw(self, now: datetime) -> None:
        """Nobody is needed any more."""
        self._end(CallUpState.WITHDRAWN, now)

    def _end(self, state: CallUpState, now: datetime) -> None:
        self.state, self.ended_at = state.value, now


class Exclusion(MatcherTable, table=True):
    """A volunteer has no part in one order (回避), ``by`` their own word or a coordinator's; nobody has to say why."""

    __tablename__ = "exclusions"

    order_id: str = Field(primary_key=True, foreign_key="dispatches.order_id")
    volunteer_id: str = Field(primary_key=True, foreign_key="volunteers.volunteer_id")
    by: str
    at: datetime


class Habit(MatcherTable, table=True):
    """How often somebody was asked, and said yes, for one urgency and part of the day. The pairing's alone."""

    __tablename__ = "habits"

    volunteer_id: str = Field(primary_key=True, foreign_key="volunteers.volunteer_id")
    urgency: str = Field(primary_key=True)
    part: int = Field(primary_key=True)
    asked: int = 0
    accepted: int = 0
