"""Pages of events on the stream: large ones as a batch, whatever of it the broker knows; and none is given twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from nats.js import JetStreamContext
from sqlalchemy import func, select, update
from sqlmodel import col

from shared.messaging.publishing import TOGETHER_FROM
from tests.integration.ledger import Inbox, Outbox
from tests.integration.messaging.parties import Party, all_sent, amended, headers_of, note, party, stored
from tests.servers import NatsServer
from tests.waiting import wait_for

DURABLE = "matcher_from_intake"
MANY = 3 * TOGETHER_FROM
LONGER_THAN_ANY_WAIT = 600.0
"""Seconds: a message that waited for being given again would fail the test by its deadlines."""


async def batches(js: JetStreamContext) -> list[str | None]:
    """Of each stored message, the batch it came in."""
    return [headers_of(message).get("Nats-Batch-Id") for message in await stored(js, "INTAKE")]


async def test_a_large_page_is_one_batch_and_a_small_one_none(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """In the order of the outbox, each with its own envelope."""
    async with party("intake", new_database_url(), broker) as intake:
        await intake.record(amended("o-first", 1))
        await wait_for(lambda: all_sent(intake), 10)
        await intake.record(*(amended(f"o-{number:03}", 1) for number in range(MANY)))
        await wait_for(lambda: all_sent(intake), 10)
        found = [headers_of(message)["ce-subject"] for message in await stored(js, "INTAKE")]
        came_in = await batches(js)
    assert ["o-first", *(f"o-{number:03}" for number in range(MANY))] == found
    assert came_in[0] is None
    assert (1, True) == (len(set(came_in[1:])), all(came_in[1:]))


async def test_a_batch_with_an_event_that_the_broker_knows_goes_out_one_by_one(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """As after a crash between the broker's answer and the mark: what is new is stored, what is known is not again."""
    async with party("intake", new_database_url(), broker) as intake:
        await intake.record(amended("o-000", 1))
        await wait_for(lambda: all_sent(intake), 10)
        async with intake.database.writing() as session:
            await session.execute(update(Outbox).values(sent_at=None))
        await intake.record(*(amended(f"o-{number:03}", 1) for number in range(1, MANY)))
        await wait_for(lambda: all_sent(intake), 10)
        found = [headers_of(message)["ce-subject"] for message in await stored(js, "INTAKE")]
        came_in = await batches(js)
    assert [f"o-{number:03}" for number in range(MANY)] == found
    assert {None} == set(came_in)


async def test_no_message_waits_for_ack_wait(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """Whatever comes in bursts and alone is heard long before a message would be given again, and given once."""
    config = (await js.consumer_info("INTAKE", DURABLE)).config
    await js.add_consumer("INTAKE", config.evolve(ack_wait=LONGER_THAN_ANY_WAIT))
    async with (
        party("intake", new_database_url(), broker) as intake,
        party("matcher", new_database_url(), broker, note) as matcher,
    ):
        for burst in (1, 700, 1, 40, 300, 1):
            before = await _heard(matcher)
            await intake.record(*(amended(f"o-{before + number}", 1) for number in range(burst)))
            await wait_for(partial(_has_heard, matcher, before + burst), 30)

        async def acknowledged() -> bool:
            told = await js.consumer_info("INTAKE", DURABLE)
            return (told.num_pending, told.num_ack_pending) == (0, 0)

        await wait_for(acknowledged, 10)
        told = await js.consumer_info("INTAKE", DURABLE)
    assert told.delivered is not None
    assert (1043, 0) == (told.delivered.consumer_seq, told.num_redelivered)


async def _heard(matcher: Party) -> int:
    async with matcher.database.reading() as session:
        return await session.scalar(select(func.count(col(Inbox.event_id)))) or 0


async def _has_heard(matcher: Party, wanted: int) -> bool:
    return await _heard(matcher) == wanted
