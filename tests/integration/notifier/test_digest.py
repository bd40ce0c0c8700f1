"""One week in figures, for ops alone."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from shared.community.definition import Community
from shared.contracts.words import Role
from tests.integration.notifier.running import Place, make_place
from tests.integration.notifier.test_board import stories

WEEK = "2026-W47"
"""The one the stories are told in: Sunday evening."""


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community) -> Place:
    """Nobody is thanked meanwhile: that would be a notice more."""
    return await make_place(tmp_path, database_url, rules, thanks_at="23:59")


async def test_a_week_counts_what_happened_in_it(place: Place, client: httpx2.AsyncClient) -> None:
    """Orders, offers, outcomes, notices; what waits or is late, now; another week has nothing of it."""
    await place.hear([event for story in stories(3, "fixed") for event in story.whole()])
    await place.hear([event for story in stories(2, "open") for event in (story.placed(), story.escalated())])
    ops = place.token(Role.OPS, "ops-1")
    told = (await client.get("/api/digest", headers=ops, params={"week": WEEK})).json()
    assert (WEEK, 5, 3, {"fixed": 3}, 0) == tuple(
        told[name] for name in ("week", "placed", "closed", "outcomes", "dead_letters")
    )
    ((notices,),) = await place.rows("SELECT count(*) FROM notices")
    assert (notices, told["events"]["offer_made"] / 5) == (told["notices"], told["offers_per_order"])
    assert told["minutes_until_taken"] is not None
    before = (await client.get("/api/digest", headers=ops, params={"week": "2026-W46"})).json()
    assert (0, 0, {}, None) == tuple(before[name] for name in ("placed", "notices", "events", "offers_per_order"))


async def test_without_a_week_the_last_whole_one_is_told(place: Place, client: httpx2.AsyncClient) -> None:
    """It is Sunday of week 47: that of week 46."""
    assert "2026-W46" == (await client.get("/api/digest", headers=place.token(Role.OPS, "ops-1"))).json()["week"]


@pytest.mark.parametrize("week", ["2026-W60", "2026-W00", "0000-W01", "last", "2026-11", "９９９９-W01"])
async def test_what_is_no_week_is_refused(place: Place, client: httpx2.AsyncClient, week: str) -> None:
    """With the place of what is wrong."""
    answer = await client.get("/api/digest", headers=place.token(Role.OPS, "ops-1"), params={"week": week})
    assert (422, ["/week"]) == (answer.status_code, [one["pointer"] for one in answer.json()["errors"]])


async def test_a_digest_is_for_ops(place: Place, client: httpx2.AsyncClient) -> None:
    """The public has the board."""
    assert 403 == (await client.get("/api/digest", headers=place.token(Role.VOLUNTEER, "v-1"))).status_code
