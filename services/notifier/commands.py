"""What people and notifier's own loops ask of it. Times called ``wall`` are wall time (architecture.md)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from shared.contracts.words import Role


def one_line(text: str) -> str:
    """Raises ``ValueError`` when a line holds line breaks or control characters."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise ValueError("line breaks and control characters are not allowed")
    return text


FILE = "file"
SMS = "sms"
PUSH = "push"
APPRISE = ("mail", "wecom", "dingtalk", "feishu", "serverchan", "bark", "apprise")
"""Channels that Apprise serves; the last one is any address it knows, for an office's desk alone."""

OWN_ADDRESSES = (*APPRISE[:-1], PUSH)
"""Channels a person may give an address for; the telephone is known."""

CHANNELS = (FILE, SMS, PUSH, *APPRISE)
"""The channels there are, besides the letterbox."""


class Group(StrEnum):
    """What a person may do without: it lies in their letterbox and goes nowhere else."""

    THANKS = "thanks"
    REMINDERS = "reminders"
    PROGRESS = "progress"


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
    message_id: str | None = None


@dataclass(frozen=True)
class PostponeDeliveries:
    """These leave later (domain time), each in its own time; None for those whose people do without them."""

    until: tuple[tuple[str, datetime | None], ...]


@dataclass(frozen=True)
class HoldDeliveries:
    """The channel of these is left alone until then (wall time)."""

    channel: str
    delivery_ids: tuple[str, ...]
    until: datetime


@dataclass(frozen=True)
class DoubtDeliveries:
    """These left at ``wall``, and nobody knows whether they came."""

    delivery_ids: tuple[str, ...]
    wall: datetime


@dataclass(frozen=True)
class ConfirmDeliveries:
    """The channel has taken these, at ``wall``."""

    delivery_ids: tuple[str, ...]
    wall: datetime


@dataclass(frozen=True)
class FailDeliveries:
    """The channel has not taken these; ``error`` names what went wrong, without any text of a message. ``for_good``: it
    never will. ``following``: the channel that takes over from one that is given up, None where the installation's own
    order says it, empty for none. ``channel``: which one it was, where nothing was attempted.
    """

    delivery_ids: tuple[str, ...]
    error: str
    wall: datetime
    for_good: bool = False
    following: str | None = None
    channel: str | None = None


class QuietHours(BaseModel):
    """From when until when somebody is not to be rung, on the local clock; equal: never."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    from_: time = Field(alias="from")
    to: time


Token = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9_-]{6,128}$")]


class PushKeys(BaseModel):
    """What a message to one browser is encrypted with (RFC 8291), base64url."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    p256dh: Annotated[str, StringConstraints(max_length=200)] = Field(repr=False)
    auth: Annotated[str, StringConstraints(max_length=100)] = Field(repr=False)


class PushSubscription(BaseModel):
    """A browser's own, as ``PushSubscription.toJSON()`` gives it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    endpoint: Annotated[str, StringConstraints(max_length=1000, pattern=r"^https?://")] = Field(repr=False)
    keys: PushKeys = Field(repr=False)


class Addresses(BaseModel):
    """Addresses of one's own, by channel; None forgets one. ``mail``: an address; the others: the key that the service
    gives, never a URL. ``push``: a browser's subscription.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mail: EmailStr | None = Field(default=None, repr=False)
    wecom: Token | None = Field(default=None, repr=False)
    dingtalk: Token | None = Field(default=None, repr=False)
    feishu: Token | None = Field(default=None, repr=False)
    serverchan: Token | None = Field(default=None, repr=False)
    bark: Token | None = Field(default=None, repr=False)
    push: PushSubscription | None = Field(default=None, repr=False)


class PutPreferences(BaseModel):
    """How somebody wants to be reached, whole: what is not said is as the installation has it.

    ``channels``: the first one first; the letterbox has everything anyway. ``urgent_at_night``: what is urgent may ring
    in quiet hours. ``digest``: what can wait comes once a day. ``muted``: what stays in the letterbox. ``language``: of
    messages. ``addresses``: those said are kept or forgotten, the others are left as they are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: Annotated[tuple[Literal[CHANNELS], ...], Field(max_length=len(CHANNELS))] | None = None  # type: ignore[valid-type]  # the names above
    quiet_hours: QuietHours | None = None
    urgent_at_night: bool = False
    digest: bool = False
    muted: frozenset[Group] = frozenset()
    language: Literal["zh-CN", "en"] | None = None
    addresses: Addresses | None = None


@dataclass(frozen=True)
class Prefer:
    """Somebody says how they want to be reached."""

    recipient: Recipient
    wishes: PutPreferences


@dataclass(frozen=True)
class Summary:
    """What one person is told of a day or a week: ``amount`` of something, and how many of that are ``late``."""

    role: Role
    recipient: str
    amount: int
    late: int | None = None


@dataclass(frozen=True)
class GiveRound:
    """One round of summaries of a ``kind``; ``number`` counts its days or weeks, so that each is given once."""

    kind: str
    number: int
    summaries: tuple[Summary, ...]
