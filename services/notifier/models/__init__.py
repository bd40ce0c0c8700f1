"""Notifier's rows. They carry their own verbs; they know no session and do no I/O."""

from __future__ import annotations

from services.notifier.models.auditing import Audited
from services.notifier.models.dead_letters import BuriedLetter, LetterAct
from services.notifier.models.following import FollowedOrder, IndexedEvent
from services.notifier.models.ground import NotifierTable
from services.notifier.models.matters import Matter
from services.notifier.models.notices import (
    AT_ONCE,
    LETTERBOX,
    Delivery,
    DeliveryState,
    Inbox,
    Notice,
    Outbox,
    Published,
    Session,
)
from services.notifier.models.passwords import PasswordTries, UsedHandover
from services.notifier.models.planned import PlannedNotice, Round
from services.notifier.models.preferences import Preferences

__all__ = [
    "AT_ONCE",
    "LETTERBOX",
    "Audited",
    "BuriedLetter",
    "Delivery",
    "DeliveryState",
    "FollowedOrder",
    "Inbox",
    "IndexedEvent",
    "LetterAct",
    "Matter",
    "Notice",
    "NotifierTable",
    "Outbox",
    "PasswordTries",
    "PlannedNotice",
    "Preferences",
    "Published",
    "Round",
    "Session",
    "UsedHandover",
]
