"""Who stands in for a coordinator sees the orders of that area at intake: matcher is asked over the broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.community.definition import Community
from shared.contracts.requests import StandInsAsked, StandInsTold
from shared.contracts.words import Role
from shared.messaging.bus import Bus
from shared.messaging.entering import Entrance
from shared.messaging.requests import Answers
from tests.integration.intake.running import Place, make_place, place_order
from tests.integration.intake.test_explaining import ready
from tests.integration.messaging.parties import PASSWORD, declare_streams, guarded_server
from tests.servers import NatsServer


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
async def matcher(broker: NatsServer, asked: list[str]) -> AsyncIterator[None]:
    """Matcher's side of the broker, where c-2 stands in for the grid of the order."""
    answers = Answers("matcher")

    @answers.on(StandInsAsked)
    async def tell(question: StandInsAsked) -> StandInsTold:
        asked.append(question.coordinator_id)
        return StandInsTold(areas=("east-g1",) if question.coordinator_id == "c-2" else ())

    bus = Bus("matcher", Entrance(broker.url, "matcher", PASSWORD))
    bus.attach(answers.attach)
    running = asyncio.create_task(bus.run())
    try:
        await asyncio.wait_for(bus.connected.wait(), 10)
        yield
    finally:
        await bus.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_matcher_is_asked_only_where_the_own_area_does_not_do(place: Place, broker: NatsServer) -> None:
    """The area's coordinator is not looked up; who stands in sees the order, another does not; nor for no order."""
    asked: list[str] = []
    async with matcher(broker, asked), place.serving() as client:
        await ready(client)
        address = f"/api/desk/orders/{(await place_order(client))['reference']}"
        seen = []
        for subject, area in (("c-1", "east-g1"), ("c-2", "east-g2"), ("c-3", "east-g2")):
            headers = place.token(Role.COORDINATOR, subject=subject, area=area)
            seen.append((await client.get(address, headers=headers)).status_code)
        assert 404 == (await client.get("/api/desk/orders/NONE-1", headers=headers)).status_code
    assert ([200, 200, 404], ["c-2", "c-3"]) == (seen, asked)


async def test_without_matcher_nobody_stands_in(place: Place, broker: NatsServer) -> None:
    """The order of another area does not exist, for who stands in as for a stranger; the own area needs no matcher."""
    async with place.serving() as client:
        await ready(client)
        address = f"/api/desk/orders/{(await place_order(client))['reference']}"
        tokens = [place.token(Role.COORDINATOR, subject="c-2", area=area) for area in ("east-g2", "east-g1")]
        assert [404, 200] == [(await client.get(address, headers=headers)).status_code for headers in tokens]
