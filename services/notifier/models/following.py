"""Events as they were heard, and what is known of each order by them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Index, Text, false, text
from sqlmodel import Field

from services.notifier.models.ground import POSITION, NotifierTable
from services.notifier.policies.concerned import Concerned
from services.notifier.policies.involvement import Involvement
from shared.contracts.envelope import OrderEvent
from shared.contracts.intake import IntakeEvent, OrderCancelled, OrderClosed, OrderMerged, OrderPlaced, OrderReopened
from shared.contracts.matcher import DispatchEvent
from shared.contracts.words import NextStep, Role


class IndexedEvent(NotifierTable, table=True):
    """One event heard from a stream; ``position`` is the order of hearing. ``body`` is the event's JSON."""

    __tablename__ = "events"
    __table_args__ = (
        Index("events_by_name", "name", "position"),
        Index("events_by_community", "community", "position"),
        Index("events_by_about", "about", "position"),
        Index("events_by_time", "time", "name", "position"),
    )

    position: int | None = Field(default=None, primary_key=True, sa_type=POSITION)
    event_id: str = Field(unique=True)
    type: str
    subject: str
    publisher: str
    name: str
    major: int
    community: str | None = None
    about: str
    version: int | None = None
    time: datetime
    traceparent: str
    body: str = Field(sa_type=Text)


_STEPS = ", ".join(f"'{step.value}'" for step in (NextStep.DECIDE, NextStep.COMPLETE, NextStep.CALL))
_HELD = f"holder_role = '{Role.COORDINATOR.value}' AND NOT ended AND next_step IN ({_STEPS})"
ON_A_DESK = text(_HELD)
"""What lies on a coordinator's desk: not what they answer for while volunteers are asked. Written out, as ``OPEN`` is:
a database that is told the values apart from the statement cannot know that the index of these fits.
"""
OPEN = text("NOT ended")
"""Orders that have not ended."""
_ENDS = (OrderCancelled, OrderClosed, OrderMerged)


class FollowedOrder(NotifierTable, table=True):
    """What notifier knows of an order: whose facts it has heard so far, who is involved (JSON), who holds it until when
    and what comes next (domain time; None before anybody was asked), and whether it has ended.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index("orders_held", "holder_area", sqlite_where=ON_A_DESK, postgresql_where=ON_A_DESK),
        Index("orders_due", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    order_id: str = Field(primary_key=True)
    reference: str = Field(index=True)
    service: str
    community: str | None
    grid: str
    intake_version: int = 0
    dispatch_version: int = 0
    involved: str = Field(default="{}", sa_type=Text)
    holder_role: str | None = None
    holder_area: str | None = None
    next_step: str | None = None
    due_at: datetime | None = None
    ended: bool = Field(default=False, sa_type=Boolean, sa_column_kwargs={"server_default": false()})

    @property
    def involvement(self) -> Involvement:
        """Who is involved, by the facts heard so far."""
        return Involvement.model_validate_json(self.involved)

    @classmethod
    def placed(cls, event: OrderPlaced) -> FollowedOrder:
        """An order nobody has heard of yet."""
        return cls(
            order_id=event.order_id,
            reference=event.reference,
            service=event.service,
            community=event.community,
            grid=event.grid,
        )

    def last_heard(self, event: OrderEvent) -> int:
        """The last version heard from the event's publisher."""
        return self.intake_version if isinstance(event, IntakeEvent) else self.dispatch_version

    def builds_on_more(self, event: OrderEvent) -> bool:
        """Whether a fact needs another one that has not been heard: its predecessor, or the leg it is about."""
        following = self.last_heard(event) + 1
        if event.version != following:
            return event.version > following
        return self.involvement.lacks(event)

    def hear(self, event: OrderEvent) -> Concerned:
        """Take the next fact in; returns whom it concerns beside those it names."""
        if isinstance(event, IntakeEvent):
            self.intake_version = event.version
        else:
            self.dispatch_version = event.version
        if isinstance(event, DispatchEvent):
            self.holder_role, self.holder_area = event.holder.role.value, event.holder.area
            self.due_at, self.next_step = event.due_at, event.next_step.value
        elif isinstance(event, (*_ENDS, OrderReopened)):
            self.ended = isinstance(event, _ENDS)
        involvement = self.involvement
        concerned = involvement.hear(event)
        self.involved = involvement.model_dump_json(exclude_defaults=True)
        return concerned
