"""Every version of an event that was ever published stays readable: an older one is brought up to the newest.

A publisher adds fields freely. A breaking change is a new version, a class beside the old one (``Event.older``,
``Event.upcast``); consumers are written for the newest and see no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from shared.contracts.envelope import Envelope, Event, Fact
from shared.contracts.unheard import Cause, Poison

LARGEST_BODY = 256 * 1024
"""Bytes. An event has a few hundred; what is larger is none of ours, and is not worth parsing."""


def versions_of(event: type[Event]) -> Iterator[type[Event]]:
    """The live versions of an event, from the newest down."""
    version: type[Event] | None = event
    while version is not None:
        yield version
        version = version.older


class Vocabulary:
    """The events somebody understands, given by their newest versions, in every live version of each."""

    def __init__(self, events: Iterable[type[Event]]) -> None:
        self._families: Mapping[tuple[str, str], Mapping[int, type[Event]]] = {
            (event.publisher, event.name): {version.major: version for version in versions_of(event)}
            for event in events
        }

    def read(self, subject: str, headers: Mapping[str, str], body: bytes) -> Fact[Any]:
        """A message as a fact in its newest version. Raises ``Poison``, which says why it is none."""
        envelope = Envelope.of(subject, headers)
        version = self._version(envelope.publisher, envelope.name, envelope.major)
        fact = envelope.enclose(_parse(version, body))
        return Fact(fact.event_id, fact.time, self._newest(fact.event), fact.traceparent)

    def event_of(self, ce_type: str, body: str) -> Event:
        """A kept body, such as an outbox row's, as an event in its newest version. Raises ``Poison``."""
        _, publisher, name, major = f"{ce_type}...".split(".")[:4]
        number = int(major[1:]) if major[1:].isdecimal() else 0
        return self._newest(_parse(self._version(publisher, name, number), body.encode()))

    def _version(self, publisher: str, name: str, major: int) -> type[Event]:
        if (versions := self._families.get((publisher, name))) is None:
            raise Poison(Cause.UNKNOWN_TYPE)
        if (version := versions.get(major)) is None:
            raise Poison(Cause.UNKNOWN_VERSION, f"v{major}")
        return version

    def _newest(self, event: Event) -> Event:
        versions = self._families[event.publisher, event.name]
        while event.major < max(versions):
            following = _upcast(event)
            if type(following) is not versions[event.major + 1]:
                raise TypeError(f"{event.type()} becomes {following.type()}, not the version after it")
            event = following
        return event


def _upcast(event: Event) -> Event:
    try:
        return event.upcast()
    except (ValueError, LookupError, TypeError, ArithmeticError):  # what it says was never foreseen: a dead letter
        raise Poison(Cause.MISSHAPEN, f"v{event.major}") from None


def _parse(version: type[Event], body: bytes) -> Event:
    if len(body) > LARGEST_BODY:
        raise Poison(Cause.OVERSIZED)
    if b"\\u0000" in body:  # no event has one, and PostgreSQL could never store it
        raise Poison(Cause.UNREADABLE, "nul")
    try:
        return version.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if fault["type"] == "json_invalid":
        raise Poison(Cause.UNREADABLE, "json")
    field = str(fault["loc"][0]) if fault["loc"] else ""
    raise Poison(Cause.MISSHAPEN, field if field in version.model_fields else "")
