"""How a service hears another: one durable per publisher, many event types, one gatherer, in order.

Each message has its own handler call that awaits the gatherer; the gatherer commits everything waiting at once, the
inbox row in the same transaction as the effects; only then is the message acknowledged. To the gatherer a durable is
one use case, so that its facts stay in order whatever waits beside them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub

from shared.contracts.envelope import Event, Fact
from shared.contracts.flows import stream_of
from shared.contracts.refusal import Refusal
from shared.contracts.versions import Vocabulary, versions_of
from shared.messaging.bus import Bus
from shared.messaging.dead_letters import NotHeard
from shared.messaging.inbox import MessagingRepository
from shared.observability.tracing import CONSUMER, span
from shared.persistence.group_commit import GroupCommit, UseCase
from shared.persistence.unit_of_work import UnitOfWork

BATCH = 64
PULL_SECONDS = 1.0  # after a broker restart, consumption resumes when the lost pull expires

M = TypeVar("M", bound=MessagingRepository)
E = TypeVar("E", bound=Event)

Hears = Callable[[UnitOfWork[M], Sequence[Fact[E]]], Awaitable[Sequence[Refusal | None]]]
"""A consumer: facts in, for each of them None (taken) or a refusal (``TooEarly``) out."""


class Heard(StrEnum):
    """What became of a fact that was taken. ``known``: it had taken effect before."""

    HEARD = "heard"
    KNOWN = "known"


class Hearing:
    """The events one service hears from one publisher, through one durable pull consumer.

    Consumers are written for the newest version of an event; older ones are brought up to it (contracts/versions.py).
    """

    def __init__(self, service: str, publisher: str) -> None:
        self.service = service
        self.publisher = publisher
        self.durable = f"{service}_from_{publisher}"
        self._attributes = {"messaging.system": "nats", "messaging.consumer.group.name": self.durable}
        self.consumers: dict[type[Event], Hears[Any, Any]] = {}
        self._take: UseCase[Any, Fact[Any], Heard] = partial(take, self.durable, self.consumers)
        self._take.__name__ = f"take {self.durable}"  # type: ignore[attr-defined]  # shown when a list is refused
        self._vocabulary = Vocabulary(())

    def on(self, consumer: Hears[M, E], *events: type[E]) -> None:
        """Have these events heard by a consumer: several of one kind by the same, which then hears them in one list."""
        for event in events:
            if event.publisher != self.publisher or event in self.consumers:
                raise ValueError(f"{self.durable} cannot hear {event.type()}")
            self.consumers[event] = consumer
        self._vocabulary = Vocabulary(self.consumers)

    def read(self, subject: str, headers: Mapping[str, str], body: bytes) -> Fact[Any]:
        """A message as a fact this service hears. Raises ``Poison``, which says why it is none."""
        return self._vocabulary.read(subject, headers, body)

    async def hear(self, writer: GroupCommit[Any], fact: Fact[Any]) -> Heard:
        """Take one fact, with whatever else is waiting. Raises the ``Refusal`` of its consumer, or its accident."""
        with span(f"hear {fact.event.name}", fact.traceparent, CONSUMER, self._attributes):
            return await writer.do(self._take, fact)

    def attach(self, writer: GroupCommit[Any], broker: NatsBroker, bus: Bus) -> None:
        """Put the consumers on a broker that is not yet started."""
        subscriber = broker.subscriber(
            f"{self.publisher}.>",
            durable=self.durable,
            stream=JStream(stream_of(self.publisher), declare=False),
            pull_sub=PullSub(batch_size=BATCH, timeout=PULL_SECONDS),
            inbox_prefix=f"{bus.inbox_prefix}.".encode(),
            no_reply=True,
            title=self.durable,
        )
        for newest in self.consumers:
            for version in versions_of(newest):
                subscriber(
                    self._handler(version, handler_name(version, newest), writer),
                    filter=partial(_is, version.type()),
                    decoder=self._decode,
                )
        subscriber(_unknown, decoder=self._decode)

    async def _decode(self, message: NatsMessage) -> Fact[Any]:
        return self.read(message.raw_message.subject, message.headers, message.body)

    def _handler(self, version: type[Event], name: str, writer: GroupCommit[Any]) -> Callable[..., Awaitable[None]]:
        # Nothing here or before it may suspend until the gatherer has the fact: order rests on that.
        async def handle(fact: Any) -> None:
            try:
                await self.hear(writer, fact)
            except Refusal:
                raise
            except Exception as error:
                raise NotHeard from error

        handle.__annotations__ = {"fact": version, "return": None}  # for AsyncAPI: the body on the wire
        handle.__name__ = name
        return handle


def handler_name(version: type[Event], newest: type[Event]) -> str:
    """``on_<event>``; an older version has a handler of its own, so that the documents show it."""
    return f"on_{version.name}" if version is newest else f"on_{version.name}_v{version.major}"


async def _is(ce_type: str, message: NatsMessage) -> bool:
    return message.headers.get("ce-type") == ce_type


async def _unknown(_message: bytes) -> None:
    """Never called: reading the message refuses it."""


async def take(
    durable: str, consumers: Mapping[type[Event], Hears[M, Any]], uow: UnitOfWork[M], facts: Sequence[Fact[Any]]
) -> list[Heard | Refusal]:
    """Hear what is new, once and in order; what was heard before is taken without effect."""
    fresh = await uow.repository.take_in(durable, {fact.event_id for fact in facts}, uow.now)
    first = {fact.event_id: fact for fact in facts if fact.event_id in fresh}
    answers: dict[str, Refusal | None] = {}
    for consumer, alike in groupby(first.values(), key=lambda fact: consumers[type(fact.event)]):
        run = list(alike)
        given = await consumer(uow, run)
        answers |= {fact.event_id: answer for fact, answer in zip(run, given, strict=True)}
    early = [event_id for event_id, answer in answers.items() if isinstance(answer, Refusal)]
    if early:
        await uow.repository.put_back(durable, early)
    return [(answers[fact.event_id] or Heard.HEARD) if fact.event_id in answers else Heard.KNOWN for fact in facts]
