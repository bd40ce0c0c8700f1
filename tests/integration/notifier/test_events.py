"""The index of events: what was published, page by page, and live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.community.definition import Community
from shared.contracts.words import Role
from tests.integration.notifier.running import Place, make_place, on_a_port
from tests.integration.notifier.test_doors import items
from tests.unit.notifier.story import AT, Story

LOOP = [
    "order_placed",
    "offer_made",
    "leg_assigned",
    "leg_started",
    "leg_completed",
    "order_done",
    "order_reviewed",
    "order_closed",
]


@pytest.fixture
def ops(place: Place) -> dict[str, str]:
    """The header of an operator."""
    return place.token(Role.OPS, "ops")


def names(events: list[dict[str, Any]]) -> list[str]:
    """The events' names."""
    return [event["type"].split(".")[2] for event in events]


async def test_events_are_listed_in_the_order_they_were_heard(
    place: Place, client: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """Page by page, and the other way round with ``newest``."""
    await place.hear(Story().whole())
    assert LOOP == names(await items(client, "/api/events", ops, limit=3))
    assert LOOP[::-1] == names(await items(client, "/api/events", ops, limit=3, newest="true"))


async def test_an_event_is_shown_with_its_envelope_and_body(
    place: Place, client: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """CloudEvents attributes as they were on the wire, and the body as JSON."""
    placed = Story().placed()
    await place.hear([placed])
    (shown,) = await items(client, "/api/events", ops)
    assert "intake.order_placed.v1.east.0197-order" == shown["subject"]
    assert ("/paidan/intake", "0197-order", 1) == (shown["source"], shown["about"], shown["version"])
    assert placed.model_dump(mode="json") == shown["data"]
    assert "paidan.intake.order_placed.v1" == shown["headers"]["ce-type"]
    assert shown["event_id"] == shown["headers"]["ce-id"]


FOUND: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({"subject": "intake.>"}, ["order_placed", "order_reviewed", "order_closed", "order_placed"]),
    ({"subject": "matcher.offer_made.v1.east.0197-order"}, ["offer_made"]),
    ({"subject": "*.*.v1.east.o-2"}, ["order_placed"]),
    ({"subject": "*.order_placed"}, ["order_placed", "order_placed"]),
    ({"subject": "*.*.v2.>"}, []),
    ({"subject": "*.*.*._"}, []),
    ({"order": "PD-0002"}, ["order_placed"]),
    ({"order": "o-2"}, ["order_placed"]),
    ({"q": "OFFER-v-1"}, []),  # who was asked, and who said no, is not to be found
    ({"q": "ASSIGNMENT-V-1", "subject": "matcher.leg_assigned"}, ["leg_assigned"]),
    ({"q": "assignment-v-1", "subject": "matcher.leg_started"}, ["leg_started"]),
    ({"q": "v%1"}, []),
    ({"since": (AT + timedelta(seconds=1)).isoformat()}, []),
    ({"since": AT.isoformat(), "order": "o-2"}, ["order_placed"]),
)


async def test_events_are_found_by_subject_time_order_and_words(
    place: Place, client: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """Each filter narrows, together they narrow more."""
    await place.hear([*Story().whole(), Story(order_id="o-2", reference="PD-0002").placed()])
    for query, expected in FOUND:
        assert expected == names(await items(client, "/api/events", ops, **query)), query


async def test_a_filter_that_cannot_be_is_refused(client: httpx2.AsyncClient, ops: dict[str, str]) -> None:
    """422 before any answer begins, on the live tail as well."""
    for path in ("/api/events", "/api/events/live"):
        for query in ({"subject": "a b"}, {"since": "yesterday"}, {"since": "2026-11-22T19:00:00"}, {"q": "x" * 500}):
            assert 422 == (await client.get(path, headers=ops, params=query)).status_code, (path, query)


@pytest.fixture
async def watched(tmp_path: Path, database_url: str, rules: Community) -> Place:
    """A notifier whose watchers look again soon: here it is always another process that hears."""
    return await make_place(tmp_path, database_url, rules, live_seconds=0.1)


@asynccontextmanager
async def tail(
    client: httpx2.AsyncClient, headers: dict[str, str], **query: str
) -> AsyncIterator[AsyncIterator[tuple[int, dict[str, Any]]]]:
    """The live tail: position and event, one after the other."""

    async def events(answer: httpx2.Response) -> AsyncIterator[tuple[int, dict[str, Any]]]:
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if not line and "data" in fields:
                yield int(fields["id"]), json.loads(fields["data"])
                fields = {}
            elif line and not line.startswith(":"):
                fields[name] = value

    async with client.stream("GET", "/api/events/live", headers=headers, params=query, timeout=10) as answer:
        assert 200 == answer.status_code
        lines = events(answer)
        yield lines


async def test_the_live_tail_tells_what_is_heard_from_now_on(watched: Place) -> None:
    """What was there before is not told; each new event is, once and in order, and a break costs none."""
    ops = watched.token(Role.OPS, "ops")
    loop = Story().whole()
    await watched.hear(loop[:2])
    async with on_a_port(watched) as client:
        async with tail(client, ops) as events:
            first = asyncio.ensure_future(anext(events))
            await asyncio.wait({first}, timeout=0.5)
            assert not first.done()
            await watched.hear(loop[2:3])
            position, event = await first
            assert "leg_assigned" == event["type"].split(".")[2]
        await watched.hear(loop[3:5])
        async with tail(client, {**ops, "last-event-id": str(position)}) as events:
            assert LOOP[3:5] == names([(await anext(events))[1] for _ in range(2)])
            await watched.hear(loop[5:6])
            assert [LOOP[5]] == names([(await anext(events))[1]])


async def test_the_live_tail_is_filtered_like_the_list(watched: Place) -> None:
    """Only what was asked for is told."""
    ops = watched.token(Role.OPS, "ops")
    await watched.hear([Story(order_id="o-2", reference="PD-0002").placed()])
    async with on_a_port(watched) as client, tail(client, {**ops, "last-event-id": "0"}, subject="matcher.>") as events:
        await watched.hear(Story().whole())
        assert LOOP[1:6] == names([(await anext(events))[1] for _ in range(5)])


async def test_ops_do_not_learn_who_said_no(
    place: Place, client: httpx2.AsyncClient, console: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """Neither one beside the other nor by a search: the offer does not name its volunteer, nor the no its offer."""
    story = Story()
    await place.hear([story.placed(), story.offered("v-1"), story.offered("v-2"), story.declined("v-1")])
    _, first, second, declined = await items(client, "/api/events", ops)
    assert ["withheld"] * 2 == [one["data"]["volunteer_id"] for one in (first, second)]
    offers = {one["data"]["offer_id"] for one in (first, second)}
    assert ("offer_declined", "withheld", 2) == (
        declined["subject"].split(".")[1], declined["data"]["offer_id"], len(offers),
    )  # fmt: skip
    assert [[], []] == [await items(client, "/api/events", ops, q=told) for told in ("v-1", "offer-v-1")]
    page = await console.get(f"/events/{declined['position']}", headers=ops)
    assert (200, False) == (page.status_code, "offer-v-1" in page.text)
    noticed = await items(client, "/api/notices", ops)
    assert {None} == {one["offer_id"] for one in noticed}
