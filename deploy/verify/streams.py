"""I6: the streams tell what the outboxes tell: every published fact once, as it was written, and nothing else.

The outboxes are kept for ever, the streams for a while (``max_age``): what is older is in the outboxes alone. So a
replay reads the outboxes, and this comparison makes it a replay of the streams as well.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from sqlalchemy import Table, select

from deploy.verify.evidence import Databases, chunks, rows
from deploy.verify.looking import Many
from deploy.verify.tables import OUTBOXES
from shared.contracts.flows import HEARS, SERVICES, stream_of
from shared.messaging.outbox import headers_of
from shared.messaging.streams import DEAD_STREAM
from shared.persistence.engine import Database

PAGE = 500
FETCH_SECONDS = 10.0
MARGIN = timedelta(hours=1)
"""What is so close to the end of the stream's time may be gone already."""

Odd = Callable[[str, Msg], None]
"""Hears of a message that is not as its outbox row is, and where it lies."""


class Positions:
    """A set of positive numbers, a bit each: millions of facts fit into memory."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        """Put a number in."""
        if (place := number >> 3) >= len(self._bits):
            self._bits.extend(bytes(place + 1024 - len(self._bits)))
        self._bits[place] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        """Whether it is in."""
        return number >> 3 < len(self._bits) and bool(self._bits[number >> 3] & 1 << (number & 7))

    def without(self, other: Positions) -> list[int]:
        """The numbers that ``other`` has not, in order."""
        places = (place for place, mine in enumerate(self._bits) if mine)
        return [n for place in places for n in range(place << 3, (place + 1) << 3) if n in self and n not in other]


@dataclass
class Compared:
    """How the streams compare with the outboxes."""

    broken: Many = field(default_factory=Many)
    again: int = 0
    overtaken: int = 0
    unheard: int = 0
    buried: int = 0

    def remarks(self) -> list[str]:
        """What breaks nothing: whoever hears a fact takes it once, and waits for the one before."""
        told = {
            "facts are in a stream more than once, each taken once": self.again,
            "facts stand in a stream behind later ones of their order, and waited for": self.overtaken,
            "messages that no outbox knows lie in a stream, and nobody hears their subject": self.unheard,
            "messages that no outbox knows lie in a stream, and whoever hears them buried them": self.buried,
        }
        return [f"{count} {what}" for what, count in told.items() if count]


async def messages(js: JetStreamContext, stream: str) -> AsyncIterator[Sequence[Msg]]:
    """What a stream holds now, in its order, page by page; nobody's durable moves."""
    state = (await js.stream_info(stream)).state
    if not state.messages:
        return
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, inactive_threshold=60.0)
    subscription = await js.pull_subscribe(">", stream=stream, config=config)
    try:
        reached = 0
        while reached < state.last_seq:
            try:
                page = await subscription.fetch(PAGE, timeout=FETCH_SECONDS)
            except NatsTimeout:
                return  # the last ones have run out meanwhile
            yield page
            reached = page[-1].metadata.sequence.stream
    finally:
        await subscription.unsubscribe()


async def compare(databases: Databases, js: JetStreamContext, odd: Odd = lambda _place, _message: None) -> Compared:
    """Read every stream once beside its outbox. ``odd`` hears of each message that is not as its outbox row."""
    compared = Compared()
    buried = await _buried(js, odd)
    for service in SERVICES:
        try:
            await _Reading(service, databases.named()[service], js, compared, buried, odd).run()
        except NotFoundError:
            compared.broken.add(f"stream {stream_of(service)} is not there")
    return compared


async def _buried(js: JetStreamContext, odd: Odd) -> dict[tuple[str, int], set[str]]:
    """Who buried what: durables by stream and sequence."""
    found: dict[tuple[str, int], set[str]] = {}
    async for page in messages(js, DEAD_STREAM):
        for letter in page:
            headers = letter.headers or {}
            sequence = headers.get("dead-sequence", "")
            if sequence.isascii() and sequence.isdecimal():
                found.setdefault((headers.get("dead-stream", ""), int(sequence)), set()).add(
                    headers.get("dead-durable", "")
                )
            odd(f"stream {DEAD_STREAM}, message {letter.metadata.sequence.stream}", letter)
    return found


