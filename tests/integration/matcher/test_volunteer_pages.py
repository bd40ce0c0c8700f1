"""Coordinators find the volunteers of their area, stop them, let them back in and take them off, by forms."""

from __future__ import annotations

from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, volunteer
from tests.integration.matcher.test_roster_pages import Visitor


async def coordinator(house: House, area: str = GRID) -> Visitor:
    """The browser of who answers for an area; two live in the grid, one next to it."""
    await house.stage.enrol(volunteer("v-1"), volunteer("v-22"), volunteer("v-3", home=NEXT_GRID))
    return Visitor(house, Role.COORDINATOR, f"c-{area}", area)


def shown(page: str) -> list[str]:
    """Who of the three is on a page."""
    return [one for one in ("v-1", "v-22", "v-3") if f'id="volunteer-{one}"' in page]


async def test_those_of_the_area_are_listed_and_found_by_name_or_number(house: House) -> None:
    """A name is sent as a form, so that no address holds it."""
    visitor = await coordinator(house)
    found = [shown((await visitor.send("/volunteers", {"who": who}))[1]) for who in ("V-2", "name of v-1", "nobody")]
    assert (["v-1", "v-22"], [["v-22"], ["v-1"], []]) == (shown(await visitor.look("/volunteers")), found)
    assert 'action="/volunteers"' in await visitor.look("/volunteers")
    assert "志愿者" in await visitor.look("/volunteers", "zh-CN")


async def test_somebody_is_suspended_with_a_reason_and_let_back_in(house: House) -> None:
    """Without a reason nothing happens; the reason is on their page, for coordinators."""
    visitor, path = await coordinator(house), "/volunteers/v-1"
    assert 422 == (await visitor.send(f"{path}/suspend", {"reason": " "}))[0]
    assert (303, path) == await visitor.send(f"{path}/suspend", {"reason": "shouted at a resident"})
    page = await visitor.look(path)
    assert (True, True, False) == ("Suspended" in page, "shouted at a resident" in page, f"{path}/suspend" in page)
    assert (303, path) == await visitor.send(f"{path}/restore")
    assert "On the roster" in await visitor.look(path)


async def test_who_is_taken_off_may_be_let_back_in_and_not_be_taken_off_again(house: House) -> None:
    """The second time says so, on the same page."""
    visitor, path = await coordinator(house), "/volunteers/v-1"
    assert (303, path) == await visitor.send(f"{path}/remove")
    page = await visitor.look(path)
    assert ("Has left" in page, f"{path}/remove" in page, f"{path}/restore" in page) == (True, False, True)
    assert 409 == (await visitor.send(f"{path}/remove"))[0]


async def test_who_lives_elsewhere_does_not_exist(house: House) -> None:
    """Neither their page nor a decision; nor is there another verb."""
    visitor = await coordinator(house, FAR_GRID)
    assert [404, 404] == [(await visitor.send(f"/volunteers/v-1/{verb}"))[0] for verb in ("remove", "promote")]
    headers = house.as_(Role.COORDINATOR, "c-far", FAR_GRID) | {"accept": "text/html"}
    assert 404 == (await house.client.get("/volunteers/v-1", headers=headers)).status_code
    own = house.as_(Role.VOLUNTEER, "v-1") | {"accept": "text/html"}
    assert 403 == (await house.client.get("/volunteers", headers=own)).status_code
