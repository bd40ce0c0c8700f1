"""Who may do what at notifier, and what its JSON doors and pages share.

Ops see every notice, event, stream and dead letter; a letterbox opens to its owner alone; the board is everybody's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.notifier.access.settling import Settling
from services.notifier.commands import Recipient
from services.notifier.policies.channels import ChannelOrder
from services.notifier.queries import (
    BoardQueries,
    DeadLetterQueries,
    DigestQueries,
    EventQueries,
    JourneyQueries,
    NoticeQueries,
    Reaching,
    StreamQueries,
)
from services.notifier.queries.audit import AuditQueries
from services.notifier.queries.watching import WatchQueries
from services.notifier.repository import Repository
from services.notifier.use_cases.preferring import Preferring
from shared.contracts.refusal import Forbidden
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.persistence.auditing import Auditing
from shared.persistence.group_commit import GroupCommit
from shared.web.rules import Rule, Within

LETTERBOX = Rule("whose letterbox it is", frozenset(set(Role) - {Role.OPS}), Within.OWN)


class NoLetterbox(Forbidden):
    """Ops, and coordinators without an area, are sent no notices."""


def letterbox_of(caller: Caller) -> Recipient:
    """Whose notices a caller reads: their own, a coordinator those of their area. Raises ``NoLetterbox``."""
    match caller.role:
        case Role.VOLUNTEER | Role.RESIDENT | Role.DEPARTMENT:
            return Recipient(caller.role, caller.subject)
        case Role.COORDINATOR if caller.area:
            return Recipient(caller.role, caller.area)
    raise NoLetterbox


@dataclass(frozen=True)
class Doors:
    """What notifier's doors share. ``push_key``: what browsers are told when they subscribe, base64url."""

    writer: GroupCommit[Repository]
    notices: NoticeQueries
    events: EventQueries
    dead_letters: DeadLetterQueries
    streams: StreamQueries
    board: BoardQueries
    settling: Settling
    audits: AuditQueries
    audit: Auditing
    reaching: Reaching
    preferring: Preferring
    order: ChannelOrder
    push_key: str
    journeys: JourneyQueries
    digests: DigestQueries
    watch: WatchQueries
    now: Callable[[], datetime]
