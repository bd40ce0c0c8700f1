"""The way out: committed events reach the stream once and in order, whatever the broker does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from nats.js import JetStreamContext
from sqlalchemy import update

from shared.contracts.envelope import Event
from shared.observability.tracing import current_traceparent, span
from tests.integration.ledger import NOW, Outbox, outbox, units_of
from tests.integration.messaging.parties import (
    Party,
    all_sent,
    amended,
    cancelled,
    connected,
    headers_of,
    party,
    stored,
)
from tests.servers import NatsServer
from tests.waiting import wait_for


async def test_a_committed_event_is_published_with_its_envelope(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """Subject, body and CloudEvents headers say who, what and when; the trace goes along."""
    async with party("intake", new_database_url(), broker) as intake:
        await intake.record(cancelled("o-1", 1))
        await wait_for(lambda: all_sent(intake), 10)
        (row,) = await outbox(intake.database)
        (message,) = await stored(js, "INTAKE")
    assert "intake.order_cancelled.v1.c1.o-1" == message.subject
    assert cancelled("o-1", 1).model_dump_json().encode() == message.data
    assert {
        "ce-id": row.event_id,
        "ce-type": "paidan.intake.order_cancelled.v1",
        "ce-source": "/paidan/intake",
        "ce-subject": "o-1",
        "ce-time": NOW.isoformat(),
        "ce-specversion": "1.0",
        "content-type": "application/json",
        "correlation_id": "o-1",
        "Nats-Msg-Id": row.event_id,
    }.items() <= headers_of(message).items()


async def test_events_are_committed_while_the_broker_is_down_and_published_in_order_when_it_is_up(
    new_database_url: Callable[[], str], broker: NatsServer
) -> None:
    """A service starts and serves without the broker; nothing is lost, doubled or out of order afterwards."""
    broker.stop()
    events = [amended(f"o-{n % 7}", n // 7 + 1) for n in range(700)]
    async with party("intake", new_database_url(), broker) as intake:
        for start in range(0, 700, 100):
            await intake.record(*events[start : start + 100])
        assert 700 == await intake.relay.waiting()
        broker.start()
        await wait_for(lambda: all_sent(intake), 30)
        async with connected(broker) as js:
            found = await stored(js, "INTAKE")
    assert [event.subject for event in events] == [message.subject for message in found]
    assert [event.model_dump_json().encode() for event in events] == [message.data for message in found]


async def test_a_killed_broker_costs_no_event_and_doubles_none(
    tmp_path_url: Callable[[], str], broker: NatsServer
) -> None:
    """Killed and started again while events are published: each is in the stream exactly once at the end."""
    events = [amended(f"o-{n}", 1) for n in range(2000)]
    async with party("intake", tmp_path_url(), broker) as intake:
        writing = asyncio.create_task(_record_slowly(intake, events))
        for part in (300, 900):
            await wait_for(partial(_published, intake, part), 30)
            broker.kill()
            await asyncio.sleep(0.2)
            broker.start()
        await writing
        await wait_for(lambda: all_sent(intake), 60)
        async with connected(broker) as js:
            found = [headers_of(message)["ce-subject"] for message in await stored(js, "INTAKE")]
    assert sorted(event.order_id for event in events) == sorted(found)


async def _record_slowly(intake: Party, events: Sequence[Event]) -> None:
    for start in range(0, len(events), 20):
        await intake.record(*events[start : start + 20])
        await asyncio.sleep(0.005)


async def _published(intake: Party, count: int) -> bool:
    return sum(row.sent_at is not None for row in await outbox(intake.database)) >= count


async def test_an_event_published_again_is_stored_once(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """A crash between the broker's answer and our note of it costs nothing: the message id is the event id."""
    async with party("intake", new_database_url(), broker) as intake:
        await intake.record(amended("o-1", 1))
        await wait_for(lambda: all_sent(intake), 10)
        async with intake.database.writing() as session:
            await session.execute(update(Outbox).values(sent_at=None))
        await intake.record(amended("o-1", 2))
        await wait_for(lambda: all_sent(intake), 10)
        found = await stored(js, "INTAKE")
    assert [b"1", b"2"] == [message.data.split(b'"version":')[1][:1] for message in found]


async def test_rows_stay_as_the_log_of_what_was_published(
    new_database_url: Callable[[], str], broker: NatsServer
) -> None:
    """Published rows are marked with wall time and kept."""
    async with party("intake", new_database_url(), broker) as intake:
        await intake.record(amended("o-1", 1), cancelled("o-1", 2))
        await wait_for(lambda: all_sent(intake), 10)
        rows = await outbox(intake.database)
    assert ["order_amended", "order_cancelled"] == [row.type.split(".")[2] for row in rows]
    assert all(row.sent_at is not None and row.sent_at != NOW for row in rows)


async def test_the_trace_of_a_use_case_is_on_the_message(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """An event carries the trace it was recorded with."""
    async with party("intake", new_database_url(), broker) as intake:
        with span("door"):
            trace = current_traceparent()
        async with units_of(intake.database)() as uow:
            uow.record(cancelled("o-1", 1), traceparent=trace)
        await intake.record(amended("o-2", 1))
        await wait_for(lambda: all_sent(intake), 10)
        first = (await stored(js, "INTAKE"))[0]
    assert trace == headers_of(first)["traceparent"]
