"""What the release before must bear of the release after it, as long as both run side by side (docs/adr/0024)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.asking import Answer, Request
from shared.contracts.envelope import Event
from shared.contracts.flows import EVENTS, SERVICES, durables_of, subjects_heard
from shared.contracts.requests import REQUESTS

SAMPLES = Path(__file__).parent / "samples"
_CLOSED = {"from", "to"}
"""A window of time is given by clients too, who are told of a field that there is not: it never gains one."""


def grown(value: Any) -> Any:
    """A body as the next release may write it: one field more in each of its objects."""
    if isinstance(value, list):
        return [grown(one) for one in value]
    if not isinstance(value, dict):
        return value
    more = {} if set(value) == _CLOSED else {"next_release": "said"}
    return {name: grown(one) for name, one in value.items()} | more


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type()))
def test_a_field_of_the_next_release_is_read_past(event: type[Event]) -> None:
    """In the event itself and in all that it is made of."""
    told = json.loads((SAMPLES / f"{event.type()}.json").read_text())
    assert event.model_validate(told) == event.model_validate(grown(told))


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: str(request.subject()))
def test_requests_and_answers_ignore_what_they_do_not_know(request_: type[Request[Answer]]) -> None:
    """Whoever asks and whoever answers may be of either release."""
    assert ("ignore", "ignore") == (request_.model_config.get("extra"), request_.answer.model_config.get("extra"))


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_of_the_next_release_passes_by_who_does_not_subscribe_to_it(service: str) -> None:
    """No filter is so wide that it takes in an event which this release has no consumer for."""
    known = {(event.publisher, event.name) for event in EVENTS}
    heard = {
        subject
        for _, publisher in durables_of(service)
        if publisher in SERVICES
        for subject in subjects_heard(service, publisher)
    }
    assert {tuple(subject.split(".")[:2]) for subject in heard} <= known
