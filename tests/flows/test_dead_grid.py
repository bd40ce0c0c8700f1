"""Nobody answers anything for ten days: no volunteer, no unit, no coordinator of any tier.

On SQLite alone: ten days in seconds keep a machine busy, and that deadlines are found and climbed on both databases is
proved by matcher's own tests.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.attached import Attached, attach
from deploy.demo.doors import Doors
from shared.contracts.words import Role
from tests.flows.people import GRID, coordinator, notices, order, place
from tests.integration.deploy.stacks import free_port_base, up
from tests.waiting import wait_for

FAST = "2026-11-23T09:00+08:00@50000"
"""A Monday morning; ten days pass in 17 seconds."""
TEN_DAYS = timedelta(days=10)
LADDER = [GRID, "maoling-east", "maquan", "qindu"]


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Attached]:
    """A stack in which days pass in seconds."""
    async with up(tmp_path, free_port_base(), "--clock", FAST):
        yield attach(tmp_path)


async def test_a_dead_grid_brings_the_order_to_the_county_overdue_each_step_told(stack: Attached, doors: Doors) -> None:
    """It climbs grid, community, sub-district, county, and stays there, flagged again every day; the resident, who held
    it and who holds it then hear of each step.
    """
    placed = await place(doors, "small_repairs")
    begun = datetime.fromisoformat((await order(doors, placed))["placed_at"])

    async def after_ten_days() -> dict[str, Any] | None:
        view = await order(doors, placed)
        last = datetime.fromisoformat(view["timeline"][-1]["at"])
        return view if last - begun >= TEN_DAYS else None

    stood = await wait_for(after_ten_days, 120.0, "ten days to pass")
    assert stood is not None
    assert ("escalated", "coordinator", "qindu", "decide", True) == (
        stood["state"], stood["holder"]["role"], stood["holder"]["area"], stood["next_step"], stood["late"],
    )  # fmt: skip
    climbs = [entry for entry in stood["timeline"] if entry["what"] == "order_escalated"]
    areas = [entry["holder"]["area"] for entry in climbs]
    assert LADDER == list(dict.fromkeys(areas)), areas
    flags = [datetime.fromisoformat(entry["at"]) for entry in climbs[len(LADDER) :]]
    assert len(flags) >= 2
    assert all(timedelta(hours=23) <= later - one for one, later in itertools.pairwise(flags))
    await _told_of_each_step(doors, placed, len(climbs))
    _, desk = await doors.ask("GET", "matcher", "/api/desk", coordinator(stack, doors, "qindu"))
    (row,) = [row for row in desk["items"] if row["order_id"] == placed["order_id"]]
    assert row["overdue"]


async def _told_of_each_step(doors: Doors, placed: dict[str, Any], climbs: int) -> None:
    async def all_told() -> list[dict[str, Any]] | None:
        kinds = {"order_escalated", "order_overdue"}
        found = [one for one in await notices(doors, placed["order_id"]) if one["kind"] in kinds]
        residents = [one for one in found if one["recipient"]["role"] == Role.RESIDENT]
        return found if len(residents) >= climbs else None

    told = await wait_for(all_told, 20.0, "every climb to be told")
    assert told is not None
    holders = {one["recipient"]["id"] for one in told if one["recipient"]["role"] == Role.COORDINATOR}
    assert set(LADDER) == holders
    passed_on = [one for one in await notices(doors, placed["order_id"]) if one["kind"] == "order_went_up"]
    assert set(LADDER[:-1]) <= {one["recipient"]["id"] for one in passed_on}
