"""What volunteers decide about themselves: hours, duty, absences, how much, and where they are registered."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from services.matcher.models import Unit
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, NEXT_GRID, volunteer

SAFETY = "safety-maoling-east-g1"
NEVER, EVENINGS = "0" * 42, "mon-fri 18-22; sat-sun 8-22"


@pytest.fixture
async def me(house: House) -> dict[str, str]:
    """A volunteer who holds the grid's post for safety, free at any hour."""
    await house.stage.enrol(volunteer("v-1", SAFETY))
    return house.as_(Role.VOLUNTEER, "v-1")


async def put(house: House, path: str, caller: dict[str, str], body: Any) -> tuple[int, Any]:
    """Say something about oneself."""
    status, answer = await house.ask("PUT", f"/api/me/{path}", caller, body)
    return status, answer


async def asked(house: House) -> dict[str, str]:
    """Who is asked about a new order of the grid."""
    return await house.stage.offer_states(await house.stage.place("fire_check", grid=GRID))


async def test_availability_says_only_what_changes(house: House, me: dict[str, str]) -> None:
    """A plan or digits; capacity, offers a day and the consent each on their own."""
    status, card = await put(house, "availability", me, {"hours": EVENINGS, "daily_offers": 5})
    assert (200, 5, 2, False, False) == (
        status, card["daily_offers"], card["capacity"], card["urgent_at_work"], card["default_hours"],
    )  # fmt: skip
    hours = card["hours"]
    _, card = await put(house, "availability", me, {"capacity": 4, "urgent_at_work": True})
    assert (hours, 5, 4, True) == (card["hours"], card["daily_offers"], card["capacity"], card["urgent_at_work"])
    _, card = await put(house, "availability", me, {"hours": NEVER})
    assert NEVER == card["hours"]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("availability", {"hours": "whenever"}, "/hours"),
        ("availability", {"capacity": 0}, "/capacity"),
        ("availability", {"daily_offers": 51}, "/daily_offers"),
        ("availability", {"mood": "good"}, "/mood"),
        ("duty", {}, "/on_duty"),
        ("absences", {"absences": [{"from": "2026-12-01T00:00", "to": "2026-12-02T00:00"}]}, "/absences/0/from"),
        (
            "absences",
            {"absences": [{"from": "2026-12-02T00:00Z", "to": "2026-12-01T00:00Z"}]},
            "/absences/0",
        ),
        ("absences", {"absences": [{"from": "2026-12-01T00:00Z", "to": "2026-12-02T00:00Z"}] * 51}, "/absences"),
        ("registration", {"home": "maoling-east"}, "/home"),
        ("registration", {"home": "nowhere"}, "/home"),
        ("registration", {"home": GRID, "unit": "u-999"}, "/unit"),
        ("registration", {"home": GRID, "profession": "juggler"}, "/profession"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(
    house: House, me: dict[str, str], path: str, body: Any, pointer: str
) -> None:
    """422 with the field, and the card stays as it was."""
    _, before = await house.ask("GET", "/api/me", me)
    status, problem = await put(house, path, me, body)
    assert (422, pointer) == (status, problem["errors"][0]["pointer"])
    assert before == (await house.ask("GET", "/api/me", me))[1]


async def test_hours_and_duty_reach_the_pairing(house: House, me: dict[str, str]) -> None:
    """Never free: not asked. On duty: asked all the same."""
    await put(house, "availability", me, {"hours": NEVER})
    assert {} == await asked(house)
    status, card = await put(house, "duty", me, {"on_duty": True})
    assert (200, True, {"v-1": "open"}) == (status, card["on_duty"], await asked(house))


async def test_who_is_away_is_not_asked(house: House, me: dict[str, str]) -> None:
    """Absences are sorted, joined and kept; they win over the on-duty switch."""
    await put(house, "duty", me, {"on_duty": True})
    away = [
        {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"},
        {"from": "2026-11-20T00:00:00Z", "to": "2026-11-23T00:00:00Z"},
        {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"},
    ]
    _, card = await put(house, "absences", me, {"absences": away})
    assert [{"from": "2026-11-20T00:00:00Z", "to": "2026-11-24T00:00:00Z"}] == card["absences"]
    assert {} == await asked(house)
    _, card = await put(house, "absences", me, {"absences": []})
    assert ([], {"v-1": "open"}) == (card["absences"], await asked(house))


async def test_one_registers_at_work_and_at_home(house: House, me: dict[str, str]) -> None:
    """双报到: the unit opens posts where it sits, the home those of its grid."""
    wish = {"home": NEXT_GRID, "unit": "u-004", "profession": "driver"}
    status, card = await put(house, "registration", me, wish)
    assert (200, wish, "Publicity Department") == (
        status,
        {name: card[name] for name in wish},
        card["unit_name"]["en"],
    )
    _, page = await house.ask("GET", "/api/posts?limit=200", me)
    claimable = {post["post_id"] for post in page["items"] if post["may_claim"]}
    assert {"safety-maoling-east-g2", "safety-maoling-west-g1", "sweeping-maoling-west"} <= claimable
    _, card = await put(house, "registration", me, {"home": NEXT_GRID})
    assert (None, None) == (card["unit"], card["profession"])


async def test_a_secretary_who_leaves_the_unit_leads_it_no_longer(house: House) -> None:
    """Nobody calls up the members of a unit they have left."""
    secretary = volunteer("v-1").model_copy(update={"unit": "u-004", "secretary": True})
    await house.stage.enrol(secretary)
    me = house.as_(Role.VOLUNTEER, "v-1")
    assert (await house.ask("GET", "/api/me", me))[1]["secretary"] is True
    _, card = await put(house, "registration", me, {"home": GRID, "unit": "u-001"})
    leading = [unit.unit_id for unit in await house.stage.all(select(Unit)) if unit.secretary_id]
    assert (False, []) == (card["secretary"], leading)


async def test_only_those_on_the_roster_have_a_card(house: House) -> None:
    """404 for a volunteer nobody knows, 403 for a coordinator."""
    body = {"on_duty": True}
    assert 404 == (await put(house, "duty", house.as_(Role.VOLUNTEER, "v-9"), body))[0]
    assert 403 == (await put(house, "duty", house.as_(Role.COORDINATOR, "c", GRID), body))[0]
