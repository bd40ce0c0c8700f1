"""The audit of notifier: what ops did, and what nobody let others do."""

from __future__ import annotations

from services.notifier.models.ground import NotifierTable
from shared.persistence.audit import AuditColumns, audit_indexes


class Audited(AuditColumns, NotifierTable, table=True):
    """Who did or tried what at notifier; rows are added and never changed."""

    __tablename__ = "audit"
    __table_args__ = audit_indexes("audit")
