"""The ground of intake's rows, and the messaging tables."""

from __future__ import annotations

from sqlalchemy.orm import registry

from shared.identity.codes import CodeColumns
from shared.identity.handing_over import UsedHandoverColumns
from shared.identity.sessions import SessionColumns
from shared.messaging.inbox import InboxColumns
from shared.messaging.outbox import OutboxColumns, unsent
from shared.messaging.published import PublishedColumns
from shared.persistence.audit import AuditColumns, audit_indexes
from shared.persistence.rows import Row


class IntakeTable(Row, registry=registry()):
    """The ground of every table of intake, with a registry of its own."""


class Outbox(OutboxColumns, IntakeTable, table=True):
    """Intake's events, published and to be published."""

    __tablename__ = "outbox"
    __table_args__ = (unsent("outbox"),)


class Published(PublishedColumns, IntakeTable, table=True):
    """The stream intake's events went to."""

    __tablename__ = "published"


class Inbox(InboxColumns, IntakeTable, table=True):
    """What intake has heard."""

    __tablename__ = "inbox"


class Session(SessionColumns, IntakeTable, table=True):
    """Browsers of coordinators that are signed in."""

    __tablename__ = "sessions"


class UsedHandover(UsedHandoverColumns, IntakeTable, table=True):
    """Handovers of coordinators that came from another service's pages."""

    __tablename__ = "used_handovers"


class OneTimeCode(CodeColumns, IntakeTable, table=True):
    """Codes that residents asked for to find their orders."""

    __tablename__ = "codes"


class Audited(AuditColumns, IntakeTable, table=True):
    """Who did or tried what at intake; rows are added and never changed."""

    __tablename__ = "audit"
    __table_args__ = audit_indexes("audit")
