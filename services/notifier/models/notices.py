"""Notices and their deliveries, sessions, outbox and inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from services.notifier.models.ground import NotifierTable
from services.notifier.policies.retries import Retries
from shared.identity.sessions import SessionColumns
from shared.messaging.inbox import InboxColumns
from shared.messaging.outbox import OutboxColumns, unsent
from shared.messaging.published import PublishedColumns
from shared.persistence.partial import Rows

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a first attempt: it was due before it was thought of."""

CHANNEL_DOWN = "channel_down"
"""Why something waits whose channel is being left alone."""

LETTERBOX = "letterbox"
"""The channel that is read at notifier's own door."""


class DeliveryState(StrEnum):
    """The life of a delivery. ``dead``: given up after the last attempt. ``unsure``: it left, and nobody knows whether
    it came; it is not sent again, since it might come twice. ``unwanted``: its person does without it. ``unknown``:
    there is no channel to reach them over.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    UNSURE = "unsure"
    UNWANTED = "unwanted"
    UNKNOWN = "unknown"


class Notice(NotifierTable, table=True):
    """One message intent to one person about one step. Nothing personal: the words are put together late. ``amount``,
    ``late``: what a summary counts, and how many of that are late.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "version", "recipient_role", "recipient_id"),
        Index("notices_by_time", "made_at"),
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
    amount: int | None = None
    late: int | None = None
    traceparent: str = Field(default="", sa_column_kwargs={"server_default": text("''")})

    def read(self, now: datetime) -> None:
        """Its recipient has read it; the first time counts."""
        self.read_at = self.read_at or now


WAITING_ROWS = Rows("state", DeliveryState.WAITING.value)
_WAITING = WAITING_ROWS.condition


class Delivery(NotifierTable, table=True):
    """One notice over one channel. ``next_attempt_at`` is wall time; ``not_before``, ``delivered_at`` are domain time.

    ``channel``: the letterbox, one of ``policies.channels``, or ``first`` until it has been attempted. ``not_before``:
    its person's quiet hours, or the digest it waits for. ``message_id``: of the message it left in, with others.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index("deliveries_waiting", "next_attempt_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("deliveries_delivered", "delivered_at", "channel"),
    )

    delivery_id: str = Field(primary_key=True)
    notice_id: str = Field(foreign_key="notices.notice_id")
    channel: str
    state: str = DeliveryState.WAITING.value
    attempts: int = 0
    next_attempt_at: datetime | None = None
    error: str | None = None
    delivered_at: datetime | None = None
    not_before: datetime | None = None
    message_id: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to leave."""
        return self.state == DeliveryState.WAITING

    def postpone(self, until: datetime | None) -> None:
        """It leaves later (domain time); None: never, its person does without it."""
        if self.is_waiting and until is not None:
            self.not_before = until
        elif self.is_waiting:
            self.state, self.next_attempt_at = DeliveryState.UNWANTED.value, None

    def hold(self, channel: str, until: datetime) -> None:
        """Its channel is left alone until then (wall time)."""
        if self.is_waiting:
            self.channel, self.error, self.next_attempt_at = channel, CHANNEL_DOWN, until

    def attempt(self, channel: str, wall: datetime, retries: Retries, message_id: str | None = None) -> bool:
        """Begin an attempt, unless another has begun or it is over. From here on it may have happened."""
        due = self.next_attempt_at is not None and self.next_attempt_at <= wall
        if self.state != DeliveryState.WAITING or not due:
            return False
        self.channel, self.error, self.message_id = (
            channel,
            None,
            message_id,
        )  # what is on its way is not due again when the channel is back
        self.attempts += 1
        self.next_attempt_at = wall + retries.pause(self.attempts, self.delivery_id)
        return True

    def confirm(self, now: datetime) -> bool:
        """The channel took it; False when that was known."""
        if self.state != DeliveryState.WAITING:
            return False
        self.state, self.error, self.next_attempt_at = DeliveryState.DELIVERED.value, None, None
        self.delivered_at = now
        return True

    def fail(self, error: str, wall: datetime, retries: Retries, *, for_good: bool = False) -> bool:
        """The channel did not take it. ``for_good``: it never will. Returns whether it is given up now."""
        if self.state != DeliveryState.WAITING:
            return False
        self.error = error
        if not for_good and not retries.exhausted(self.attempts):
            self.next_attempt_at = wall + retries.pause(self.attempts, self.delivery_id)
            return False
        self.state, self.next_attempt_at = DeliveryState.DEAD.value, None
        return True

    def doubt(self) -> None:
        """It left, and may have come."""
        if self.is_waiting:
            self.state, self.next_attempt_at = DeliveryState.UNSURE.value, None


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
