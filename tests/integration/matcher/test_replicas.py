"""Two matchers on one PostgreSQL database, one of them killed; and a second one on SQLite, refused."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nats.js import JetStreamContext
from sqlalchemy import func, select, text
from sqlmodel import col

from services.matcher.models import Outbox
from services.matcher.use_cases.pooling import Take
from shared.contracts import matcher as events
from shared.contracts.words import Urgency, Window
from tests.integration.matcher.replicas import Fleet, Replica, fleet
from tests.integration.matcher.stage import EVENTS, Stage, volunteer
from tests.integration.messaging.parties import connected, declare_streams, guarded_server, stored
from tests.servers import NatsServer
from tests.waiting import wait_for

PEOPLE = 12
HOUR = timedelta(hours=1)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A broker with the stack's users, permissions, streams and durables."""
    with guarded_server(tmp_path / "nats") as server:
        await declare_streams(server)
        yield server


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_a_second_matcher_on_sqlite_is_refused(stage: Stage, broker: NatsServer, tmp_path: Path) -> None:
    """Serving, migrating and publishing: one line each, exit code 1; the first one serves on."""
    async with fleet(stage, broker, tmp_path, count=1) as matchers:
        answers = [await matchers.run(verb) for verb in ("serve", "migrate", "relay-once")]
        assert [(1, 1)] * 3 == [(code, len(told)) for code, told in answers]
        assert all("another process works on" in line for _, told in answers for line in told)
        assert await matchers.replicas[0].ready()


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_publishing_by_hand_waits_for_no_leader(stage: Stage, broker: NatsServer, tmp_path: Path) -> None:
    """While a matcher publishes, ``relay-once`` has nothing to do there, and says so; ``migrate`` may run."""
    async with fleet(stage, broker, tmp_path, count=1) as matchers:
        await wait_for(lambda: leaders(stage), 10)
        assert [1, 0] == [(await matchers.run(verb))[0] for verb in ("relay-once", "migrate")]


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_the_other_matcher_goes_on_when_the_leader_is_killed(
    stage: Stage, broker: NatsServer, tmp_path: Path
) -> None:
    """Offers, clocks and publishing go on within seconds; each event is in the stream once, each order in order."""
    async with fleet(stage, broker, tmp_path, count=1) as matchers:
        await wait_for(lambda: leaders(stage), 10)
        await matchers.start(1)
        first, second = matchers.replicas
        before = await leaders(stage)
        await stage.enrol(*(volunteer(f"v-{n}", capacity=9, daily_offers=50) for n in range(PEOPLE)))
        kept = await accepted(matchers, [first, second])
        await first.end(signal.SIGKILL)  # as a crash would
        kept += await accepted(matchers, [second])
        await wait_for(lambda: all_sent(stage), 20)
        after = await leaders(stage)
        async with connected(broker) as js:
            found = await versions(js)
    assert (1, 1, set()) == (len(before), len(after), before & after)
    assert sorted(kept) == sorted(found)
    assert {order_id: list(range(1, len(told) + 1)) for order_id, told in found.items()} == found


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_an_amended_window_sees_what_another_matcher_gives_meanwhile(stage: Stage) -> None:
    """A place taken elsewhere a moment before, not yet committed, is waited for: nobody is at two places at once."""
    window = Window(from_=stage.now + 2 * HOUR, to=stage.now + 4 * HOUR)
    await stage.enrol(volunteer("v-1"))
    first = await stage.place("sweeping", urgency=Urgency.URGENT)
    await stage.accept(await stage.last(events.OfferMade))
    stage.asking(0)
    second = await stage.place("sweeping", urgency=Urgency.URGENT, window=window)
    async with stage.units() as uow:
        await stage.use_cases.pooling.take_legs(uow, [Take(f"{second}-l1", "v-1")])
        amending = asyncio.create_task(stage.amend(first, window, Urgency.URGENT))
        await wait_for(lambda: somebody_waits(stage), 10)
    await amending
    assert [("v-1", "released")] == await stage.assignment_states(first)
    assert [("v-1", "assigned")] == await stage.assignment_states(second)


async def somebody_waits(stage: Stage) -> bool:
    """Whether a transaction waits for another's lock."""
    return bool(await stage.all(text("SELECT pid FROM pg_locks WHERE NOT granted")))


async def accepted(matchers: Fleet, replicas: list[Replica]) -> list[str]:
    """Orders that are placed and accepted, in turn at these replicas."""
    stage, orders = matchers.stage, []
    stage.asking(3)
    for turn in range(6):
        orders.append(await stage.place("sweeping", urgency=Urgency.URGENT))
        offer = await stage.last(events.OfferMade)
        replica = replicas[turn % len(replicas)]
        answer = await replica.client.post(
            f"/api/offers/{offer.offer_id}/accept", headers=matchers.as_(offer.volunteer_id)
        )
        assert 200 == answer.status_code, answer.text
    return orders


async def leaders(stage: Stage) -> set[int]:
    """The connections that hold the lead of matcher's relay."""
    holding = """
        SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE locktype = 'advisory' AND granted AND datname = current_database()
    """
    return set(await stage.all(text(holding)))


async def all_sent(stage: Stage) -> bool:
    """Whether nothing is left to publish."""
    return [0] == await stage.all(select(func.count()).where(col(Outbox.sent_at).is_(None)))


async def versions(js: JetStreamContext) -> dict[str, list[int]]:
    """The versions of each order as the stream has them."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for message in await stored(js, "MATCHER"):
        event: Any = EVENTS[(message.headers or {})["ce-type"]].model_validate_json(message.data)
        found[event.order_id].append(event.version)
    return dict(found)
