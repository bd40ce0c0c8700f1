"""Event → consumers: the map of the whole system. A consumer is ``<service>.on_<event>``.

One durable pull consumer per (service, publisher) carries all the events a service hears from that publisher,
so that one order's facts arrive in the order they were published. Streams, permissions and ``make flows`` are
derived from here; a test compares this map with the live subscribers.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts import intake, matcher, notifier
from shared.contracts.envelope import Event
from shared.contracts.services import SERVICES

__all__ = [
    "DEAD_LETTERS",
    "EVENTS",
    "HEARS",
    "KEEPS_DEAD_LETTERS",
    "MATCHER_HEARS",
    "SERVICES",
    "consumers_of",
    "durables_of",
    "stream_of",
    "subjects_heard",
]

DEAD_LETTERS = "dead"
"""First token of the dead letters' subjects; their stream is heard like a publisher's, by ``KEEPS_DEAD_LETTERS``."""

KEEPS_DEAD_LETTERS = "notifier"

EVENTS: tuple[type[Event], ...] = (*intake.EVENTS, *matcher.EVENTS, *notifier.EVENTS)

MATCHER_HEARS: frozenset[type[Event]] = frozenset(intake.EVENTS)

HEARS: Mapping[str, frozenset[type[Event]]] = {
    "intake": frozenset((*matcher.DISPATCH_EVENTS, notifier.NoticeFailed)),
    "matcher": MATCHER_HEARS,
    "notifier": frozenset(EVENTS),
}


def consumers_of(event: type[Event]) -> tuple[str, ...]:
    """The consumers that hear an event, as ``<service>.on_<event>``."""
    return tuple(f"{service}.on_{event.name}" for service in SERVICES if event in HEARS[service])


def durables_of(service: str) -> tuple[tuple[str, str], ...]:
    """``(durable, publisher)`` of each durable consumer a service pulls from."""
    heard = HEARS.get(service, frozenset())  # the console hears nothing
    publishers = [p for p in SERVICES if any(event.publisher == p for event in heard)]
    if service == KEEPS_DEAD_LETTERS:
        publishers.append(DEAD_LETTERS)
    return tuple((f"{service}_from_{publisher}", publisher) for publisher in publishers)


def stream_of(publisher: str) -> str:
    """The JetStream stream that holds a publisher's events."""
    return publisher.upper()


def subjects_heard(service: str, publisher: str) -> tuple[str, ...]:
    """Filter subjects of one durable, sorted: each event it hears, in every version.

    Older ones are brought up to date, newer ones are dead letters until the service is: a filter that left them out
    would pass by what is published before everybody is upgraded, and nobody would know.
    """
    if publisher == DEAD_LETTERS:
        return (f"{DEAD_LETTERS}.>",)
    heard = [event for event in HEARS[service] if event.publisher == publisher]
    return tuple(sorted(f"{event.publisher}.{event.name}.*.>" for event in heard))
