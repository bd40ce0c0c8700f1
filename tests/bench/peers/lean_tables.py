"""The tables of the lean services: what messaging keeps, and the peers' own."""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import Field

from shared.messaging.inbox import InboxColumns
from shared.messaging.outbox import OutboxColumns, unsent
from shared.messaging.published import PublishedColumns
from shared.persistence.audit import AuditColumns
from shared.persistence.rows import Row


class LeanTable(Row, registry=registry()):
    """Tables of this peer alone."""


class Inbox(InboxColumns, LeanTable, table=True):
    """What was heard."""

    __tablename__ = "inbox"


class Outbox(OutboxColumns, LeanTable, table=True):
    """What is to be published."""

    __tablename__ = "outbox"
    __table_args__ = (unsent("outbox"),)


class Published(PublishedColumns, LeanTable, table=True):
    """How far it was."""

    __tablename__ = "published"


class Audited(AuditColumns, LeanTable, table=True):
    """Nothing."""

    __tablename__ = "audit"


class Order(LeanTable, table=True):
    """What was ordered."""

    __tablename__ = "orders"

    id: str = Field(primary_key=True)
    service: str
    area: str
    details: str


class Volunteer(LeanTable, table=True):
    """Somebody who serves."""

    __tablename__ = "volunteers"

    id: int = Field(primary_key=True)
    load: int = Field(index=True)


class Notification(LeanTable, table=True):
    """Who was told."""

    __tablename__ = "notifications"

    order_id: str = Field(primary_key=True)
    volunteer_id: str
