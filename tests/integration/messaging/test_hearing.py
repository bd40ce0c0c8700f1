"""How one service hears another on the real broker: in order, once, and never stopped by one bad message."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nats.js import JetStreamContext
from sqlalchemy import func, select
from sqlmodel import col

from shared.contracts.envelope import Fact
from shared.contracts.refusal import Conflict, Refusal, TooEarly
from tests.integration.ledger import Inbox, Unit, entries
from tests.integration.messaging.parties import (
    Party,
    amended,
    cancelled,
    closed,
    headers_of,
    line,
    note,
    party,
    publish_raw,
    stored,
)
from tests.servers import NatsServer
from tests.waiting import wait_for

DURABLE = "matcher_from_intake"


async def consumed(js: JetStreamContext) -> bool:
    """Whether matcher has nothing left to hear."""
    info = await js.consumer_info("INTAKE", DURABLE)
    return (info.num_pending, info.num_ack_pending) == (0, 0)


async def lines(matcher: Party, count: int) -> list[str]:
    """The ledger, once it has as many lines as expected."""

    async def enough() -> list[str]:
        found = await entries(matcher.database)
        return found if len(found) >= count else []

    return await wait_for(enough, 20, f"{count} lines in the ledger")


async def test_facts_of_one_order_are_heard_in_the_order_they_were_published(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """Event types take turns within each order, and no order's facts overtake one another."""
    kinds = (amended, cancelled, closed)
    events = [kinds[version % 3](f"o-{order:02}", version) for version in range(1, 13) for order in range(40)]
    async with (
        party("intake", new_database_url(), broker) as intake,
        party("matcher", new_database_url(), broker, note) as matcher,
    ):
        for start in range(0, len(events), 37):
            await intake.record(*events[start : start + 37])
        heard = await lines(matcher, len(events))
        for order in {event.order_id for event in events}:
            expected = [line(event) for event in events if event.order_id == order]
            assert expected == [one for one in heard if one.startswith(f"{order} ")]
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")


async def test_a_redelivered_fact_takes_effect_once(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext, intake_js: JetStreamContext
) -> None:
    """The same event id on three messages of the stream is one line in the ledger and one inbox row."""
    async with party("matcher", new_database_url(), broker, note) as matcher:
        for _ in range(3):
            await publish_raw(intake_js, amended("o-1", 1), "event-1")
        await publish_raw(intake_js, amended("o-1", 2), "event-2")
        assert ["o-1 1 order_amended", "o-1 2 order_amended"] == await lines(matcher, 2)
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")
        assert 2 == len(await entries(matcher.database))
        async with matcher.database.reading() as session:
            assert 2 == await session.scalar(select(func.count()).select_from(Inbox))


