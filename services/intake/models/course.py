"""What goes on with an order: its legs, its timeline, and times that were proposed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from services.intake.models.ground import IntakeTable
from shared.contracts.words import Window


class Leg(IntakeTable, table=True):
    """One step of an order as the resident sees it; matcher owns its dispatch. ``department``: the code of the outside
    holder it is for, where it is for one."""

    __tablename__ = "legs"

    leg_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id", index=True)
    position: int
    round: int
    post: str | None
    headcount: int
    department: str | None = None
    after: str | None = None
    state: str
    errand: str | None = None


class ProposedTime(IntakeTable, table=True):
    """Another time at which a volunteer who was asked could come; who, the pairing alone knows.

    The resident may agree to it until ``expires_at``. ``accepted`` is None until they answer. ``by_party``: it is the
    other side of a mediation that proposes it, and ``offer_id`` the id under which they are concerned.
    """

    __tablename__ = "proposed_times"

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    offer_id: str = Field(primary_key=True)
    window_from: datetime
    window_to: datetime
    expires_at: datetime
    accepted: bool | None = None
    by_party: bool = False

    @property
    def window(self) -> Window:
        """The proposed time."""
        return Window(from_=self.window_from, to=self.window_to)


class TimelineEntry(IntakeTable, table=True):
    """One thing that happened to an order, in the order it happened.

    ``source`` and ``version`` name the published fact it tells of; ``applied`` is False for a fact that came
    too late to move the order. ``holder_id`` is a department's code; on ``detail``, a code of the fact, words depend.
    """

    __tablename__ = "timeline"
    __table_args__ = (UniqueConstraint("order_id", "source", "version"),)

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    position: int = Field(primary_key=True)
    source: str
    version: int
    kind: str
    at: datetime
    by_role: str
    state: str
    holder_role: str | None
    holder_area: str | None
    holder_id: str | None = None
    due_at: datetime | None
    next_step: str
    applied: bool = True
    detail: str | None = None
