"""Every door of intake, tried by everybody, against the rule it names (security.md)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from shared.community.definition import Community
from shared.contracts.words import Role
from shared.web.rules import ruled_routes
from tests.integration.intake.running import START, bearer, make_place, place_order
from tests.integration.shown_safely import taken_from_elsewhere
from tests.integration.trying import Tries, audited, broken, knocking, signed, told_no

BODIES = {
    "/api/desk/orders/{reference}/window": {
        "json": {"from": "2026-12-01T19:00:00+08:00", "to": "2026-12-01T20:00:00+08:00"},
    },
}


async def test_every_route_keeps_its_rule(tmp_path: Path, rules: Community) -> None:
    """Each with every role: nobody comes further than the rule says, and what is another's does not exist."""
    own = {"intake_public_url": "https://intake.example"}
    place = await make_place(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'intake.db'}", rules, **own)
    opened = await place.open_at(datetime.fromisoformat(START))
    routes, keys = ruled_routes(opened.app.routes), place.settings.keys
    try:
        async with knocking(opened.app) as client:
            placed, others = [await place_order(client) for _ in range(2)]
            people = [
                Tries("stranger"),
                Tries("another resident", Role.RESIDENT, bearer(others["tracking_token"]), tracking=True),
                signed(keys, "another resident by name", Role.RESIDENT, others["order_id"]),
                signed(keys, "volunteer", Role.VOLUNTEER, "v-1"),
                signed(keys, "department", Role.DEPARTMENT, "city_management"),
                signed(keys, "coordinator of another area", Role.COORDINATOR, "c-2", "west"),
                signed(keys, "coordinator", Role.COORDINATOR, "c-1", "east", foreign=False),
                signed(keys, "ops", Role.OPS, "ops-1"),
            ]
            assert [] == await broken(client, routes, people, {"reference": placed["reference"]}, BODIES)
        assert told_no(routes, people) == await audited(opened.intake.machinery.database)
        async with knocking(opened.app) as client:
            assert [] == await taken_from_elsewhere(client, routes)
    finally:
        await place.close()


async def test_a_tracking_link_becomes_a_cookie_at_once(
    tmp_path: Path, rules: Community, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its token leaves the address at the first visit, goes with no referrer, and is in no log; the cookie opens that
    order's page alone.
    """
    place = await make_place(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'intake.db'}", rules)
    opened = await place.open_at(datetime.fromisoformat(START))
    try:
        async with knocking(opened.app) as client:
            placed = await place_order(client)
            token, address = placed["tracking_token"], f"/orders/{placed['reference']}"
            answer = await client.get(f"/t/{token}")
            cookie = answer.headers["set-cookie"]
            page = await client.get(address, headers={"Cookie": f"paidan_track={token}"})
    finally:
        await place.close()
    assert (303, address, "same-origin") == (
        answer.status_code,
        answer.headers["location"],
        answer.headers["referrer-policy"],
    )
    assert (True, True) == ("HttpOnly" in cookie, f"Path={address};" in cookie)
    assert (200, False) == (page.status_code, token in "".join(capsys.readouterr()))
