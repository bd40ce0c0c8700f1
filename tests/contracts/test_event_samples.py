"""Every version of every event ever published stays readable: one committed sample each."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.contracts.envelope import Event, fact_of, to_headers
from shared.contracts.flows import EVENTS, HEARS, SERVICES, consumers_of, durables_of, subjects_heard

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
_SUBJECT = re.compile(r"[a-z]+\.[a-z_]+\.v[0-9]+\.[a-z0-9_-]+\.[a-z0-9_-]+")
_PERSONAL = re.compile(r"name|phone|address|details|comment|report|contact", re.IGNORECASE)


def sample_of(event: type[Event]) -> Path:
    """Where an event's sample is."""
    return SAMPLES / f"{event.type()}.json"


def test_there_is_one_sample_for_each_event_and_no_other() -> None:
    """An event without a sample could change its shape unseen; a sample without its class was dropped."""
    assert {sample_of(event).name for event in EVENTS} == {path.name for path in SAMPLES.iterdir()}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type()))
def test_a_published_event_stays_readable(event: type[Event]) -> None:
    """Today's class reads the sample and writes all of it again; it may add fields, never lose or rename one."""
    told = json.loads(sample_of(event).read_text())
    written = json.loads(event.model_validate(told).model_dump_json())
    assert told == {name: written[name] for name in told}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type()))
def test_an_event_survives_its_envelope(event: type[Event]) -> None:
    """Body and headers make the same fact again, under a subject of the agreed form."""
    body = event.model_validate_json(sample_of(event).read_text())
    headers = to_headers(event.type(), body.about, event_id="an-id", time=NOW, traceparent="00-ab-cd-01")
    fact = fact_of(body, headers)
    assert ("an-id", NOW, body, "00-ab-cd-01") == (fact.event_id, fact.time, fact.event, fact.traceparent)
    assert _SUBJECT.fullmatch(body.subject)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type()))
def test_a_forged_envelope_is_refused(event: type[Event]) -> None:
    """Another service's source, another type or an unknown version of the envelope never becomes a fact."""
    body = event.model_validate_json(sample_of(event).read_text())
    honest = to_headers(event.type(), body.about, event_id="an-id", time=NOW)
    for forged in (
        {"ce-source": "/paidan/nobody"},
        {"ce-type": "paidan.intake.something_else.v1"},
        {"ce-specversion": "2.0"},
        {"ce-time": "yesterday"},
    ):
        with pytest.raises(ValueError, match=r"."):
            fact_of(body, honest | forged)
    with pytest.raises(ValueError, match=r"."):
        fact_of(body, {name: value for name, value in honest.items() if name != "ce-id"})


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type()))
def test_no_event_has_a_field_for_something_personal(event: type[Event]) -> None:
    """Bodies carry ids, places of grid size, times and versions (security.md)."""
    assert [] == [name for name in event.model_fields if _PERSONAL.search(name)]


def test_every_consumer_of_the_map_has_a_durable() -> None:
    """What flows.py says a service hears, its durables' filters let through."""
    for service in SERVICES:
        publishers = [publisher for _, publisher in durables_of(service) if publisher in SERVICES]
        heard = {subject for publisher in publishers for subject in subjects_heard(service, publisher)}
        assert heard == {f"{event.publisher}.{event.name}.v{event.major}.>" for event in HEARS[service]}
        for event in HEARS[service]:
            assert f"{service}.on_{event.name}" in consumers_of(event)
