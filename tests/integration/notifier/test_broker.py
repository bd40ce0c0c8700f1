"""Notifier and a real broker: facts are heard from three streams, notices told of on a fourth, dead letters shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from nats.js import JetStreamContext

from shared.community.definition import Community
from shared.contracts.envelope import OrderEvent, to_headers
from shared.contracts.words import Role
from tests.integration.messaging.parties import PASSWORD, connected, declare_streams, guarded_server, stored
from tests.integration.notifier.running import Place, make_place, on_a_port
from tests.integration.notifier.test_confirming import LOOP
from tests.integration.notifier.test_doors import items
from tests.integration.notifier.test_events import tail
from tests.servers import NatsServer
from tests.unit.notifier.story import AT, Story, fact_of
from tests.waiting import wait_for


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """The stack's broker with its users, permissions, streams and durables."""
    with guarded_server(tmp_path / "nats") as server:
        await declare_streams(server)
        yield server


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community, broker: NatsServer) -> Place:
    """An empty notifier that knows the broker; whatever it does at once must not wait for a tick."""
    told = {"nats_url": broker.url, "nats_user": "notifier", "nats_password": PASSWORD, "delivery_seconds": 60.0}
    return await make_place(tmp_path, database_url, rules, **told)


async def publish(broker: NatsServer, events: Iterable[OrderEvent]) -> None:
    """Publish facts as the services they are from."""
    async with connected(broker, "intake") as intake, connected(broker, "matcher") as matcher:
        publishers = {"intake": intake, "matcher": matcher}
        for event in events:
            fact = fact_of(event)
            headers = to_headers(event.type(), event.about, event_id=fact.event_id, time=AT)
            await publishers[event.publisher].publish(event.subject, event.model_dump_json().encode(), headers=headers)


async def quiet(js: JetStreamContext) -> bool:
    """Whether notifier has heard everything there is."""
    found = [
        await js.consumer_info(stream, f"notifier_from_{stream.lower()}")
        for stream in ("INTAKE", "MATCHER", "NOTIFIER", "DEAD")
    ]
    return all((info.num_pending, info.num_ack_pending) == (0, 0) for info in found)


async def written(place: Place, count: int) -> list[dict[str, Any]]:
    """The notice file, once it has so many lines."""

    async def enough() -> list[dict[str, Any]]:
        return place.lines() if len(place.lines()) >= count else []

    return await wait_for(enough, 15, f"{count} notices")


async def test_the_loop_is_heard_confirmed_and_told_of(place: Place, broker: NatsServer) -> None:
    """From the streams to letterboxes and the notice file, and back to the stream as ``notice_sent``, each once."""
    async with place.serving(), connected(broker) as js:
        await publish(broker, Story().whole())
        lines = await written(place, len(LOOP))
        await wait_for(lambda: _all_indexed(place, 8 + len(LOOP)), 15)
        await wait_for(lambda: quiet(js), 10)
        sent = await stored(js, "NOTIFIER")
        assert [] == await stored(js, "DEAD")
    assert sorted(LOOP) == sorted((one["kind"], one["recipient"]["role"], one["recipient"]["id"]) for one in lines)
    assert sorted(LOOP) == sorted(await place.notices())
    assert {"notifier.notice_sent.v1.east.0197-order"} == {message.subject for message in sent}
    assert len(LOOP) == len(sent)


async def _all_indexed(place: Place, count: int) -> bool:
    return await place.rows("SELECT count(*) FROM events") == [(count,)]


async def test_facts_that_come_before_their_order_wait_for_it(place: Place, broker: NatsServer) -> None:
    """Matcher's stream may be ahead of intake's: what is too early is heard a little later, and nothing is buried."""
    loop = Story().whole()
    of_matcher = [event for event in loop if event.publisher == "matcher"]
    of_intake = [event for event in loop if event.publisher == "intake"]
    async with place.serving(), connected(broker) as js:
        await publish(broker, of_matcher)
        await wait_for(lambda: _delivered(js, len(of_matcher)), 10)
        assert [] == await place.notices()
        await publish(broker, of_intake)
        await written(place, len(LOOP))
        await wait_for(lambda: quiet(js), 15)
        assert [] == await stored(js, "DEAD")


async def _delivered(js: JetStreamContext, count: int) -> bool:
    info = await js.consumer_info("MATCHER", "notifier_from_matcher")
    return (info.num_pending, info.num_ack_pending) == (0, count)


