"""Following an order live: an event for each change, and none lost by who was away."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from tests.integration.intake.running import Place, bearer, on_a_port, place_order

WITHIN_SECONDS = 30


class Stream:
    """The events of a stream, as a browser would read them."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.status = answer.status_code
        self.kind = answer.headers["content-type"]
        self._lines = answer.aiter_lines()

    async def event(self) -> tuple[str, dict[str, Any]]:
        """The next event: its id and the order it carries."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if not line and "data" in fields:
                return fields["id"], json.loads(fields["data"])
            if line and not line.startswith(":"):
                fields[name] = value
        raise AssertionError("the stream ended")


@asynccontextmanager
async def watching(client: httpx2.AsyncClient, placed: dict[str, Any], last: str = "") -> AsyncIterator[Stream]:
    """The order's stream, from after ``last`` on."""
    headers = bearer(placed["tracking_token"]) | ({"last-event-id": last} if last else {})
    address = f"/api/orders/{placed['reference']}/live"
    async with client.stream("GET", address, headers=headers, timeout=WITHIN_SECONDS) as answer:
        yield Stream(answer)


async def amend(client: httpx2.AsyncClient, placed: dict[str, Any], urgency: str) -> None:
    """Change the order."""
    address = f"/api/orders/{placed['reference']}/amend"
    answer = await client.post(address, json={"urgency": urgency}, headers=bearer(placed["tracking_token"]))
    assert 200 == answer.status_code


async def test_each_change_is_an_event(place: Place) -> None:
    """First the order as it is, then as it is after each change."""
    async with on_a_port(place) as client:
        placed = await place_order(client)
        async with watching(client, placed) as stream:
            assert (200, "text/event-stream") == (stream.status, stream.kind.partition(";")[0])
            first, now = await stream.event()
            assert ("1", "normal") == (first, now["urgency"])
            for number, urgency in enumerate(("urgent", "flexible"), start=2):
                await amend(client, placed, urgency)
                last, now = await stream.event()
                assert (str(number), urgency) == (last, now["urgency"])


async def test_who_was_away_goes_on_from_the_last_event(place: Place) -> None:
    """With Last-Event-ID only what is new comes: at once what was missed, then the next change."""
    async with on_a_port(place) as client:
        placed = await place_order(client)
        await amend(client, placed, "urgent")
        async with watching(client, placed, last="1") as stream:
            assert "2" == (await stream.event())[0]
        async with watching(client, placed, last="2") as stream:
            await amend(client, placed, "flexible")
            last, now = await stream.event()
            assert ("3", "flexible") == (last, now["urgency"])


async def test_a_last_event_id_that_is_none_begins_anew(place: Place) -> None:
    """Words, and numbers of a thousand digits, harm nobody."""
    async with on_a_port(place) as client:
        placed = await place_order(client)
        for last in ("yesterday", "-1", "9" * 5000):
            async with watching(client, placed, last=last) as stream:
                assert "1" == (await stream.event())[0]
