"""One order's journey, for ops alone: everything of it in order, and nothing of who was asked."""

from __future__ import annotations

from datetime import datetime

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.notifier.running import Place
from tests.unit.notifier.story import Story
from tests.waiting import wait_for


@pytest.fixture
async def told(place: Place) -> Story:
    """An order that was offered, taken and passed on."""
    story = Story()
    await place.hear([story.placed(), story.offered("v-1"), story.offered("v-2"), story.declined("v-2")])
    await place.hear([story.assigned("v-1")])
    return story


async def test_a_journey_has_events_notices_and_clocks_in_order(
    told: Story, place: Place, client: httpx2.AsyncClient
) -> None:
    """By reference or id; with where it stands, and its traces."""
    ops = place.token(Role.OPS, "ops-1")

    async def all_sent() -> bool:
        return [] == await place.rows("SELECT 1 FROM deliveries WHERE state = 'waiting'")

    await wait_for(all_sent, 10.0, "every notice to be sent")
    by_reference = (await client.get(f"/api/journeys/{told.reference}", headers=ops)).json()
    assert by_reference == (await client.get(f"/api/journeys/{told.order_id}", headers=ops)).json()
    items = by_reference["items"]
    times = [datetime.fromisoformat(one["at"]) for one in items]
    assert sorted(times) == times
    events = [one["name"] for one in items if one["what"] == "event"]
    assert ["order_placed", "offer_made", "offer_made", "offer_declined", "leg_assigned"] == events
    assert {"order_placed", "offer_made", "leg_assigned"} <= {one["name"] for one in items if one["what"] == "notice"}
    assert {"due", "still_looking"} & {one["name"] for one in items if one["what"] == "clock"}
    assert {"letterbox", "file"} == {one["channel"] for one in items if one["what"] == "delivery"}
    assert (told.order_id, False, "volunteer", None) == tuple(
        by_reference[name] for name in ("order_id", "ended", "holder_role", "next")
    )


async def test_a_journey_says_nobody_who_was_asked(told: Story, place: Place, client: httpx2.AsyncClient) -> None:
    """Beside an answer, the notice of an offer would say whose it was; who has the order is no secret to ops."""
    journey = (await client.get(f"/api/journeys/{told.reference}", headers=place.token(Role.OPS, "ops-1"))).json()
    of_volunteers = [
        (one["name"], one["recipient"]["id"])
        for one in journey["items"]
        if one["recipient"] and one["recipient"]["role"] == "volunteer"
    ]
    assert {"withheld"} == {
        who for name, who in of_volunteers if name in {"offer_made", "offer_withdrawn", "leg_taken"}
    }
    assert {"v-1"} == {who for name, who in of_volunteers if name == "leg_assigned"}
    assert "v-2" not in str(journey)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPS])
async def test_a_journey_is_for_ops(told: Story, place: Place, client: httpx2.AsyncClient, role: Role) -> None:
    """Also not for whoever ordered: they have their own page."""
    headers = place.token(role, told.order_id)
    assert 403 == (await client.get(f"/api/journeys/{told.reference}", headers=headers)).status_code


async def test_there_is_no_journey_of_what_was_never_placed(place: Place, client: httpx2.AsyncClient) -> None:
    """Nor of the row that stands for no order."""
    ops = place.token(Role.OPS, "ops-1")
    for unknown in ("PD-nothing", "none"):
        assert 404 == (await client.get(f"/api/journeys/{unknown}", headers=ops)).status_code


async def test_the_page_shows_it_in_both_languages(told: Story, place: Place, console: httpx2.AsyncClient) -> None:
    """Each event leads to its own page."""
    ops = place.token(Role.OPS, "ops-1")
    english = (await console.get(f"/journeys/{told.reference}", headers=ops)).text
    assert ("Journey of PD-0001" in english, 'href="/events/1"' in english) == (True, True)
    chinese = (await console.get(f"/journeys/{told.reference}", headers={**ops, "accept-language": "zh-CN"})).text
    assert "PD-0001 的全程" in chinese
