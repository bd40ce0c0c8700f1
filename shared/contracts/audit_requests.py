"""A service's audit, asked for by the service at which ops sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from shared.contracts.asking import Answer, Request
from shared.contracts.audit import AuditRow, DeedsWanted
from shared.contracts.flows import KEEPS_DEAD_LETTERS


class AuditFound(Answer):
    """Rows of one audit, the newest first."""

    rows: tuple[AuditRow, ...] = ()


class SearchAudit(Request[AuditFound]):
    """Rows of a service's audit, for ops: asked by the service they sign in at, and by nobody else."""

    name: ClassVar[str] = "search_audit"
    asked_by: ClassVar[frozenset[str]] = frozenset({KEEPS_DEAD_LETTERS})
    answer: ClassVar[type[Answer]] = AuditFound

    wanted: DeedsWanted


class IntakeSearchesAudit(SearchAudit):
    """Intake's audit is searched."""

    service: ClassVar[str] = "intake"


class MatcherSearchesAudit(SearchAudit):
    """Matcher's audit is searched."""

    service: ClassVar[str] = "matcher"


SEARCH_AUDIT: Mapping[str, type[SearchAudit]] = {
    request.service: request for request in (IntakeSearchesAudit, MatcherSearchesAudit)
}
"""By the service that is asked."""
