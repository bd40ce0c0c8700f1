"""The envelope around every event: CloudEvents 1.0 in binary mode over NATS headers.

Subject: ``<publisher>.<name>.v<major>.<community>.<about>``; every token is ``[a-z0-9_-]``,
and ``_`` stands for "none".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
NO_COMMUNITY = "_"


class Event(BaseModel):
    """A past fact. Readers ignore fields they do not know, so that a publisher may add some.

    ``publisher``, ``name`` and ``major`` identify the type; a breaking change is a new class with ``major`` 2
    beside the old one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    publisher: ClassVar[str]
    name: ClassVar[str]
    major: ClassVar[int] = 1

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


class _Headers(BaseModel):
    event_id: str = Field(pattern=r"^[!-~]{1,128}$")
    time: AwareDatetime


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


def fact_of(event: E, headers: Mapping[str, str]) -> Fact[E]:
    """Put a decoded body back into its envelope.

    Raises ``ValueError`` (pydantic's) when an attribute is missing or malformed, and when the type or the
    source does not belong to the body: a forged or poisoned event never reaches a use case.
    """
    if headers.get("ce-type") != event.type() or headers.get("ce-source") != f"/paidan/{event.publisher}":
        raise ValueError("envelope does not belong to its body")
    if headers.get("ce-specversion") != SPEC_VERSION:
        raise ValueError("unknown CloudEvents version")
    envelope = _Headers.model_validate({"event_id": headers.get("ce-id"), "time": headers.get("ce-time")})
    return Fact(envelope.event_id, envelope.time, event, headers.get("traceparent", ""))
