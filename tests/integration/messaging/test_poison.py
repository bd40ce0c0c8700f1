"""What cannot be heard on the real broker: one dead letter with a precise reason, no effect, and the next is heard."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from sqlalchemy import func, select

from shared.contracts.versions import LARGEST_BODY
from shared.messaging.dead_letters import LONGEST_HEADER
from tests.integration.ledger import Inbox, entries
from tests.integration.messaging.parties import (
    Party,
    amended,
    connected,
    headers_of,
    note,
    party,
    publish_raw,
    stored,
)
from tests.integration.messaging.test_hearing import DURABLE, consumed, lines
from tests.servers import NatsServer
from tests.waiting import wait_for

HONEST = amended("o-1", 1)
SUBJECT = HONEST.subject
FLOOD = 1000


def body(**changed: Any) -> bytes:
    """The honest body with some fields changed; None drops one."""
    told = {**HONEST.model_dump(mode="json"), **changed}
    return json.dumps(
        {name: value for name, value in told.items() if name not in changed or value is not None}
    ).encode()


POISON: tuple[tuple[str, dict[str, Any]], ...] = (
    ("unreadable:json", {"body": b"\xff\xfe not json"}),
    ("unreadable:json", {"body": b""}),
    ("unreadable:json", {"body": b"[" * 200_000}),
    ("unreadable:nul", {"body": amended("o-\x00", 1).model_dump_json().encode()}),
    ("oversized", {"body": b" " * (LARGEST_BODY + 1)}),
    ("misshapen", {"body": b"[1, 2]"}),
    ("misshapen", {"body": b'"order"'}),
    ("misshapen:community", {"body": b'{"order_id": 7}'}),
    ("misshapen:version", {"body": body(version="x")}),
    ("misshapen:order_id", {"body": body(order_id=None)}),
    ("unmarked:ce-id", {"ce_id": None}),
    ("forged:ce-id", {"ce_id": "event\x00"}),
    ("forged:ce-id", {"ce_id": "e" * 2000}),
    ("unmarked:ce-time", {"ce_time": None}),
    ("forged:ce-time", {"ce_time": "2026-11-22T11:00:00"}),
    ("forged:ce-time", {"ce_time": "yesterday"}),
    ("forged:ce-time", {"ce_time": "1700000000"}),
    ("forged:ce-time", {"ce_time": "0001-01-01T00:00:00+23:00"}),
    ("unmarked:ce-source", {"ce_source": None}),
    ("forged:ce-source", {"ce_source": "/paidan/matcher"}),
    ("unmarked:ce-specversion", {"ce_specversion": None}),
    ("forged:ce-specversion", {"ce_specversion": "0.3"}),
    ("unmarked:ce-subject", {"ce_subject": None}),
    ("forged:ce-subject", {"ce_subject": "o-2"}),
    ("unmarked:ce-type", {"ce_type": None}),
    ("forged:ce-type", {"ce_type": "paidan.intake.order_cancelled.v1"}),
    ("forged:ce-type", {"ce_type": "paidan.matcher.order_amended.v1"}),
    ("forged:ce-type", {"ce_type": "paidan.intake.order_amended.v2"}),
    ("forged:about", {"body": body(order_id="o-2")}),
    ("forged:community", {"body": body(community="c2")}),
    ("forged:community", {"body": amended("o-1", 1).model_copy(update={"community": None}).model_dump_json().encode()}),
    ("forged:subject", {"subject": "intake.order_amended.v1.C1.o-1"}),
    ("forged:subject", {"subject": f"intake.order_amended.v1.c1.{'O' * 3900}"}),
    ("unknown_version:v2", {"subject": "intake.order_amended.v2.c1.o-1", "ce_type": "paidan.intake.order_amended.v2"}),
)
"""The reason, and what is different from an honest message that intake may publish."""


async def silent(matcher: Party, expected: list[str]) -> None:
    """Nothing but this took effect: no line in the ledger, no row in the inbox."""
    assert expected == await entries(matcher.database)
    async with matcher.database.reading() as session:
        assert len(expected) == await session.scalar(select(func.count()).select_from(Inbox))


async def test_poison_is_one_dead_letter_that_says_why_and_consumption_goes_on(
    tmp_path: Path, broker: NatsServer, js: JetStreamContext, intake_js: JetStreamContext
) -> None:
    """Every mark that does not fit the others, every body that is none: buried as it was, and the next is heard."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}"
    async with party("matcher", url, broker, note) as matcher:
        for place, (_, changed) in enumerate(POISON, 1):
            await publish_raw(intake_js, HONEST, f"event-{place}", **changed)
        await intake_js.publish(SUBJECT, b"bare")
        await publish_raw(intake_js, amended("o-2", 1), "event-good")
        assert ["o-2 1 order_amended"] == await lines(matcher, 1)
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")
        await silent(matcher, ["o-2 1 order_amended"])
        letters = {int(headers_of(one)["dead-sequence"]): one for one in await stored(js, "DEAD")}
    assert list(range(1, len(POISON) + 2)) == sorted(letters)
    expected = [reason for reason, _ in POISON]
    assert [*expected, "unmarked:ce-type"] == [headers_of(letters[place])["dead-reason"] for place in sorted(letters)]
    for place, (_, changed) in enumerate(POISON, 1):
        letter, headers = letters[place], headers_of(letters[place])
        assert (DURABLE, "INTAKE", "1") == tuple(headers[f"dead-{name}"] for name in ("durable", "stream", "attempts"))
        assert changed.get("body", HONEST.model_dump_json().encode()) == letter.data
        assert headers.get("ce-id", "") == (changed.get("ce_id", f"event-{place}") or "")[:LONGEST_HEADER]
        subject = changed.get("subject", SUBJECT)
        assert letter.subject in (f"dead.matcher.{subject}", "dead.matcher.intake.order_amended")


async def test_an_event_of_the_wrong_service_has_no_effect(
    tmp_path: Path, broker: NatsServer, js: JetStreamContext
) -> None:
    """No service can publish under another's name, and what it forges under its own nobody hears (security.md, 24)."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}"
    async with party("matcher", url, broker, note) as matcher, connected(broker, "notifier") as forger:
        for subject in (SUBJECT, f"dead.matcher.{SUBJECT}"):
            with pytest.raises(NatsError):
                await forger.publish(subject, body(), timeout=0.2)
        await publish_raw(forger, HONEST, "event-1", subject=SUBJECT.replace("intake", "notifier", 1))
        assert [0, 0, 1] == [len(await stored(js, stream)) for stream in ("INTAKE", "DEAD", "NOTIFIER")]
        await silent(matcher, [])


async def test_a_flood_of_poison_does_not_stop_the_rest(
    tmp_path: Path, broker: NatsServer, js: JetStreamContext, intake_js: JetStreamContext
) -> None:
    """A good message behind a thousand bad ones is heard within seconds, and each bad one is one letter."""
    kinds = [changed for _, changed in POISON if len(changed.get("body", b"")) < 1000]
    for number in range(FLOOD):
        await publish_raw(intake_js, HONEST, f"event-{number}", **kinds[number % len(kinds)])
    await publish_raw(intake_js, amended("o-2", 1), "event-good")
    url = f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}"
    async with party("matcher", url, broker, note) as matcher:
        await matcher.bus.connected.wait()
        began = time.monotonic()
        assert ["o-2 1 order_amended"] == await lines(matcher, 1)
        behind = time.monotonic() - began
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")
        letters = Counter(headers_of(one)["dead-sequence"] for one in await stored(js, "DEAD"))
    assert (FLOOD, {1}) == (len(letters), set(letters.values()))
    assert behind < 15
