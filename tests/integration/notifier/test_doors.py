"""Notifier's JSON doors: letterboxes for their owners, everything else for ops."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.notifier.running import Place
from tests.unit.notifier.story import GRID, Story

OPS_ONLY = ("/api/notices", "/api/events", "/api/events/live", "/api/streams", "/api/dead-letters")


@pytest.fixture
def ops(place: Place) -> dict[str, str]:
    """The header of an operator."""
    return place.token(Role.OPS, "ops")


@pytest.fixture
def ann(place: Place) -> dict[str, str]:
    """The header of the volunteer of the story."""
    return place.token(Role.VOLUNTEER, "v-1")


async def items(client: httpx2.AsyncClient, path: str, headers: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, headers=headers, params={**query, **cursor})
        assert 200 == answer.status_code, answer.text
        page = answer.json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def test_a_letterbox_shows_my_notices_newest_first(
    place: Place, client: httpx2.AsyncClient, ann: dict[str, str]
) -> None:
    """With what a page needs: kind, order, where it leads, whether it was read, and the words in my language."""
    await place.hear(Story().whole())
    found = await items(client, "/api/letterbox", ann)
    assert ["order_closed", "leg_assigned", "offer_made"] == [one["kind"] for one in found]
    assert ["PD-0001"] * 3 == [one["reference"] for one in found]
    assert [None, None, "offer-v-1"] == [one["offer_id"] for one in found]
    assert [None, "assignment-v-1", None] == [one["assignment_id"] for one in found]
    assert [None] * 3 == [one["read_at"] for one in found]
    assert found[0]["text"].startswith("Order PD-0001")
    chinese = await client.get("/api/letterbox", headers={**ann, "accept-language": "zh-CN"})
    assert "服务单 PD-0001" in chinese.json()["items"][0]["text"]


async def test_a_letterbox_holds_nobody_elses_notices(place: Place, client: httpx2.AsyncClient) -> None:
    """Volunteer, coordinator of the area, resident: each sees what was sent to them."""
    story = Story()
    await place.hear([story.placed(), story.offered("v-1"), story.offered("v-2"), story.escalated()])
    for headers, expected in (
        (place.token(Role.VOLUNTEER, "v-1"), ["offer_withdrawn", "offer_made"]),
        (place.token(Role.VOLUNTEER, "v-3"), []),
        (place.token(Role.COORDINATOR, "c-1", GRID), ["order_escalated"]),
        (place.token(Role.COORDINATOR, "c-1", "west-g1"), []),
        (place.token(Role.COORDINATOR, "v-1", "v-1"), []),
        (place.token(Role.RESIDENT, "0197-order"), ["order_escalated", "order_placed"]),
        (place.token(Role.RESIDENT, "v-1"), []),
    ):
        assert expected == [one["kind"] for one in await items(client, "/api/letterbox", headers)]


async def test_reading_a_notice_is_remembered_once(
    place: Place, client: httpx2.AsyncClient, ann: dict[str, str]
) -> None:
    """The first reading counts; reading again changes nothing and is no error."""
    await place.hear(Story().whole())
    newest = (await items(client, "/api/letterbox", ann))[0]["notice_id"]
    first = await client.post(f"/api/letterbox/{newest}/read", headers=ann)
    assert (200, newest) == (first.status_code, first.json()["notice_id"])
    assert first.json()["read_at"]
    again = await client.post(f"/api/letterbox/{newest}/read", headers=ann)
    assert (200, first.json()) == (again.status_code, again.json())
    found = await items(client, "/api/letterbox", ann)
    assert [True, False, False] == [one["read_at"] is not None for one in found]


async def test_anothers_notice_does_not_exist(place: Place, client: httpx2.AsyncClient, ann: dict[str, str]) -> None:
    """Another's and a made-up one are refused alike, and the owner's stays unread."""
    await place.hear([Story().placed()])
    resident = place.token(Role.RESIDENT, "0197-order")
    (notice,) = await items(client, "/api/letterbox", resident)
    for notice_id in (notice["notice_id"], "made-up"):
        answer = await client.post(f"/api/letterbox/{notice_id}/read", headers=ann)
        assert (404, "/problems/not-found") == (answer.status_code, answer.json()["type"])
    assert [None] == [one["read_at"] for one in await items(client, "/api/letterbox", resident)]


async def test_a_letterbox_is_read_page_by_page(place: Place, client: httpx2.AsyncClient, ann: dict[str, str]) -> None:
    """Pages neither overlap nor leave anything out."""
    story = Story()
    await place.hear([story.placed(), *(story.offered("v-1", offer_id=f"offer-{n}") for n in range(7))])
    found = await items(client, "/api/letterbox", ann, limit=3)
    assert [f"offer-{n}" for n in reversed(range(7))] == [one["offer_id"] for one in found]


async def test_operations_are_for_ops_alone(place: Place, client: httpx2.AsyncClient) -> None:
    """401 for a stranger, 403 for everybody with another role (case 3)."""
    for path in OPS_ONLY:
        assert 401 == (await client.get(path)).status_code
        assert 401 == (await client.get(path, headers={"authorization": "Bearer made-up"})).status_code
        for role, area in ((Role.VOLUNTEER, None), (Role.COORDINATOR, GRID), (Role.RESIDENT, None)):
            answer = await client.get(path, headers=place.token(role, "v-1", area))
            assert (403, "/problems/role-missing") == (answer.status_code, answer.json()["type"])


async def test_a_letterbox_needs_somebody_who_is_sent_notices(place: Place, client: httpx2.AsyncClient) -> None:
    """401 for a stranger; 403 for ops and for a coordinator of nowhere."""
    for method, path in (("GET", "/api/letterbox"), ("POST", "/api/letterbox/made-up/read")):
        assert 401 == (await client.request(method, path)).status_code
        for headers in (place.token(Role.OPS, "ops"), place.token(Role.COORDINATOR, "c-1")):
            assert 403 == (await client.request(method, path, headers=headers)).status_code


async def test_ops_see_every_notice_with_its_deliveries(
    place: Place, client: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """Newest first; each says to whom, about which step, and over which channels it left."""
    await place.hear(Story().whole())
    await place.hear([Story(order_id="o-2", reference="PD-0002").placed()])
    found = await items(client, "/api/notices", ops, limit=3)
    assert 8 == len(found)
    assert ("order_placed", "o-2") == (found[0]["kind"], found[0]["order_id"])
    offer = found[-2]
    assert {"role": "volunteer", "id": "v-1"} == offer["recipient"]
    assert ("offer_made", 1, "0197-order") == (offer["kind"], offer["version"], offer["order_id"])
    assert ["letterbox", "file"] == [one["channel"] for one in offer["deliveries"]]
    assert "delivered" == offer["deliveries"][0]["state"]


FOUND: tuple[tuple[dict[str, str], int], ...] = (
    ({"order": "0197-order"}, 7),
    ({"order": "PD-0001"}, 7),
    ({"order": "o-9"}, 0),
    ({"kind": "order_placed"}, 2),
    ({"order": "PD-0002", "kind": "order_placed"}, 1),
    ({"order": "PD-0002", "kind": "offer_made"}, 0),
)


async def test_notices_are_found_by_order_and_kind(
    place: Place, client: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """An order by its id or its reference."""
    await place.hear([*Story().whole(), Story(order_id="o-2", reference="PD-0002").placed()])
    for query, count in FOUND:
        assert count == len(await items(client, "/api/notices", ops, **query)), query


async def test_a_page_that_cannot_be_is_refused(place: Place, client: httpx2.AsyncClient, ops: dict[str, str]) -> None:
    """A tampered cursor, another list's cursor and a boundless limit are 422, never an accident."""
    await place.hear(Story().whole())
    of_events = (await client.get("/api/events?limit=1", headers=ops)).json()["next"]
    of_notices = (await client.get("/api/notices?limit=1", headers=ops)).json()["next"]
    for path, foreign in (
        ("/api/notices", of_events),
        ("/api/events", of_notices),
        ("/api/dead-letters", of_notices),
        ("/api/letterbox", of_events),
    ):
        caller = place.token(Role.VOLUNTEER, "v-1") if path == "/api/letterbox" else ops
        for query in ({"cursor": "made-up"}, {"cursor": foreign}, {"limit": "0"}, {"limit": "1000"}):
            assert 422 == (await client.get(path, headers=caller, params=query)).status_code, (path, query)
