"""Every version of every event ever published stays readable: a corpus of samples, which nobody may edit.

Bodies that were published may lie in a stream, an outbox or a dead letter for ever. Whoever adds a field or a version
adds a sample beside the others, ``<type>.json`` or ``<type>.<what it shows>.json``, and its line in samples.sha256.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from shared.contracts.envelope import Event, to_headers
from shared.contracts.flows import EVENTS, HEARS, SERVICES, consumers_of, durables_of, subjects_heard
from shared.contracts.unheard import Poison
from shared.contracts.versions import Vocabulary, versions_of

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "samples").iterdir())
RECORDED = HERE / "samples.sha256"
NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
EVERYTHING = Vocabulary(EVENTS)
NEWEST = {(event.publisher, event.name): event for event in EVENTS}
VERSIONS = {version.type(): version for event in EVENTS for version in versions_of(event)}
_SUBJECT = re.compile(r"[a-z]+\.[a-z_]+\.v[0-9]+\.[a-z0-9_-]+\.[a-z0-9_-]+")
_PERSONAL = re.compile(r"name|phone|address|details|comment|report|contact", re.IGNORECASE)


def type_of(sample: Path) -> str:
    """The type, with its version, that a sample is of."""
    return ".".join(sample.name.split(".")[:4])


def digests() -> dict[str, str]:
    """Every sample's digest, by its name."""
    return {sample.name: sha256(sample.read_bytes()).hexdigest() for sample in SAMPLES}


def recorded() -> dict[str, str]:
    """What was published, as it was then."""
    lines = (line.split() for line in RECORDED.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in lines}


def test_each_version_has_a_sample_and_each_sample_its_version() -> None:
    """A version without a sample could change its shape unseen; a sample without its class was dropped."""
    assert VERSIONS.keys() == {type_of(sample) for sample in SAMPLES}


def test_no_sample_is_ever_edited_or_removed() -> None:
    """What was published does not change when the code does: a new shape is a new sample and a new line."""
    assert recorded() == digests()


def test_an_edited_a_removed_and_an_unrecorded_sample_would_be_seen() -> None:
    """The comparison can fail, in each of the three ways."""
    honest = digests()
    first = next(iter(honest))
    for tampered in (
        {**honest, first: "0" * 64},
        {k: v for k, v in honest.items() if k != first},
        {**honest, "x": "y"},
    ):
        assert recorded() != tampered


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.name))
def test_what_was_published_is_read_as_the_newest_version(sample: Path) -> None:
    """Through envelope, reading and upcasting: the same event about the same thing, as consumers see it today."""
    version = VERSIONS[type_of(sample)]
    body = version.model_validate_json(sample.read_bytes())
    headers = to_headers(version.type(), body.about, event_id="an-id", time=NOW, traceparent="00-ab-cd-01")
    fact = EVERYTHING.read(body.subject, headers, sample.read_bytes())
    assert _SUBJECT.fullmatch(body.subject)
    assert ("an-id", NOW, "00-ab-cd-01") == (fact.event_id, fact.time, fact.traceparent)
    assert NEWEST[version.publisher, version.name] is type(fact.event)
    assert (body.community, body.about) == (fact.event.community, fact.event.about)
    assert fact.event == EVERYTHING.event_of(version.type(), sample.read_text())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.name))
def test_a_version_may_gain_fields_and_never_lose_or_rename_one(sample: Path) -> None:
    """Its class reads the sample and writes all of it again."""
    told = json.loads(sample.read_bytes())
    written = json.loads(VERSIONS[type_of(sample)].model_validate(told).model_dump_json())
    assert told == {name: written[name] for name in told}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.name))
def test_a_field_of_a_later_release_is_passed_over(sample: Path) -> None:
    """Additive change needs no new version: today's reader takes what it knows."""
    told = json.loads(sample.read_bytes())
    later = json.dumps({**told, "of_a_later_release": {"n": [1]}})
    assert EVERYTHING.event_of(type_of(sample), json.dumps(told)) == EVERYTHING.event_of(type_of(sample), later)


FORGED: dict[str, dict[str, str | None]] = {
    "unmarked:ce-type": {"ce-type": None},
    "forged:ce-type": {"ce-type": "paidan.intake.something_else.v1"},
    "unmarked:ce-source": {"ce-source": None},
    "forged:ce-source": {"ce-source": "/paidan/nobody"},
    "unmarked:ce-subject": {"ce-subject": None},
    "forged:ce-subject": {"ce-subject": "another"},
    "unmarked:ce-specversion": {"ce-specversion": None},
    "forged:ce-specversion": {"ce-specversion": "2.0"},
    "unmarked:ce-id": {"ce-id": None},
    "forged:ce-id": {"ce-id": "two words"},
    "unmarked:ce-time": {"ce-time": None},
    "forged:ce-time": {"ce-time": "2026-11-22T11:00:00"},
}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type()))
def test_a_forged_envelope_is_refused_and_names_the_mark(event: type[Event]) -> None:
    """Every mark must be there and fit the subject; a body must be about what the subject says."""
    text = (HERE / "samples" / f"{event.type()}.json").read_bytes()
    body = event.model_validate_json(text)
    honest = to_headers(event.type(), body.about, event_id="an-id", time=NOW)
    for reason, changed in FORGED.items():
        headers = {name: mark for name, mark in {**honest, **changed}.items() if mark is not None}
        with pytest.raises(Poison) as refused:
            EVERYTHING.read(body.subject, headers, text)
        assert reason == refused.value.reason
    *place, _community, about = body.subject.split(".")
    elsewhere = ".".join((*place, "elsewhere", about))
    with pytest.raises(Poison) as refused:
        EVERYTHING.read(elsewhere, honest, text)
    assert "forged:community" == refused.value.reason
    other = ".".join((*place, body.subject.split(".")[3], "other"))
    with pytest.raises(Poison) as refused:
        EVERYTHING.read(other, {**honest, "ce-subject": "other"}, text)
    assert "forged:about" == refused.value.reason


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type()))
def test_no_event_has_a_field_for_something_personal(event: type[Event]) -> None:
    """Bodies carry ids, places of grid size, times and versions (security.md)."""
    assert [] == [name for name in event.model_fields if _PERSONAL.search(name)]


def test_every_consumer_of_the_map_has_a_durable() -> None:
    """What flows.py says a service hears, its durables' filters let through."""
    for service in SERVICES:
        publishers = [publisher for _, publisher in durables_of(service) if publisher in SERVICES]
        heard = {subject for publisher in publishers for subject in subjects_heard(service, publisher)}
        assert heard == {f"{event.publisher}.{event.name}.*.>" for event in HEARS[service]}
        for event in HEARS[service]:
            assert f"{service}.on_{event.name}" in consumers_of(event)
