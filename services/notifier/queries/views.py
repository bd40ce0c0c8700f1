"""What notifier's doors and pages show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.notifier.commands import Group, QuietHours
from shared.contracts.words import Role


class RecipientView(BaseModel):
    """Whom a notice is for; see ``commands.Recipient``."""

    role: Role
    id: str


class DeliveryView(BaseModel):
    """One notice over one channel: ``state`` is waiting, delivered or dead; ``error`` names the last failure."""

    channel: str
    state: str
    attempts: int
    error: str | None
    delivered_at: datetime | None


class NoticeView(BaseModel):
    """One message intent, as ops see it."""

    notice_id: str
    kind: str
    order_id: str
    reference: str
    recipient: RecipientView
    version: int
    offer_id: str | None
    assignment_id: str | None
    made_at: datetime
    read_at: datetime | None
    deliveries: list[DeliveryView]


class LetterView(BaseModel):
    """One notice, as its recipient reads it; ``text`` is in the reader's language."""

    notice_id: str
    kind: str
    order_id: str
    reference: str
    version: int
    offer_id: str | None
    assignment_id: str | None
    made_at: datetime
    read_at: datetime | None
    text: str


class EventView(BaseModel):
    """One stored event. ``headers`` are its CloudEvents attributes, ``data`` its body."""

    position: int
    event_id: str
    type: str
    subject: str
    source: str
    about: str
    version: int | None
    time: datetime
    headers: dict[str, str]
    data: dict[str, Any]


class ConsumerView(BaseModel):
    """One durable consumer: ``pending`` not delivered yet, ``ack_pending`` delivered and not acknowledged."""

    name: str
    pending: int
    ack_pending: int
    redelivered: int


class StreamView(BaseModel):
    """One stream. ``rate`` is messages a second over the last minute of looking (null at the first look),
    ``oldest_age`` the seconds the oldest message has been there (null when it is empty)."""

    name: str
    messages: int
    bytes: int
    rate: float | None
    oldest_age: float | None
    pending: int
    ack_pending: int
    redelivered: int
    consumers: list[ConsumerView]


class LetterActView(BaseModel):
    """One thing somebody did about a dead letter. ``act`` is replay or discard, ``at`` wall time; ``result``: of a
    replay ``heard``, ``known``, ``refused``, ``too_early``, ``failed`` or ``away``, of a discarding the letter's state.
    """

    act: str
    by: str
    at: datetime
    result: str
    reason: str


class DeadLetterView(BaseModel):
    """One message that could not be heard by ``service``; ``payload`` is its body as text, cut at 10,000 characters.

    ``state`` is dead, replayed or discarded (``because`` of what); ``acts`` is everything that was done about it.
    """

    dead_letter_id: str
    subject: str
    service: str
    durable: str
    reason: str
    attempts: int
    stream: str
    sequence: int
    headers: dict[str, str]
    payload: str
    size: int
    buried_at: datetime
    state: str
    settled_at: datetime | None
    settled_by: str | None
    because: str | None
    acts: list[LetterActView]


class CauseView(BaseModel):
    """How many letters of one durable wait for the same reason."""

    service: str
    durable: str
    reason: str
    letters: int


class ReplayedView(BaseModel):
    """What came of replaying one list of letters, and where the next begins (null: there is none)."""

    heard: int
    known: int
    refused: int
    too_early: int
    failed: int
    next: str | None


class FiguresView(BaseModel):
    """Public figures of one area, service or month (``code``). None: withheld, so that nobody can be recognised;
    ``suppressed``: at least one of them is.

    ``collected``: every order placed, merged ones included, which count with the outcome of the order they joined.
    ``answered``: served (``done``, waiting for the review) or closed as anything but ``no_reply``, so withdrawn ones as
    well; the rest are ``open`` or ended without a reply. ``content``: rated four or five, or fixed and not rated.
    ``tiers``: by the highest kind of area whose coordinator held it; ``none``: no coordinator had to.
    """

    code: str
    suppressed: bool
    collected: int | None
    answered: int | None
    done: int | None
    open: int | None
    content: int | None
    outcomes: dict[str, int | None]
    tiers: dict[str, int | None]


class MinutesView(BaseModel):
    """Minutes from placing to a step: the median, and what nine of ten orders stayed within; None for too few."""

    suppressed: bool = False
    median: int | None = None
    nine_of_ten: int | None = None


class BoardView(BaseModel):
    """The public board of one area, service and month (None: all), in the order of the tree, the catalogue and the
    calendar: nobody is ranked. ``least``: smaller figures are withheld. ``taken``: until somebody had it; ``done``:
    until it was served, the last time where it was reopened."""

    area: str
    service: str | None
    month: str | None
    least: int
    total: FiguresView
    by_area: list[FiguresView]
    by_service: list[FiguresView]
    by_month: list[FiguresView]
    services: list[str]
    months: list[str]
    taken: MinutesView
    done: MinutesView


class PreferencesView(BaseModel):
    """How somebody wants to be reached. ``addresses``: their own, masked, by channel. ``available``: the channels of
    this installation, in its order. ``push_key``: what a browser subscribes with, base64url; empty where push is off.
    """

    channels: tuple[str, ...] | None
    quiet_hours: QuietHours | None
    urgent_at_night: bool
    digest: bool
    muted: list[Group]
    language: str | None
    addresses: dict[str, str]
    available: list[str]
    push_key: str