class _Reading:
    """One service's stream read beside its outbox."""

    def __init__(
        self,
        service: str,
        database: Database,
        js: JetStreamContext,
        compared: Compared,
        buried: dict[tuple[str, int], set[str]],
        odd: Odd,
    ) -> None:
        self._stream = stream_of(service)
        self._outbox: Table = OUTBOXES[service]
        self._database = database
        self._js = js
        self._compared = compared
        self._buried = buried
        self._odd = odd
        self._seen = Positions()
        self._latest = 0

    async def run(self) -> None:
        """Read what was published so far; what is published meanwhile may be there or not."""
        published = await self._published()
        async for page in messages(self._js, self._stream):
            await self._read(page)
        missing = published.without(self._seen)
        for piece in chunks(missing[:PAGE]):
            lost = select(self._outbox.c.type, self._outbox.c.about).where(self._outbox.c.position.in_(piece))
            async for row in rows(self._database, lost):
                self._compared.broken.add(f"{row.type} about {row.about} was published and is not in {self._stream}")
        self._compared.broken.count(max(0, len(missing) - PAGE))

    async def _published(self) -> Positions:
        kept = (await self._js.stream_info(self._stream)).config.max_age
        published = Positions()
        sent = select(self._outbox.c.position).where(self._outbox.c.sent_at.is_not(None))
        if kept:
            sent = sent.where(self._outbox.c.sent_at > datetime.now(UTC) - timedelta(seconds=kept) + MARGIN)
        async for (position,) in rows(self._database, sent):
            published.add(position)
        return published

    async def _read(self, page: Sequence[Msg]) -> None:
        ids = {(message.headers or {}).get("ce-id", "") for message in page}
        found = select(self._outbox).where(self._outbox.c.event_id.in_(ids))
        known = {row.event_id: row async for row in rows(self._database, found)}
        overtaken = []
        for message in page:
            row = known.get((message.headers or {}).get("ce-id", ""))
            if row is None:
                self._judge_stranger(message)
                continue
            if differs := _difference(message, row):
                sequence = message.metadata.sequence.stream
                self._compared.broken.add(f"{self._stream} {sequence}: {differs} of event {row.event_id} differ")
                self._odd(f"stream {self._stream}, message {sequence}", message)
            if row.position in self._seen:
                self._compared.again += 1
            elif row.position < self._latest:
                overtaken.append(row)
            self._seen.add(row.position)
            self._latest = max(self._latest, row.position)
        await self._count_overtaken(overtaken)

    async def _count_overtaken(self, late: Sequence[Any]) -> None:
        """Of facts that come later than the outbox has them, those that stand behind a later one of their order."""
        if not late:
            return
        columns = self._outbox.c.about, self._outbox.c.position
        others = select(*columns).where(self._outbox.c.about.in_({row.about for row in late}))
        places: dict[str, list[int]] = {}
        async for about, position in rows(self._database, others):
            if position in self._seen:
                places.setdefault(about, []).append(position)
        self._compared.overtaken += sum(max(places[row.about]) > row.position for row in late)

    def _judge_stranger(self, message: Msg) -> None:
        sequence = message.metadata.sequence.stream
        self._odd(f"stream {self._stream}, message {sequence}", message)
        hearing = _durables_for(message.subject)
        if not hearing:
            self._compared.unheard += 1
        elif hearing <= self._buried.get((self._stream, sequence), set()):
            self._compared.buried += 1
        else:
            taken = ", ".join(sorted(hearing - self._buried.get((self._stream, sequence), set())))
            self._compared.broken.add(f"{self._stream} {sequence}: no outbox knows it, and {taken} did not bury it")


def _difference(message: Msg, row: Any) -> str:
    """What of a message is not as its outbox row is; empty where all is. The broker's own headers are not the fact's:
    what was told again bears another ``Nats-Msg-Id``, or none."""
    headers = message.headers or {}
    parts = {
        "subject": message.subject != row.subject,
        "body": message.data != row.body.encode(),
        "headers": any(
            headers.get(name) != value for name, value in headers_of(row).items() if not name.startswith("Nats-")
        ),
    }
    return ", ".join(name for name, differs in parts.items() if differs)


def _durables_for(subject: str) -> set[str]:
    """The durables that take messages of a subject."""
    publisher = subject.partition(".")[0]
    return {
        f"{service}_from_{publisher}"
        for service, events in HEARS.items()
        if any(subject.startswith(f"{event.publisher}.{event.name}.v{event.major}.") for event in events)
    }
