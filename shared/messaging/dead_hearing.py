"""How the dead-letter stream is heard: as bytes, whatever they are; reading them must not bury them again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub

from shared.contracts.flows import DEAD_LETTERS, stream_of
from shared.messaging.bus import Bus
from shared.messaging.consuming import BATCH, PULL_SECONDS
from shared.messaging.dead_letters import NotHeard
from shared.messaging.streams import DEAD_STREAM
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import UnitOfWork

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,200}")
"""What a path can hold; a letter with another id goes by its place."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class DeadLetter:
    """One message that could not be heard. ``buried_at`` is wall time; ``service`` is who could not hear it.

    ``stream`` and ``sequence`` say where it came from, ``headers`` and ``body`` are as they were.
    """

    dead_letter_id: str
    subject: str
    service: str
    durable: str
    reason: str
    attempts: int
    stream: str
    sequence: int
    headers: Mapping[str, str]
    body: bytes
    buried_at: datetime


Hears = Callable[[UnitOfWork[Any], Sequence[DeadLetter]], Awaitable[Sequence[None]]]
"""A use case that takes every dead letter in; knowing it already is its own matter."""


class DeadHearing:
    """The dead letters of all services, heard by one of them through its durable on that stream."""

    def __init__(self, service: str, use_case: Hears) -> None:
        self.durable = f"{service}_from_{DEAD_LETTERS}"
        self._use_case = use_case

    def attach(self, writer: GroupCommit[Any], broker: NatsBroker, bus: Bus) -> None:
        """Put the consumer on a broker that is not yet started."""

        async def on_dead_letter(letter: Any) -> None:
            try:
                await writer.do(self._use_case, letter)
            except Exception as error:
                raise NotHeard from error

        on_dead_letter.__annotations__ = {"letter": bytes, "return": None}
        subscriber = broker.subscriber(
            f"{DEAD_LETTERS}.>",
            durable=self.durable,
            stream=JStream(stream_of(DEAD_LETTERS), declare=False),
            pull_sub=PullSub(batch_size=BATCH, timeout=PULL_SECONDS),
            inbox_prefix=f"{bus.inbox_prefix}.".encode(),
            no_reply=True,
            title=self.durable,
        )
        subscriber(on_dead_letter, decoder=_read)


async def _read(message: NatsMessage) -> DeadLetter:
    """Never refuses: a letter without the marks of its burial is one all the same."""
    raw = message.raw_message
    headers = {name: _storable(value) for name, value in message.headers.items()}
    sequence = raw.metadata.sequence.stream
    _, service, *subject = f"{raw.subject}..".split(".")
    return DeadLetter(
        dead_letter_id=letter_id(headers, sequence),
        subject=".".join(subject).strip("."),
        service=service,
        durable=headers.get("dead-durable", ""),
        reason=headers.get("dead-reason", ""),
        attempts=_number(headers.get("dead-attempts")),
        stream=headers.get("dead-stream", ""),
        sequence=_number(headers.get("dead-sequence")),
        headers={name: value for name, value in headers.items() if not name.startswith(("dead-", "Nats-"))},
        body=message.body,
        buried_at=raw.metadata.timestamp.astimezone(UTC),
    )


def letter_id(headers: Mapping[str, str], sequence: int) -> str:
    """How a letter is called that lies at ``sequence`` of the stream DEAD."""
    told = headers.get("Nats-Msg-Id", "")
    return told if _ID.fullmatch(told) else f"{DEAD_STREAM}:{sequence}"


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL, and nothing stores half a surrogate. What stands for them is in no honest mark: left
    out, a forged one might become honest."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0
