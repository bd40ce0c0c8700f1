"""Intake and a real broker: what is committed is published, what matcher says is heard, once each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from nats.js import JetStreamContext

from shared.community.definition import Community
from shared.contracts.envelope import to_headers
from tests.integration.intake.dispatch import AT, SERVED, event_of
from tests.integration.intake.running import Place, bearer, make_place, place_order
from tests.integration.messaging.parties import PASSWORD, connected, declare_streams, guarded_server, stored
from tests.servers import NatsServer
from tests.waiting import wait_for


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[NatsServer]:
    """The stack's broker, with its users and permissions, not started yet."""
    server = guarded_server(tmp_path / "nats")
    yield server
    server.stop()


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community, broker: NatsServer) -> Place:
    """An empty intake that knows where the broker will be."""
    told = {"nats_url": broker.url, "nats_user": "intake", "nats_password": PASSWORD}
    return await make_place(tmp_path, database_url, rules, **told)


async def published(place: Place, count: int) -> None:
    """Wait until the broker has acknowledged everything, and that is ``count`` events."""

    async def all_sent() -> bool:
        sent = await place.rows("SELECT count(*), count(sent_at) FROM outbox")
        return sent == [(count, count)]

    await wait_for(all_sent, within=20)


async def test_orders_placed_without_a_broker_are_published_when_it_comes(place: Place, broker: NatsServer) -> None:
    """201 means the database has it; the broker hears of it later, in order and once."""
    async with place.serving() as client:
        assert 503 == (await client.get("/readyz")).status_code
        placed = [await place_order(client) for _ in range(3)]
        assert [(3, 0)] == await place.rows("SELECT count(*), count(sent_at) FROM outbox")
        broker.start()
        await declare_streams(broker)
        await published(place, 3)
        async with connected(broker) as js:
            messages = await stored(js, "INTAKE")
    assert [f"intake.order_placed.v1.east.{order['order_id']}" for order in placed] == [one.subject for one in messages]
    body = json.loads(messages[0].data)
    assert ("homework", "east-g1", "normal", None) == tuple(
        body[name] for name in ("service", "grid", "urgency", "window")
    )
    assert [("tutoring", 1)] == [(leg["post"], leg["headcount"]) for leg in body["legs"]]


async def test_an_outage_costs_nothing(place: Place, broker: NatsServer) -> None:
    """The broker is killed between two orders and comes back: both are published, each once."""
    broker.start()
    await declare_streams(broker)
    async with place.serving() as client:
        await place_order(client)
        await published(place, 1)
        broker.kill()
        await place_order(client)
        broker.start()
        await published(place, 2)
        async with connected(broker) as js:
            assert 2 == len(await stored(js, "INTAKE"))


async def tell(js: JetStreamContext, order_id: str, leg_id: str, version: int, name: str) -> None:
    """Publish one of matcher's facts, past the broker's own deduplication."""
    event = event_of(name, order_id, version, leg_id)
    headers = to_headers(event.type(), event.about, event_id=f"{order_id}-{version}", time=AT)
    del headers["Nats-Msg-Id"]
    await js.publish(event.subject, event.model_dump_json().encode(), headers=headers)


async def test_matchers_facts_move_the_order_over_the_wire(place: Place, broker: NatsServer) -> None:
    """Out of order and each twice, they take effect once each, in their order."""
    broker.start()
    await declare_streams(broker)
    async with place.serving() as client, connected(broker, "matcher") as js:
        placed = await place_order(client)
        address, headers = f"/api/orders/{placed['reference']}", bearer(placed["tracking_token"])
        leg_id = (await client.get(address, headers=headers)).json()["legs"][0]["leg_id"]
        facts = list(enumerate(SERVED, start=1))
        for version, name in (facts[0], facts[2], facts[1], facts[1], facts[4], facts[3], *facts):
            await tell(js, placed["order_id"], leg_id, version, name)

        async def done() -> bool:
            state: str = (await client.get(address, headers=headers)).json()["state"]
            return state == "done"

        await wait_for(done, within=20)
        assert 200 == (await client.get("/readyz")).status_code
        timeline = (await client.get(address, headers=headers)).json()["timeline"]
    assert ["order_placed", *SERVED] == [entry["what"] for entry in timeline]
    assert 5 == await place.count("inbox")
