"""The envelope around every event: CloudEvents 1.0 in binary mode over NATS headers.

Subject: ``<publisher>.<name>.v<major>.<community>.<about>``; every token is ``[a-z0-9_-]``,
and ``_`` stands for "none".
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from shared.contracts.unheard import Cause, Poison

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
NO_COMMUNITY = "_"

_SUBJECT = re.compile(r"([a-z]+)\.([a-z_]+)\.v([1-9][0-9]{0,3})\.([a-z0-9_-]+)\.([a-z0-9_-]+)")
_EVENT_ID = re.compile(r"[!-~]{1,128}")


class Event(BaseModel):
    """A past fact. Readers ignore fields they do not know, so that a publisher may add some.

    ``publisher``, ``name`` and ``major`` identify the type. A breaking change is a new class with the next ``major``
    beside the old one: the new one names it as ``older``, the old one says in ``upcast`` how it becomes the new.
    """

    # built when first read or written: most processes need few of the events, and many need none
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    publisher: ClassVar[str]
    name: ClassVar[str]
    major: ClassVar[int] = 1
    older: ClassVar[builtins.type[Event] | None] = None

    community: str | None

    @property
    def about(self) -> str:
        """The id of what the fact is about: last token of the subject, correlation id of the flow."""
        raise NotImplementedError

    @classmethod
    def type(cls) -> str:
        """``ce-type``: ``paidan.<publisher>.<name>.v<major>``."""
        return f"paidan.{cls.publisher}.{cls.name}.v{cls.major}"

    @property
    def subject(self) -> str:
        """The NATS subject this fact is published under."""
        return f"{self.publisher}.{self.name}.v{self.major}.{self.community or NO_COMMUNITY}.{self.about}"

    def upcast(self) -> Event:
        """The same fact in the next version; every version but the newest says how."""
        raise NotImplementedError

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Versions form a chain without gaps, within one event."""
        if (older := cls.older) is not None and (older.publisher, older.name, older.major + 1) != (
            cls.publisher,
            cls.name,
            cls.major,
        ):
            raise TypeError(f"{cls.type()} cannot follow {older.type()}")


class OrderEvent(Event):
    """A fact about one order. ``version`` is gapless from 1 per order and publisher (invariant I7)."""

    order_id: str
    version: int

    @property
    def about(self) -> str:
        """The order's id."""
        return self.order_id


E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True)
class Fact(Generic[E_co]):
    """An event as it was heard: the body with what its envelope says.

    ``time`` is domain time of the publisher; ``traceparent`` is W3C trace context, empty when there was none.
    """

    event_id: str
    time: datetime
    event: E_co
    traceparent: str = ""


def to_headers(ce_type: str, about: str, *, event_id: str, time: datetime, traceparent: str = "") -> dict[str, str]:
    """CloudEvents attributes (and the trace) as NATS headers; ``Nats-Msg-Id`` is the event id."""
    headers = {
        "ce-id": event_id,
        "ce-type": ce_type,
        "ce-source": f"/paidan/{ce_type.split('.')[1]}",
        "ce-subject": about,
        "ce-time": time.isoformat(),
        "ce-specversion": SPEC_VERSION,
        "content-type": CONTENT_TYPE,
        "correlation_id": about,
        "Nats-Msg-Id": event_id,
    }
    if traceparent:
        headers["traceparent"] = traceparent
    return headers


@dataclass(frozen=True)
class Envelope:
    """What is written around a body, and fits together. ``time`` is domain time of the publisher, in UTC."""

    subject: str
    publisher: str
    name: str
    major: int
    event_id: str
    time: datetime
    traceparent: str

    @classmethod
    def of(cls, subject: str, headers: Mapping[str, str]) -> Envelope:
        """Read it. Raises ``Poison`` that names the mark which is missing, malformed, or does not fit the subject: the
        broker lets a service publish under its own subjects only, so the subject is the mark the others must fit."""
        if (tokens := _SUBJECT.fullmatch(subject)) is None:
            raise Poison(Cause.FORGED, "subject")
        publisher, name, major, _, about = tokens.groups()
        expected = {
            "ce-type": f"paidan.{publisher}.{name}.v{major}",
            "ce-source": f"/paidan/{publisher}",
            "ce-subject": about,
            "ce-specversion": SPEC_VERSION,
        }
        for mark, value in expected.items():
            if _mark(headers, mark) != value:
                raise Poison(Cause.FORGED, mark)
        event_id = _mark(headers, "ce-id")
        if _EVENT_ID.fullmatch(event_id) is None:
            raise Poison(Cause.FORGED, "ce-id")
        time = _moment(_mark(headers, "ce-time"))
        return cls(subject, publisher, name, int(major), event_id, time, headers.get("traceparent", ""))

    def enclose(self, event: E) -> Fact[E]:
        """The body in its envelope. Raises ``Poison`` when the body is about something else than the subject says."""
        if event.subject != self.subject:
            of_place = event.subject.split(".")[3] != self.subject.split(".")[3]
            raise Poison(Cause.FORGED, "community" if of_place else "about")
        return Fact(self.event_id, self.time, event, self.traceparent)


def _mark(headers: Mapping[str, str], name: str) -> str:
    if not (mark := headers.get(name)):
        raise Poison(Cause.UNMARKED, name)
    return mark


def _moment(text: str) -> datetime:
    """An instant with its zone; one at the edge of the calendar is in no database's range."""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise Poison(Cause.FORGED, "ce-time")
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Poison(Cause.FORGED, "ce-time") from None
