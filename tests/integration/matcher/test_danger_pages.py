"""Dangers on pages: reported from an assignment, on top of the desk in words, and seen to by whoever answers for it."""

from __future__ import annotations

import re

from sqlmodel import select

from services.matcher.models import Incident
from shared.contracts import matcher
from shared.contracts.intake import IncidentReported
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, volunteer
from tests.integration.matcher.test_roster_pages import Visitor

MEDIATION = "mediation-maoling-east"
COMMUNITY = "maoling-east"
REPORT = {"kind": "threat", "words": "he has a knife"}
_INCIDENTS = select(Incident)


def desk(house: House, area: str = COMMUNITY) -> Visitor:
    """The browser of who answers for an area."""
    return Visitor(house, Role.COORDINATOR, f"c-{area}", area)


async def serving(house: House) -> tuple[str, str, Visitor]:
    """An order somebody has: its id, the assignment, and the volunteer's browser."""
    await house.stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await house.stage.place()
    assignment_id = await house.stage.accept(await house.stage.last(matcher.OfferMade))
    return order_id, assignment_id, Visitor(house, Role.VOLUNTEER, "v-1")


async def reported_by_resident(house: House, order_id: str, incident_id: str = "i-1") -> None:
    """A resident's report is heard."""
    fields = {"incident_id": incident_id, "raised_at": house.stage.now}
    fact = house.stage.following(order_id, IncidentReported, **fields)
    await house.stage.do(house.stage.use_cases.incidents.hear, fact)


async def test_a_volunteer_sees_the_numbers_first_and_reports(house: House) -> None:
    """From the card of what they have; what is missing is asked for again, and a report is thanked for."""
    _, assignment_id, me = await serving(house)
    path = f"/assignments/{assignment_id}/danger"
    assert f'href="{path}"' in await me.look("/")
    page, station = await me.look(path), house.stage.rules.station_phone
    numbers = re.findall(r'href="tel:(\d+)"', page)
    assert ["119", "120", "110", station.replace(" ", "")] == numbers
    assert page.index("tel:119") < page.index("<textarea")
    assert 422 == (await me.send(path, {"kind": "threat", "words": ""}))[0]
    assert (303, "/?said=reported") == await me.send(path, REPORT)
    assert "The coordinator has it before them now" in await me.look("/?said=reported")


async def test_somebody_elses_assignment_has_no_page_for_dangers(house: House) -> None:
    """It looks like none at all."""
    _, assignment_id, _ = await serving(house)
    await house.stage.enrol(volunteer("v-2", MEDIATION))
    other = Visitor(house, Role.VOLUNTEER, "v-2")
    assert 404 == (await other.send(f"/assignments/{assignment_id}/danger", REPORT))[0]
    assert [] == list(await house.stage.all(_INCIDENTS))


async def test_a_danger_is_seen_to_on_its_page(house: House) -> None:
    """It waits on top, with the volunteer's words; once answered it is below, with what was done, and once only."""
    _, assignment_id, me = await serving(house)
    await me.send(f"/assignments/{assignment_id}/danger", REPORT)
    (incident,) = await house.stage.all(_INCIDENTS)
    path = f"/dangers/{incident.incident_id}"
    assert "1 danger waits for an answer" in await desk(house).look("/")
    waiting = await desk(house).look("/dangers")
    assert (True, True) == ("he has a knife" in waiting, f'href="{path}"' in waiting)
    assert 422 == (await desk(house).send(path, {"words": ""}))[0]
    assert (303, "/dangers") == await desk(house).send(path, {"words": "the police came"})
    status, late = await desk(house).send(path, {"words": "me too"})
    assert (409, True, True) == (
        status, "No danger waits for an answer." in late, "What was done: the police came" in late,
    )  # fmt: skip
    assert "waits for an answer" not in await desk(house).look("/")
    assert ("没有等待处理的险情" in await desk(house).look("/dangers", "zh-CN")) is True


async def test_a_danger_of_another_area_does_not_exist(house: House) -> None:
    """Neither its page nor its answer; a resident's words are a link away, on the order's page."""
    order_id, _, _ = await serving(house)
    await reported_by_resident(house, order_id)
    elsewhere = desk(house, FAR_GRID)
    headers = house.as_(Role.COORDINATOR, "c-far", FAR_GRID) | {"accept": "text/html"}
    assert 404 == (await house.client.get("/dangers/i-1", headers=headers)).status_code
    assert 404 == (await elsewhere.send("/dangers/i-1", {"words": "seen"}))[0]
    reference = (await house.stage.dispatch(order_id)).reference
    page = await desk(house).look("/dangers")
    assert ("Reported by the resident" in page, f'href="/orders/{reference}"' in page) == (True, True)


async def test_dangers_are_on_top_of_the_desk_and_of_every_page_of_it(house: House) -> None:
    """Before what is due first; in words, in both languages; the cursor goes on after them."""
    orders = [await house.stage.place("certificates") for _ in range(3)]
    await reported_by_resident(house, orders[2])
    headers = house.as_(Role.COORDINATOR, "c-1", GRID)
    seen, path = [], "/api/desk?limit=1"
    while path:
        status, page = await house.ask("GET", path, headers)
        assert 200 == status, page
        seen += [(row["order_id"], row["danger"]) for row in page["items"]]
        path = f"/api/desk?limit=1&cursor={page['next']}" if page["next"] else ""
    assert [(orders[2], True), (orders[0], False), (orders[1], False)] == seen
    first = (await desk(house).look("/")).split('<tr role="row" id=')[1]
    assert (True, True) == (f"order-{orders[2]}" in first, "Danger reported" in first)
    assert "有人报告险情" in await desk(house).look("/", "zh-CN")
    assert "I have seen to it" in await desk(house).look(f"/legs/{orders[2]}-l1")
