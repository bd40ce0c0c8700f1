"""How a service hears another: one durable per publisher, many event types, one gatherer, in order.

Each message has its own handler call that awaits the gatherer; the gatherer commits everything waiting at
once, the inbox row in the same transaction as the effects; only then is the message acknowledged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub

from shared.contracts.envelope import Event, Fact, fact_of
from shared.contracts.flows import stream_of
from shared.contracts.refusal import Refusal
from shared.messaging.bus import Bus
from shared.messaging.dead_letters import NotHeard
from shared.messaging.inbox import MessagingRepository
from shared.observability.tracing import span
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import UnitOfWork

BATCH = 64
PULL_SECONDS = 1.0  # after a broker restart, consumption resumes when the lost pull expires

M = TypeVar("M", bound=MessagingRepository)
E = TypeVar("E", bound=Event)

Hears = Callable[[UnitOfWork[M], Sequence[Fact[E]]], Awaitable[Sequence[Refusal | None]]]
"""A consumer: facts in, for each of them None (taken) or a refusal (``TooEarly``) out."""


class Hearing:
    """The events one service hears from one publisher, through one durable pull consumer."""

    def __init__(self, service: str, publisher: str) -> None:
        self.service = service
        self.publisher = publisher
        self.durable = f"{service}_from_{publisher}"
        self.consumers: dict[type[Event], Hears[Any, Any]] = {}

    def on(self, event: type[E]) -> Callable[[Hears[M, E]], Hears[M, E]]:
        """Register ``on_<event>`` as the consumer of this event."""

        def register(consumer: Hears[M, E]) -> Hears[M, E]:
            if getattr(consumer, "__name__", "") != f"on_{event.name}" or event.publisher != self.publisher:
                raise ValueError(f"{consumer} cannot hear {event.type()}")
            self.consumers[event] = consumer
            return consumer

        return register

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
        for event, consumer in self.consumers.items():
            hear = partial(take, self.durable, consumer)
            hear.__name__ = consumer.__name__  # type: ignore[attr-defined]  # shown when a list is refused
            subscriber(
                _handler(event, hear, writer),
                filter=partial(_is, event.type()),
                decoder=partial(_read, event),
            )
        subscriber(_unknown, decoder=_refuse)


async def _is(ce_type: str, message: NatsMessage) -> bool:
    return message.headers.get("ce-type") == ce_type


async def _read(event: type[E], message: NatsMessage) -> Fact[E]:
    """The message as a fact. Raises ``ValueError`` for poison."""
    if b"\\u0000" in message.body:  # no event has one, and PostgreSQL could never store it
        raise ValueError("a NUL character")
    return fact_of(event.model_validate_json(message.body), message.headers)


def _handler(event: type[Event], hear: Any, writer: GroupCommit[Any]) -> Callable[..., Awaitable[None]]:
    # Nothing here or before it may suspend until the gatherer has the fact: order rests on that.
    async def handle(fact: Any) -> None:
        with span(f"hear {event.name}", fact.traceparent):
            try:
                await writer.do(hear, fact)
            except Refusal:
                raise
            except Exception as error:
                raise NotHeard from error

    handle.__annotations__ = {"fact": event, "return": None}  # for AsyncAPI: the body on the wire
    handle.__name__ = f"on_{event.name}"
    return handle


async def _unknown(_message: bytes) -> None:
    """Never called: reading the message refuses it."""


async def _refuse(message: NatsMessage) -> bytes:
    raise ValueError(f"unknown event type on {message.raw_message.subject}")


async def take(
    durable: str, consumer: Hears[M, E], uow: UnitOfWork[M], facts: Sequence[Fact[E]]
) -> list[Refusal | None]:
    """Hear what is new, once; what was heard before is taken without effect."""
    fresh = await uow.repository.take_in(durable, {fact.event_id for fact in facts}, uow.now)
    first: dict[str, Fact[E]] = {fact.event_id: fact for fact in facts if fact.event_id in fresh}
    answers = dict(zip(first, await consumer(uow, list(first.values())), strict=True)) if first else {}
    early = [event_id for event_id, answer in answers.items() if isinstance(answer, Refusal)]
    if early:
        await uow.repository.put_back(durable, early)
    return [answers.get(fact.event_id) for fact in facts]
