"""Events, orders, notices and their deliveries, sessions, outbox and inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from services.notifier.models.ground import POSITION, NotifierTable
from services.notifier.policies.concerned import Concerned
from services.notifier.policies.involvement import Involvement
from services.notifier.policies.retries import Retries
from shared.contracts.envelope import OrderEvent
from shared.contracts.intake import IntakeEvent, OrderPlaced
from shared.identity.sessions import SessionColumns
from shared.messaging.inbox import InboxColumns
from shared.messaging.outbox import OutboxColumns, unsent
from shared.messaging.published import PublishedColumns

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a first attempt: it was due before it was thought of."""

LETTERBOX = "letterbox"
"""The channel that is read at notifier's own door."""


class DeliveryState(StrEnum):
    """The life of a delivery; ``dead``: given up after the last attempt."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class IndexedEvent(NotifierTable, table=True):
    """One event heard from a stream; ``position`` is the order of hearing. ``body`` is the event's JSON."""

    __tablename__ = "events"

    position: int | None = Field(default=None, primary_key=True, sa_type=POSITION)
    event_id: str = Field(unique=True)
    type: str
    subject: str
    publisher: str
    name: str = Field(index=True)
    major: int
    community: str | None = Field(default=None, index=True)
    about: str = Field(index=True)
    version: int | None = None
    time: datetime = Field(index=True)
    traceparent: str
    body: str = Field(sa_type=Text)


class FollowedOrder(NotifierTable, table=True):
    """What notifier knows of an order: whose facts it has heard so far, and who is involved (JSON)."""

    __tablename__ = "orders"

    order_id: str = Field(primary_key=True)
    reference: str = Field(index=True)
    service: str
    community: str | None
    grid: str
    intake_version: int = 0
    dispatch_version: int = 0
    involved: str = Field(default="{}", sa_type=Text)

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
        return Involvement.model_validate_json(self.involved).lacks(event)

    def hear(self, event: OrderEvent) -> Concerned:
        """Take the next fact in; returns whom it concerns beside those it names."""
        if isinstance(event, IntakeEvent):
            self.intake_version = event.version
        else:
            self.dispatch_version = event.version
        involvement = Involvement.model_validate_json(self.involved)
        concerned = involvement.hear(event)
        self.involved = involvement.model_dump_json(exclude_defaults=True)
        return concerned


class Notice(NotifierTable, table=True):
    """One message intent to one person about one step. Nothing personal: the words are put together late."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "version", "recipient_role", "recipient_id"),
        Index("notices_letterbox", "recipient_role", "recipient_id", "notice_id"),
    )

    notice_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id")
    kind: str
    version: int
    recipient_role: str
    recipient_id: str
    offer_id: str | None = None
    assignment_id: str | None = None
    made_at: datetime
    read_at: datetime | None = None

    def read(self, now: datetime) -> None:
        """Its recipient has read it; the first time counts."""
        self.read_at = self.read_at or now


class Delivery(NotifierTable, table=True):
    """One notice over one channel. ``next_attempt_at`` is wall time, ``delivered_at`` domain time.

    ``channel``: the letterbox, one of ``policies.channels``, or ``first`` until it has been attempted.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index(
            "deliveries_waiting",
            "next_attempt_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    delivery_id: str = Field(primary_key=True)
    notice_id: str = Field(foreign_key="notices.notice_id")
    channel: str
    state: str = DeliveryState.WAITING.value
    attempts: int = 0
    next_attempt_at: datetime | None = None
    error: str | None = None
    delivered_at: datetime | None = None

    def attempt(self, channel: str, wall: datetime, retries: Retries) -> bool:
        """Begin an attempt, unless another has begun or it is over. From here on it may have happened."""
        due = self.next_attempt_at is not None and self.next_attempt_at <= wall
        if self.state != DeliveryState.WAITING or not due:
            return False
        self.channel, self.error = channel, None  # what is on its way is not due again when the channel is back
        self.attempts += 1
        self.next_attempt_at = wall + retries.pause(self.attempts)
        return True

    def confirm(self, now: datetime) -> bool:
        """The channel took it; False when that was known."""
        if self.state != DeliveryState.WAITING:
            return False
        self.state, self.error, self.next_attempt_at = DeliveryState.DELIVERED.value, None, None
        self.delivered_at = now
        return True

    def fail(self, error: str, wall: datetime, retries: Retries) -> bool:
        """The channel did not take it. Returns whether it is given up now."""
        if self.state != DeliveryState.WAITING:
            return False
        self.error = error
        if not retries.exhausted(self.attempts):
            self.next_attempt_at = wall + retries.pause(self.attempts)
            return False
        self.state, self.next_attempt_at = DeliveryState.DEAD.value, None
        return True


class Session(SessionColumns, NotifierTable, table=True):
    """Signed-in browsers of ops."""

    __tablename__ = "sessions"


class Outbox(OutboxColumns, NotifierTable, table=True):
    """Notifier's events, published and to be published."""

    __tablename__ = "outbox"
    __table_args__ = (unsent("outbox"),)


class Published(PublishedColumns, NotifierTable, table=True):
    """The stream notifier's events went to."""

    __tablename__ = "published"


class Inbox(InboxColumns, NotifierTable, table=True):
    """What notifier has heard."""

    __tablename__ = "inbox"