async def test_the_live_tail_follows_the_streams(place: Place, broker: NatsServer) -> None:
    """What is published is on the page a moment later, not at the next tick."""
    async with on_a_port(place) as client, tail(client, place.token(Role.OPS, "ops")) as events:
        first = asyncio.ensure_future(anext(events))
        await asyncio.wait({first}, timeout=0.5)
        await publish(broker, [Story().placed()])
        async with asyncio.timeout(5):
            assert "paidan.intake.order_placed.v1" == (await first)[1]["type"]


async def test_dead_letters_of_every_service_are_shown_with_their_reason(place: Place, broker: NatsServer) -> None:
    """Poison in notifier's own streams, and what another service buried: one row each, and no burial of a burial."""
    ops = place.token(Role.OPS, "ops")
    async with place.serving() as client, connected(broker) as js:
        async with connected(broker, "intake") as intake:
            headers = to_headers("paidan.intake.order_placed.v1", "o-1", event_id="poison-1", time=AT)
            await intake.publish("intake.order_placed.v1.east.o-1", b"\xff\x00 no JSON", headers=headers)
            told = {"dead-reason": "Conflict", "dead-attempts": "3", "dead-durable": "intake_from_matcher"}
            told |= {"dead-stream": "MATCHER", "dead-sequence": "17", "Nats-Msg-Id": "intake_from_matcher:MATCHER:17"}
            await intake.publish(
                "dead.intake.matcher.leg_started.v1.east.o-2", b'{"a":1}', headers={**told, "ce-id": "e"}
            )
            await intake.publish("dead.intake.bare", b"")

        async def three() -> list[dict[str, Any]]:
            found = await items(client, "/api/dead-letters", ops, limit=2)
            return found if len(found) == 3 else []

        found = {one["subject"]: one for one in await wait_for(three, 15)}
        await wait_for(lambda: quiet(js), 10)
        assert 3 == len(await stored(js, "DEAD"))
    mine = found["intake.order_placed.v1.east.o-1"]
    assert ("notifier", "notifier_from_intake", "INTAKE", 1, 1) == tuple(
        mine[name] for name in ("service", "durable", "stream", "sequence", "attempts")
    )
    assert mine["reason"]
    assert ("poison-1", 10) == (mine["headers"]["ce-id"], mine["size"])
    other = found["matcher.leg_started.v1.east.o-2"]
    assert ("intake", "Conflict", 3, 17, '{"a":1}', {"ce-id": "e"}) == tuple(
        other[name] for name in ("service", "reason", "attempts", "sequence", "payload", "headers")
    )
    assert ("intake", "", 0) == tuple(found["bare"][name] for name in ("service", "reason", "attempts"))


async def test_streams_are_shown_as_the_broker_tells_it(place: Place, broker: NatsServer) -> None:
    """Messages, bytes, what is pending, the age of the oldest; the rate from the second look on."""
    ops = place.token(Role.OPS, "ops")
    async with place.serving() as client:
        await wait_for(lambda: _is_ready(client), 10)
        first = {one["name"]: one for one in await items(client, "/api/streams", ops)}
        assert ["DEAD", "INTAKE", "MATCHER", "NOTIFIER"] == sorted(first)
        assert (0, None, None) == tuple(first["INTAKE"][name] for name in ("messages", "rate", "oldest_age"))
        await publish(broker, Story().whole())
        await written(place, len(LOOP))
        second = {one["name"]: one for one in await items(client, "/api/streams", ops)}
    assert (3, 5) == (second["INTAKE"]["messages"], second["MATCHER"]["messages"])
    assert second["INTAKE"]["rate"] > 0
    assert 0 <= second["INTAKE"]["oldest_age"] < 60
    assert second["MATCHER"]["bytes"] > 100
    consumers = {one["name"]: one["pending"] for one in second["MATCHER"]["consumers"]}
    assert {"intake_from_matcher": 5, "notifier_from_matcher": 0} == consumers
    assert 5 == second["MATCHER"]["pending"]


async def _is_ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def test_without_the_broker_streams_say_so_and_the_rest_is_served(place: Place, broker: NatsServer) -> None:
    """503 that names the broker; letterboxes and the index of events need none."""
    await place.hear([Story().placed()])
    broker.stop()
    async with place.serving() as client:
        ops = place.token(Role.OPS, "ops")
        answer = await client.get("/api/streams", headers=ops)
        assert (503, True) == (answer.status_code, "broker" in answer.json()["detail"])
        assert "Retry-After" in answer.headers
        assert ["broker"] == (await client.get("/readyz")).json()["failing"]
        assert 200 == (await client.get("/healthz")).status_code
        assert 1 == len(await items(client, "/api/events", ops))
        assert 1 == len(await written(place, 1))
