"""Photos of what was done, asked of matcher over the broker: shown to whoever ordered, for everybody else not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from shared.community.definition import Community
from shared.contracts.photo_requests import PhotoAsked, PhotosAsked, PhotosTold, PhotoTold
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from shared.messaging.bus import Bus
from shared.messaging.entering import Entrance
from shared.messaging.requests import Answers
from tests.integration.intake.running import Place, bearer, make_place, place_order
from tests.integration.messaging.parties import PASSWORD, declare_streams, guarded_server
from tests.servers import NatsServer
from tests.waiting import wait_for

JPEG = b"\xff\xd8" + bytes(range(256)) * 781
"""As large as one may be, and no text."""


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
async def matcher(broker: NatsServer, order_ids: list[str]) -> AsyncIterator[None]:
    """Matcher's side of the broker, which has one photo of the orders named."""
    answers = Answers("matcher")

    @answers.on(PhotosAsked)
    async def list_them(asked: PhotosAsked) -> PhotosTold:
        return PhotosTold(photo_ids=("p-1",) if asked.order_id in order_ids else ())

    @answers.on(PhotoAsked)
    async def give(asked: PhotoAsked) -> PhotoTold:
        if asked.order_id not in order_ids or asked.photo_id != "p-1":
            raise NotFound
        return PhotoTold(jpeg=JPEG)

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


async def ready(client: httpx2.AsyncClient) -> None:
    """Wait until intake is on the broker."""

    async def is_ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await wait_for(is_ready, 10, "intake on the broker")


async def test_who_ordered_sees_the_photos_of_their_order_and_of_no_other(place: Place, broker: NatsServer) -> None:
    """With words for who cannot see them, in both languages; without the page's secret, or with another's, nothing."""
    known: list[str] = []
    async with matcher(broker, known), place.serving() as client:
        await ready(client)
        order, other = await place_order(client), await place_order(client)
        known.append(order["order_id"])
        address, mine = f"/orders/{order['reference']}/photos", bearer(order["tracking_token"])
        theirs = bearer(other["tracking_token"])
        english = (await client.get(address, headers=mine)).text
        chinese = (await client.get(address, headers=mine | {"accept-language": "zh-CN"})).text
        assert (True, True) == (
            f'src="{address}/p-1" alt="Photo 1 of what' in english,
            'alt="办理情况照片1"' in chinese,
        )
        answer = await client.get(f"{address}/p-1", headers=mine)
        told = [answer.headers[name] for name in ("content-type", "cache-control", "x-content-type-options")]
        assert (JPEG, ["image/jpeg", "private, no-store", "nosniff"]) == (answer.content, told)
        elsewhere = f"/orders/{other['reference']}/photos/p-1"
        tried = [(f"{address}/p-1", {}), (f"{address}/p-1", theirs), (elsewhere, theirs), (f"{address}/p-2", mine)]
        assert [401, 404, 404, 404] == [(await client.get(path, headers=one)).status_code for path, one in tried]


async def test_a_coordinator_sees_the_photos_and_that_is_a_look(place: Place, broker: NatsServer) -> None:
    """On a page that the order's own leads to; in the audit, and counted for whoever ordered; to nobody elsewhere."""
    known: list[str] = []
    async with matcher(broker, known), place.serving() as client:
        await ready(client)
        order = await place_order(client)
        known.append(order["order_id"])
        address, mine = f"/desk/orders/{order['reference']}", place.token(Role.COORDINATOR, "c-2", "east-g1")
        assert f'href="{address}/photos"' in (await client.get(address, headers=mine)).text
        shown = (await client.get(f"{address}/photos", headers=mine)).text
        assert f'src="{address}/photos/p-1" alt="Photo 1 of what' in shown
        assert JPEG == (await client.get(f"{address}/photos/p-1", headers=mine)).content
        elsewhere = place.token(Role.COORDINATOR, "c-4", "west-g1")
        tried = [(await client.get(f"{address}/photos/p-1", headers=who)).status_code for who in (elsewhere, {})]
        assert [404, 401] == tried
        secret = bearer(order["tracking_token"])
        personal = (await client.get(f"/api/orders/{order['reference']}/personal", headers=secret)).text
    looks = [
        (role, actor, field)
        for role, actor, _, field, _, verdict in await place.audited("read")
        if verdict == "allowed"
    ]
    assert [("coordinator", "c-2", ""), ("coordinator", "c-2", "photo")] == looks
    assert '"times":2' in personal.replace(" ", "")


async def test_without_matcher_the_order_is_shown_and_its_photos_later(place: Place, broker: NatsServer) -> None:
    """503 for the photos alone."""
    async with place.serving() as client:
        await ready(client)
        order = await place_order(client)
        mine, address = bearer(order["tracking_token"]), f"/orders/{order['reference']}"
        paths = (address, f"{address}/photos", f"{address}/photos/p-1")
        assert [200, 503, 503] == [(await client.get(path, headers=mine)).status_code for path in paths]
