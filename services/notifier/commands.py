"""What people and notifier's own loops ask of it. Times called ``wall`` are wall time (architecture.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.words import Role


@dataclass(frozen=True)
class Recipient:
    """Whom a notice is for. ``id``: a resident's is the order's id, a coordinator's the code of their area, a
    department's its own code."""

    role: Role
    id: str


@dataclass(frozen=True)
class ReadNotice:
    """A recipient has read a notice of theirs."""

    notice_id: str
    recipient: Recipient


@dataclass(frozen=True)
class AttemptDeliveries:
    """Take these deliveries for one attempt over ``channel`` that begins at ``wall``."""

    channel: str
    delivery_ids: tuple[str, ...]
    wall: datetime


@dataclass(frozen=True)
class ConfirmDeliveries:
    """The channel has taken these, at ``wall``."""

    delivery_ids: tuple[str, ...]
    wall: datetime


@dataclass(frozen=True)
class FailDeliveries:
    """The channel has not taken these; ``error`` names what went wrong, without any text of a message."""

    delivery_ids: tuple[str, ...]
    error: str
    wall: datetime
