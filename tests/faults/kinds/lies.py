"""What the broker may hand to services that is no fact: rubbish, and lies that look right."""

from __future__ import annotations

import json
import random
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nats.js import JetStreamContext

from shared.contracts.envelope import to_headers
from shared.contracts.flows import stream_of
from shared.messaging.streams import DEAD_STREAM
from tests.faults.fault import DATABASES, Refused, known
from tests.faults.kinds.broker import operator
from tests.faults.kinds.messages import hearers_of, messages, publish, speaking_as
from tests.faults.site import Site
from tests.waiting import wait_for

SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"
BURIED_SECONDS = 30.0


@dataclass(frozen=True)
class Poisoned:
    """Messages under a known subject that are no facts: each is buried with a reason, and hearing goes on."""

    publisher: str
    kind: str = "messages"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``poison in INTAKE``."""
        return f"poison in {stream_of(self.publisher)}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Publish all of them; each hearer buries each."""
        async with operator(site) as js, speaking_as(site, self.publisher) as voice:
            before = (await js.stream_info(DEAD_STREAM)).state.last_seq
            order = str(uuid.UUID(int=dice.getrandbits(128)))
            subject = f"{self.publisher}.{EVENT_OF[self.publisher]}.v1.maoling-east.{order}"
            bodies = poison(self.publisher, order, voice.max_payload, dice)
            for headers, body in bodies:
                await publish(voice, stream_of(self.publisher), subject, headers, body)
            await _buried_by_all(js, self.publisher, subject, before, len(bodies), BURIED_SECONDS)


@dataclass(frozen=True)
class Forged:
    """A fact that looks right in every mark, about an order nobody ever placed: what a seized service could say."""

    publisher: str
    kind: str = "messages"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``forged facts in INTAKE``."""
        return f"forged facts in {stream_of(self.publisher)}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Publish a late fact of an unknown order; each hearer waits for what should come before, and buries it."""
        waits = float(site.environment.get("PAIDAN_EARLY_SECONDS", "inf"))
        if waits > BURIED_SECONDS:
            raise Refused("on this stack a fact may be too early for longer than a fault lasts")
        name, order = LATE_EVENT_OF[self.publisher], str(uuid.UUID(int=dice.getrandbits(128)))
        told = json.loads((SAMPLES / f"paidan.{self.publisher}.{name}.v1.json").read_text()) | {"order_id": order}
        subject = f"{self.publisher}.{name}.v1.{told['community']}.{order}"
        marks = _marks(self.publisher, name, order, dice)
        async with operator(site) as js, speaking_as(site, self.publisher) as voice:
            before = (await js.stream_info(DEAD_STREAM)).state.last_seq
            await publish(voice, stream_of(self.publisher), subject, marks, json.dumps(told).encode())
            await _buried_by_all(js, self.publisher, subject, before, 1, waits + BURIED_SECONDS)


def _marks(publisher: str, name: str, order: str, dice: random.Random) -> dict[str, str]:
    event_id = str(uuid.UUID(int=dice.getrandbits(128)))
    time = datetime(2026, 11, 22, 11, tzinfo=UTC)
    return to_headers(f"paidan.{publisher}.{name}.v1", order, event_id=event_id, time=time)


async def _buried_by_all(
    js: JetStreamContext, publisher: str, subject: str, before: int, times: int, within: float
) -> None:
    """Each hearer of a publisher has buried so many messages of a subject, after a sequence of the dead letters."""
    expected = {durable: times for _, durable in hearers_of(publisher)}

    async def buried() -> bool:
        last = (await js.stream_info(DEAD_STREAM)).state.last_seq
        letters = await messages(js, DEAD_STREAM, before + 1, last)
        mine = [letter for letter in letters if (letter.subject or "").endswith(subject)]
        found = Counter((letter.headers or {})["dead-durable"] for letter in mine)
        if expected != found:
            raise AssertionError(f"buried {dict(found)} of {times} each")
        return True

    await wait_for(buried, within, f"what came under {subject} to be buried by each hearer")


def poison(publisher: str, order: str, largest: int, dice: random.Random) -> list[tuple[dict[str, str], bytes]]:
    """Headers and bodies: not JSON, a NUL, an unknown type, no headers, wrong source, a later version, too large."""
    name = EVENT_OF[publisher]
    marks = _marks(publisher, name, order, dice)
    told = [
        (marks, b"no json at all \xff\xfe"),
        (marks, b'{"order_id": "\\u0000"}'),
        (marks | {"ce-type": f"paidan.{publisher}.order_eaten.v1"}, b"{}"),
        ({}, b"{}"),
        (marks | {"ce-source": "/paidan/nobody"}, b"{}"),
        (marks | {"ce-type": f"paidan.{publisher}.{name}.v99"}, b"{}"),
        (marks, b"[" * 100_000),
    ]
    room = largest - sum(len(key) + len(value) + 4 for key, value in marks.items()) - 128
    told.append((marks, b"x" * room))
    return [
        ({**headers, "ce-id": event_id, "Nats-Msg-Id": event_id} if headers else {}, body)
        for headers, body in told
        if (event_id := str(uuid.UUID(int=dice.getrandbits(128))))
    ]


LATE_EVENT_OF = {"intake": "order_closed", "matcher": "order_done"}
EVENT_OF = {"intake": "order_placed", "matcher": "offer_made", "notifier": "notice_sent"}


FORGED = [known(Forged(publisher)) for publisher in LATE_EVENT_OF]
POISON = [known(Poisoned(publisher)) for publisher in ("intake", "matcher")]
