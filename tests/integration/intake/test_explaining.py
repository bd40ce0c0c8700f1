"""Why it takes so long: asked of matcher over the broker, told in numbers that point at nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from shared.community.definition import Community
from shared.contracts.refusal import NotFound
from shared.contracts.requests import Blocked, ExplanationAsked, ExplanationTold, PartiesAsked
from shared.messaging.bus import Bus
from shared.messaging.entering import Entrance
from shared.messaging.requests import Answers, ask
from tests.integration.intake.dispatch import AT, DUE
from tests.integration.intake.running import Place, bearer, make_place, place_order
from tests.integration.messaging.parties import PASSWORD, declare_streams, guarded_server
from tests.servers import NatsServer
from tests.waiting import wait_for


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """The stack's broker."""
    with guarded_server(tmp_path / "nats") as server:
        await declare_streams(server)
        yield server


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community, broker: NatsServer) -> Place:
    """An empty intake on the broker."""
    told = {"nats_url": broker.url, "nats_user": "intake", "nats_password": PASSWORD}
    return await make_place(tmp_path, database_url, rules, **told)


@asynccontextmanager
async def matcher(broker: NatsServer) -> AsyncIterator[Bus]:
    """Matcher's side of the broker, which knows every order but one whose service nobody serves."""
    answers = Answers("matcher")

    @answers.on(ExplanationAsked)
    async def explain(asked: ExplanationAsked) -> ExplanationTold:
        if asked.order_id == "unheard":
            raise NotFound
        return ExplanationTold(
            order_id=asked.order_id,
            state="offered",
            eligible=4,
            asked=2,
            blocked=(Blocked.of("not_free", 7), Blocked.of("at_capacity", 2), Blocked.of("something_new", 3)),
            waves=2,
            next_look_at=AT,
            due_at=DUE,
        )

    bus = Bus("matcher", Entrance(broker.url, "matcher", PASSWORD))
    bus.attach(answers.attach)
    running = asyncio.create_task(bus.run())
    try:
        await asyncio.wait_for(bus.connected.wait(), 10)
        yield bus
    finally:
        await bus.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def ready(client: httpx2.AsyncClient) -> None:
    """Wait until intake is on the broker."""

    async def is_ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await wait_for(is_ready, 10, "intake on the broker")


async def test_a_resident_may_ask_why(place: Place, broker: NatsServer) -> None:
    """The numbers of the moment with words for each reason; a small count is not said."""
    async with matcher(broker), place.serving() as client:
        await ready(client)
        order = await place_order(client)
        address, secret = f"/api/orders/{order['reference']}/explanation", bearer(order["tracking_token"])
        assert 401 == (await client.get(address)).status_code
        answer = await client.get(address, headers=secret)
        assert 200 == answer.status_code, answer.text
        told = answer.json()
        assert (order["order_id"], order["reference"]) == (told["order_id"], told["reference"])
        assert ("offered", 4, None, 2) == tuple(told[name] for name in ("state", "eligible", "asked", "waves"))
        assert [("not_free", 7), ("at_capacity", None), ("something_new", 3)] == [
            (one["reason"], one["count"]) for one in told["blocked"]
        ]
        assert ["they are not free then", "something_new"] == [told["blocked"][which]["text"] for which in (0, 2)]


async def test_the_page_says_it_in_both_languages_and_without_scripts(place: Place, broker: NatsServer) -> None:
    """A link on the order's page leads to plain words."""
    async with matcher(broker), place.serving() as client:
        await ready(client)
        order = await place_order(client)
        address, secret = f"/orders/{order['reference']}", bearer(order["tracking_token"])
        assert f'href="{address}/why"' in (await client.get(address, headers=secret)).text
        english = (await client.get(f"{address}/why", headers=secret)).text
        chinese = (await client.get(f"{address}/why", headers=secret | {"accept-language": "zh-CN"})).text
        assert "Fewer than 3: they have as many orders as they can carry" in english
        assert "7 people: they are not free then" in english
        assert "不足3人" in chinese


async def test_without_matcher_the_resident_is_told_to_come_back(place: Place, broker: NatsServer) -> None:
    """503 with a time to try again, as a problem and as a page; the order's own page is there all the while."""
    async with place.serving() as client:
        await ready(client)
        order = await place_order(client)
        secret = bearer(order["tracking_token"])
        answer = await client.get(f"/api/orders/{order['reference']}/explanation", headers=secret)
        page = await client.get(f"/orders/{order['reference']}/why", headers=secret | {"accept": "text/html"})
        whole = await client.get(f"/orders/{order['reference']}", headers=secret)
        assert (503, 503, 200) == (answer.status_code, page.status_code, whole.status_code)
        assert "application/problem+json" == answer.headers["content-type"]
        assert "retry-after" in answer.headers


async def test_intake_answers_who_the_parties_are(place: Place, broker: NatsServer) -> None:
    """Matcher asks over the broker; names and numbers do not come with the answer."""
    async with matcher(broker) as bus, place.serving() as client:
        await ready(client)
        order = await place_order(client, excluded=["east-g1-b2"])
        parties = await ask(bus, PartiesAsked(order_id=order["order_id"]))
        assert (("east-g1-b2",), 2, {64}) == (parties.areas, len(parties.marks), {len(mark) for mark in parties.marks})
        with pytest.raises(NotFound):
            await ask(bus, PartiesAsked(order_id="unheard"))
