"""Matcher on the bus: intake's facts in, the dispatch's facts out, each once and in order."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from nats.js import JetStreamContext

from services.matcher.app import make_app
from services.matcher.settings import MatcherSettings
from services.matcher.use_cases import UseCases
from shared.contracts import intake
from shared.contracts import matcher as events
from shared.contracts.envelope import Fact, to_headers
from shared.contracts.words import Outcome, Role
from shared.identity.keys import create_keys, read_key
from shared.identity.tokens import TokenSigner
from shared.persistence.vault import Vault
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, names, volunteer
from tests.integration.messaging.parties import PASSWORD, connected, declare_streams, guarded_server
from tests.servers import NatsServer
from tests.waiting import wait_for

MEDIATION = "mediation-maoling-east"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A broker with the stack's users, permissions, streams and durables."""
    with guarded_server(tmp_path / "nats") as server:
        await declare_streams(server)
        yield server


@pytest.fixture
def keys(stage: Stage, tmp_path: Path) -> Path:
    """The installation's keys; the stage seals with the same."""
    folder = tmp_path / "keys"
    create_keys(folder)
    stage.vault = Vault(read_key(folder, "matcher-vault"))
    stage.use_cases = UseCases(stage.rules, stage.vault, stage.writer)
    return folder


@asynccontextmanager
async def matcher_on(broker: NatsServer, stage: Stage, keys: Path) -> AsyncIterator[House]:
    """A running matcher on this broker, with the permissions of its user; its clock stands at the stage's time."""
    settings = MatcherSettings(
        database_url=stage.database.url,
        keys=keys,
        clock=f"{stage.now.isoformat()}@0.000001",
        nats_url=broker.url,
        nats_user="matcher",
        nats_password=PASSWORD,
    )
    app = make_app(settings, stage.rules)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://matcher.test") as client,
    ):
        yield House(stage, client, TokenSigner(read_key(keys, "tokens")))


async def tell(js: JetStreamContext, *facts: Fact[Any]) -> None:
    """Publish facts of intake, as its relay does."""
    for fact in facts:
        event = fact.event
        headers = to_headers(
            event.type(), event.about, event_id=fact.event_id, time=fact.time, traceparent=fact.traceparent
        )
        await js.publish(event.subject, event.model_dump_json().encode(), stream="INTAKE", headers=headers)


async def published(js: JetStreamContext) -> list[Any]:
    """What matcher has published so far, in the order of its stream."""
    last = (await js.stream_info("MATCHER")).state.last_seq
    messages = [await js.get_msg("MATCHER", sequence) for sequence in range(1, last + 1)]
    types = {event.type(): event for event in events.EVENTS}
    return [types[(message.headers or {})["ce-type"]].model_validate_json(message.data or b"") for message in messages]


async def test_a_placed_order_goes_through_to_done_over_the_bus(broker: NatsServer, stage: Stage, keys: Path) -> None:
    """OrderPlaced comes in, offer_made goes out; the loop's facts are published once each, their versions gapless."""
    async with (
        matcher_on(broker, stage, keys) as house,
        connected(broker) as operator,
        connected(broker, "intake") as intake_js,
    ):
        await stage.enrol(volunteer("v-1", MEDIATION))
        fact = stage.placed()
        reviewed = stage.following(
            fact.event.order_id, intake.OrderReviewed, outcome=Outcome.FIXED, rating=5, reviewed_at=stage.now
        )
        closed = stage.following(fact.event.order_id, intake.OrderClosed, outcome=Outcome.FIXED, closed_at=stage.now)
        await tell(intake_js, fact, fact)

        async def offered() -> list[Any]:
            return await published(operator)

        (made,) = await wait_for(offered, what="offer_made")
        assert ("offer_made", 1, "v-1", GRID) == (made.name, made.version, made.volunteer_id, made.grid)
        me = house.as_(Role.VOLUNTEER, "v-1")
        taken = await house.tap(f"/api/offers/{made.offer_id}/accept", me)
        path = f"/api/assignments/{taken['assignment_id']}"
        await house.tap(f"{path}/start", me)
        await house.tap(f"{path}/complete", me, {"report": "settled"})
        await tell(intake_js, reviewed, closed)

        async def over() -> bool:
            return (await stage.dispatch(fact.event.order_id)).state == "closed"

        async def all_told() -> bool:
            return len(await published(operator)) >= 5

        await wait_for(over, what="closed")
        await wait_for(all_told, what="five facts")
        facts = await published(operator)
        assert ["offer_made", "leg_assigned", "leg_started", "leg_completed", "order_done"] == names(facts)
        assert [1, 2, 3, 4, 5] == [one.version for one in facts]
        status, _ = await house.ask("GET", "/readyz")
        assert 200 == status
        assert ["settled" in json.dumps(one.model_dump(mode="json")) for one in facts] == [False] * 5


async def test_facts_that_came_too_early_are_applied_in_their_turn(
    broker: NatsServer, stage: Stage, keys: Path
) -> None:
    """A cancellation that overtook its order waits for it, and then ends it."""
    async with (
        matcher_on(broker, stage, keys),
        connected(broker, "intake") as intake_js,
    ):
        placed = stage.placed("certificates")
        cancelled = stage.following(placed.event.order_id, intake.OrderCancelled, cancelled_at=stage.now)
        await tell(intake_js, cancelled)
        await tell(intake_js, placed)

        async def over() -> bool:
            return (await stage.dispatch(placed.event.order_id)).state == "cancelled"

        await wait_for(over, what="cancelled")


async def test_what_matcher_decided_without_a_broker_is_published_when_there_is_one(
    broker: NatsServer, stage: Stage, keys: Path
) -> None:
    """The outbox holds it; the running relay finds it after a start."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    await stage.place()
    async with (
        matcher_on(broker, stage, keys),
        connected(broker) as operator,
    ):

        async def told() -> list[Any]:
            return await published(operator)

        assert ["offer_made"] == names(await wait_for(told, what="offer_made"))
