"""A coordinator acts for an absent one, over HTTP: from then until then, in that area, under their own name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from services.matcher.models import Leg
from shared.contracts.requests import StandInsAsked
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, SUNDAY_EVENING
from tests.integration.matcher.test_roster_pages import Visitor

COMMUNITY = "maoling-east"
HOUR = timedelta(hours=1)


def coordinator(house: House, area: str) -> dict[str, str]:
    """The headers of who answers for an area."""
    return house.as_(Role.COORDINATOR, f"c-{area}", area)


def wish(who: str = NEXT_GRID, area: str | None = GRID, *, start: datetime = SUNDAY_EVENING, **time: float) -> Any:
    """The coordinator of another area stands in, from an instant on for some time."""
    to = start + timedelta(**(time or {"hours": 8}))
    return {"area": area, "coordinator": f"c-{who}", "from": start.isoformat(), "to": to.isoformat()}


async def set_(house: House, body: Any, by: str = GRID) -> Any:
    """A stand-in that is set."""
    status, answer = await house.ask("POST", "/api/stand-ins", coordinator(house, by), body)
    assert 201 == status, answer
    return answer


async def references(house: House, area: str) -> list[str]:
    """What the desk of an area's coordinator shows."""
    status, page = await house.ask("GET", "/api/desk", coordinator(house, area))
    assert 200 == status, page
    return [row["order_id"] for row in page["items"]]


async def test_who_stands_in_sees_the_desk_and_decides_under_their_own_name(house: House) -> None:
    """Before that, the leg does not exist for them; the leg says who resolved it."""
    order_id = await house.stage.place("certificates")
    path, body = f"/api/legs/{order_id}-l1/resolve", {"report": "ready"}
    assert (404, []) == (
        (await house.ask("POST", path, coordinator(house, NEXT_GRID), body))[0], await references(house, NEXT_GRID),
    )  # fmt: skip
    await set_(house, wish())
    assert [order_id] == await references(house, NEXT_GRID)
    assert "done" == (await house.tap(path, coordinator(house, NEXT_GRID), body))["state"]
    (leg,) = await house.stage.all(select(Leg).where(col(Leg.order_id) == order_id))
    assert f"c-{NEXT_GRID}" == leg.resolved_by


@pytest.mark.parametrize("path", ["/api/gaps", "/api/referrals", "/api/claims", "/api/posts/idle", "/api/desk"])
async def test_every_list_of_the_area_opens_to_who_stands_in(house: House, path: str) -> None:
    """Asked for by its code, and not to a third."""
    await set_(house, wish())
    asked = f"{path}?area={GRID}"
    stranger = (await house.ask("GET", asked, coordinator(house, FAR_GRID)))[0]
    assert (200, 404) == ((await house.ask("GET", asked, coordinator(house, NEXT_GRID)))[0], stranger)


async def test_it_begins_and_ends_by_the_clock(house: House) -> None:
    """Neither before its time nor after, by the clock of the domain, for looking and for deciding."""
    order_id = await house.stage.place("certificates")
    path = f"/api/legs/{order_id}-l1/escalate"
    await set_(house, wish(start=SUNDAY_EVENING + HOUR))
    refused = (await house.ask("POST", path, coordinator(house, NEXT_GRID), {"reason": "x"}))[0]
    assert (404, []) == (refused, await references(house, NEXT_GRID))
    times = (SUNDAY_EVENING + hours * HOUR for hours in (0, 1, 8, 9))
    assert [(), (GRID,), (GRID,), ()] == [await _areas(house, now) for now in times]


async def _areas(house: House, now: datetime) -> tuple[str, ...]:
    async with house.stage.units() as uow:
        found = await uow.repository.stood_in({f"c-{NEXT_GRID}"}, now)
    return found.get(f"c-{NEXT_GRID}", ())


async def test_it_is_ended_at_once_by_whoever_may_set_it_or_stands_in(house: House) -> None:
    """The right is gone with it; a second time it is over, and for a stranger it is not there."""
    made = await set_(house, wish())
    path = f"/api/stand-ins/{made['stand_in_id']}/end"
    assert 404 == (await house.ask("POST", path, coordinator(house, FAR_GRID)))[0]
    ended = await house.tap(path, coordinator(house, NEXT_GRID))
    assert (False, 409) == (ended["running"], (await house.ask("POST", path, coordinator(house, GRID)))[0])
    assert 404 == (await house.ask("GET", f"/api/desk?area={GRID}", coordinator(house, NEXT_GRID)))[0]


@pytest.mark.parametrize(
    ("by", "body", "status"),
    [
        (COMMUNITY, wish(), 201),
        (NEXT_GRID, wish(who=FAR_GRID), 404),
        (GRID, wish(area=None), 201),
        (GRID, wish(area="nowhere"), 404),
        (GRID, wish(who="nobody"), 422),
        (GRID, wish(who=GRID), 422),
        (GRID, wish(who=COMMUNITY), 422),
        (GRID, wish(hours=-1), 422),
        (GRID, wish(start=SUNDAY_EVENING - 9 * HOUR), 422),
    ],
)
async def test_the_coordinator_of_the_area_or_one_above_sets_it(house: House, by: str, body: Any, status: int) -> None:
    """For an area that has a coordinator, somebody else who is known, and a time that is not over."""
    assert status == (await house.ask("POST", "/api/stand-ins", coordinator(house, by), body))[0]


async def test_who_stands_in_passes_nothing_on(house: House) -> None:
    """The area is not theirs to give; the list shows it to both, and to who is above."""
    made = await set_(house, wish())
    passed_on = await house.ask("POST", "/api/stand-ins", coordinator(house, NEXT_GRID), wish(who=FAR_GRID))
    assert 404 == passed_on[0]
    seen = {}
    for area in (GRID, NEXT_GRID, COMMUNITY, FAR_GRID):
        _, page = await house.ask("GET", "/api/stand-ins", coordinator(house, area))
        seen[area] = [one["stand_in_id"] for one in page["items"]]
    mine = [made["stand_in_id"]]
    assert {GRID: mine, NEXT_GRID: mine, COMMUNITY: mine, FAR_GRID: []} == seen


async def test_its_page_sets_and_ends_it_in_both_languages(house: House) -> None:
    """By forms; what is refused is said there."""
    visitor = Visitor(house, Role.COORDINATOR, f"c-{GRID}", GRID)
    assert "Nobody stands in at the moment." in await visitor.look("/stand-ins")
    fields = {"area": GRID, "coordinator": f"c-{NEXT_GRID}", "from": "2026-11-22T18:00", "to": "2026-11-23T18:00"}
    status, text = await visitor.send("/stand-ins", fields | {"to": "2026-11-22T17:00"})
    assert (422, True) == (status, "must end after it starts" in text)
    assert (303, "/stand-ins") == await visitor.send("/stand-ins", fields)
    assert "代班" in await visitor.look("/stand-ins", "zh-CN")
    _, page = await house.ask("GET", "/api/stand-ins", coordinator(house, GRID))
    (one,) = page["items"]
    assert (303, "/stand-ins") == await visitor.send(f"/stand-ins/{one['stand_in_id']}/end")
    assert "Nobody stands in at the moment." in await visitor.look("/stand-ins")


def test_the_request_is_asked_of_matcher() -> None:
    """Under its own subject; an id alone travels."""
    asked = StandInsAsked(coordinator_id="c-1")
    assert ("rpc.matcher.stand_ins", {"coordinator_id": "c-1"}) == (asked.subject(), asked.model_dump())