class Unready:
    """A consumer that takes version n of an order only after n - 1, and counts what it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.last: dict[str, int] = {}

    async def hear(self, uow: Unit, facts: Sequence[Fact[Any]]) -> list[Refusal | None]:
        answers: list[Refusal | None] = []
        for fact in facts:
            event = fact.event
            self.asked[line(event)] += 1
            if event.version > self.last.get(event.order_id, 0) + 1:
                answers.append(TooEarly())
                continue
            self.last[event.order_id] = event.version
            await uow.repository.write(line(event), uow.now)
            answers.append(None)
        return answers


async def test_a_fact_that_is_too_early_is_heard_later(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext, intake_js: JetStreamContext
) -> None:
    """It is refused until the fact it builds on has arrived, then it takes effect once; nothing is buried."""
    unready = Unready()
    async with party("matcher", new_database_url(), broker, unready.hear) as matcher:
        await publish_raw(intake_js, cancelled("o-1", 2), "event-2")

        async def refused() -> bool:
            return unready.asked["o-1 2 order_cancelled"] >= 3

        await wait_for(refused, 10)
        assert [] == await entries(matcher.database)
        await publish_raw(intake_js, amended("o-1", 1), "event-1")
        assert ["o-1 1 order_amended", "o-1 2 order_cancelled"] == await lines(matcher, 2)
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")
        assert [] == await stored(js, "DEAD")


async def test_a_fact_that_stays_too_early_is_a_dead_letter(
    tmp_path: Path,
    broker: NatsServer,
    js: JetStreamContext,
    intake_js: JetStreamContext,
) -> None:
    """After its time of attempts it is buried as too early, not at once: being old does not count against it."""
    unready = Unready()
    await publish_raw(intake_js, cancelled("o-1", 2), "event-2")
    await old_enough(js)
    url = f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}"
    async with party("matcher", url, broker, unready.hear, early_seconds=1.0):
        await wait_for(lambda: consumed(js), 15, "an acknowledgement")
        (dead,) = await stored(js, "DEAD")
    assert "too_early" == headers_of(dead)["dead-reason"]
    assert unready.asked["o-1 2 order_cancelled"] >= 4


async def old_enough(js: JetStreamContext) -> None:
    """Until the first message of intake has been stored for longer than a fact may be too early."""

    async def old() -> bool:
        message = await js.get_msg("INTAKE", 1)
        return message.time is not None and (datetime.now(UTC) - message.time).total_seconds() > 1.2

    await wait_for(old, 5)


async def test_a_use_case_that_fails_is_tried_again_and_applied_once(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext, intake_js: JetStreamContext
) -> None:
    """Three accidents, then success: no message is lost (the library's default policy ends it at the first)."""
    failures = 3
    calls = 0

    async def stumble(uow: Unit, facts: Sequence[Fact[Any]]) -> list[Refusal | None]:
        nonlocal failures, calls
        calls += 1
        if failures:
            failures -= 1
            raise RuntimeError("an accident")
        return await note(uow, facts)

    async with party("matcher", new_database_url(), broker, stumble) as matcher:
        await publish_raw(intake_js, amended("o-1", 1), "event-1")
        assert ["o-1 1 order_amended"] == await lines(matcher, 1)
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")
        assert (4, ["o-1 1 order_amended"]) == (calls, await entries(matcher.database))
        assert [] == await stored(js, "DEAD")


async def test_an_accident_is_not_tried_again_in_a_tight_loop(
    tmp_path: Path, broker: NatsServer, intake_js: JetStreamContext
) -> None:
    """Attempts come with growing delays; a plain NACK would be redelivered hundreds of times a second."""
    attempts = 0

    async def fail(_uow: Unit, _facts: Sequence[Fact[Any]]) -> list[Refusal | None]:
        nonlocal attempts
        attempts += 1
        raise RuntimeError("an accident")

    async def tried() -> bool:
        return attempts >= 3

    async with party("matcher", f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}", broker, fail):
        await publish_raw(intake_js, amended("o-1", 1), "event-1")
        await wait_for(tried, 10)
        started, before = time.monotonic(), attempts

        async def tried_twice_more() -> bool:
            return attempts >= before + 2

        await wait_for(tried_twice_more, 10)
        assert time.monotonic() - started > 0.3


async def test_a_fact_a_rule_refuses_for_good_is_a_dead_letter(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext, intake_js: JetStreamContext
) -> None:
    """A refusal other than "too early" names the broken rule, leaves no inbox row, and harms no neighbour."""

    async def refuse(uow: Unit, facts: Sequence[Fact[Any]]) -> list[Refusal | None]:
        taken = [fact for fact in facts if fact.event.order_id != "o-1"]
        await note(uow, taken)
        return [None if fact in taken else Conflict() for fact in facts]

    async with party("matcher", new_database_url(), broker, refuse) as matcher:
        await publish_raw(intake_js, amended("o-1", 1), "event-1")
        await publish_raw(intake_js, amended("o-2", 1), "event-2")
        assert ["o-2 1 order_amended"] == await lines(matcher, 1)
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")
        (dead,) = await stored(js, "DEAD")
        assert "refused:Conflict" == headers_of(dead)["dead-reason"]
        async with matcher.database.reading() as session:
            assert ["event-2"] == list(await session.scalars(select(col(Inbox.event_id))))
