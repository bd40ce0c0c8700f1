"""What people and notifier's own loops ask of it. Times called ``wall`` are wall time (architecture.md)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from shared.contracts.words import Role


def one_line(text: str) -> str:
    """Raises ``ValueError`` when a line holds line breaks or control characters."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise ValueError("line breaks and control characters are not allowed")
    return text


@dataclass(frozen=True)
class Recipient:
    """Whom a notice is for. ``id``: a resident's is the order's id, a coordinator's the code of their area, a
    department's its own code."""

    role: Role
    id: str


OPS_ON_DUTY = Recipient(Role.OPS, "ops")
"""Whoever of ops is on duty: their channel, not their letterbox."""


@dataclass(frozen=True)
class ReadNotice:
    """A recipient has read a notice of theirs."""

    notice_id: str
    recipient: Recipient


class Discard(BaseModel):
    """Nobody shall hear a dead letter. ``reason``: one short line for whoever reads it later; nothing of people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200), AfterValidator(one_line)
    ]


@dataclass(frozen=True)
class DiscardLetter:
    """Discard one letter, as ``by`` (the subject of an ops caller) wants it."""

    dead_letter_id: str
    by: str
    wall: datetime
    reason: str


@dataclass(frozen=True)
class NoteReplay:
    """What came of replaying one letter: the service's word, or ``away``; ``reason`` where it was not heard."""

    dead_letter_id: str
    by: str
    wall: datetime
    result: str
    reason: str


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
