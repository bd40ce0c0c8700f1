"""The ground of matcher's tables, and what messaging and sessions keep there."""

from __future__ import annotations

from sqlalchemy.orm import registry

from shared.identity.codes import CodeColumns
from shared.identity.sessions import SessionColumns
from shared.messaging.inbox import InboxColumns
from shared.messaging.outbox import OutboxColumns, unsent
from shared.messaging.published import PublishedColumns
from shared.persistence.audit import AuditColumns, audit_indexes
from shared.persistence.rows import Row


class MatcherTable(Row, registry=registry()):
    """The ground of every table of matcher, with a registry of its own."""


class Outbox(OutboxColumns, MatcherTable, table=True):
    """Matcher's events, published and to be published."""

    __tablename__ = "outbox"
    __table_args__ = (unsent("outbox"),)


class Published(PublishedColumns, MatcherTable, table=True):
    """The stream matcher's events went to."""

    __tablename__ = "published"


class Inbox(InboxColumns, MatcherTable, table=True):
    """What matcher has heard."""

    __tablename__ = "inbox"


class Session(SessionColumns, MatcherTable, table=True):
    """Browsers of volunteers and coordinators that are signed in."""

    __tablename__ = "sessions"


class OneTimeCode(CodeColumns, MatcherTable, table=True):
    """Codes that were asked for to sign in."""

    __tablename__ = "codes"


class Audited(AuditColumns, MatcherTable, table=True):
    """Who did or tried what at matcher; rows are added and never changed."""

    __tablename__ = "audit"
    __table_args__ = audit_indexes("audit")
