"""The bugs. Each function, run before a service is imported by its ``__main__``, makes the service have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

from nats.errors import Error as NatsError
from sqlalchemy import event
from sqlalchemy.pool import Pool

from shared.contracts.envelope import to_headers
from shared.contracts.flows import stream_of
from shared.contracts.refusal import Refusal, Unavailable
from shared.messaging import bus as messaging_bus
from shared.messaging import machinery
from shared.messaging.consuming import Heard, Hearing


def default_ack_policy() -> None:
    """A message is acknowledged as the library does by itself: whatever its handler could not take is gone."""
    there: Any = messaging_bus
    make = there.KeyedBroker

    def broker(*arguments: Any, **named: Any) -> Any:
        for ours in ("ack_policy", "middlewares"):
            named.pop(ours, None)
        return make(*arguments, **named)

    there.KeyedBroker = broker


def publish_before_commit() -> None:
    """What a unit of work records is published before its commit, and once more by the relay after it."""
    there: Any = machinery
    buses: list[messaging_bus.Bus] = []
    made, keep_in = there.Machinery.__init__, there.keep_in

    @wraps(made)
    def remembered(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        buses.append(self.bus)

    def keep_and_publish(outbox: Any) -> Any:
        keep = keep_in(outbox)

        async def kept(session: Any, recorded: Sequence[Any]) -> None:
            await keep(session, recorded)
            for one in recorded:
                await _publish(buses[0], one)

        return kept

    there.Machinery.__init__ = remembered
    there.keep_in = keep_and_publish


async def _publish(bus: messaging_bus.Bus, one: Any) -> None:
    fact = one.event
    headers = to_headers(fact.type(), fact.about, event_id=one.event_id, time=one.time, traceparent=one.traceparent)
    try:
        await bus.js.publish(
            fact.subject, fact.model_dump_json().encode(), stream=stream_of(fact.publisher), headers=headers
        )
    except (NatsError, OSError, TimeoutError, Unavailable):
        return  # the relay will


def inbox_outside_the_transaction() -> None:
    """That a fact was heard is committed first, and its effects afterwards."""

    async def note(uow: Any, asked: Sequence[tuple[str, str]]) -> list[bool]:
        return [bool(await uow.repository.take_in(durable, {event_id}, uow.now)) for durable, event_id in asked]

    async def forget(uow: Any, asked: Sequence[tuple[str, str]]) -> list[None]:
        for durable, event_id in asked:
            await uow.repository.put_back(durable, [event_id])
        return [None for _ in asked]

    async def hear(self: Hearing, writer: Any, fact: Any) -> Heard:
        place = self.durable, fact.event_id
        if not await writer.do(note, place):
            return Heard.KNOWN
        try:
            await writer.do(_effects(self.consumers[type(fact.event)]), fact)
        except Refusal:
            await writer.do(forget, place)
            raise
        return Heard.HEARD

    Hearing.hear = hear  # type: ignore[method-assign]  # a planted bug


@cache
def _effects(consumer: Callable[..., Any]) -> Callable[..., Any]:
    async def effects(uow: Any, facts: Sequence[Any]) -> list[Any]:
        return [answer or Heard.HEARD for answer in await consumer(uow, facts)]

    return effects


def synchronous_normal() -> None:
    """SQLite does not wait for the disk at a commit."""

    def on_checkout(connection: Any, *_: Any) -> None:
        connection.cursor().execute("PRAGMA synchronous=NORMAL")

    event.listen(Pool, "checkout", on_checkout)


def none() -> None:
    """No bug: what the plays find then is their own."""
