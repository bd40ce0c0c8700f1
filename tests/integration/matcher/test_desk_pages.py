"""The desk as one plain page: what is due first on top, one thing to do and everything else one step away."""

from __future__ import annotations

import re
from dataclasses import replace

from services.matcher.use_cases import UseCases
from shared.community.areas import AreaTree
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, Stage, volunteer
from tests.integration.matcher.test_roster_pages import Visitor

COMMUNITY = "maoling-east"


def desk(house: House, area: str = COMMUNITY) -> Visitor:
    """The browser of who answers for an area."""
    return Visitor(house, Role.COORDINATOR, f"c-{area}", area)


async def reference(house: House, order_id: str) -> str:
    """The number people know an order by."""
    return (await house.stage.dispatch(order_id)).reference


async def test_a_row_has_one_main_action_and_more(house: House) -> None:
    """More leads to everything that can be decided, the order itself among it."""
    order_id = await house.stage.place("certificates")
    row = (await desk(house).look("/")).split(f'id="order-{order_id}"')[1].split("</tr>")[0]
    leg = f"/legs/{order_id}-l1"
    assert [f"{leg}/resolve", leg] == re.findall(rf'href="({leg}[^"]*)"', row)
    page = await desk(house).look(leg)
    verbs = ("resolve", "assign", "call-up", "refer", "add", "exclude", "escalate")
    assert [] == [verb for verb in verbs if f'href="{leg}/{verb}"' not in page]
    assert f'href="/orders/{await reference(house, order_id)}"' in page


async def test_one_area_below_may_be_looked_at_alone(house: House) -> None:
    """By its code; an area elsewhere does not exist; back to the whole desk by a link."""
    here, there = await house.stage.place("certificates"), await house.stage.place("certificates", grid=NEXT_GRID)
    whole, part = await desk(house).look("/"), await desk(house).look(f"/desk?area={NEXT_GRID}")
    seen = [[f'id="order-{one}"' in page for one in (here, there)] for page in (whole, part)]
    assert [[True, True], [False, True]] == seen
    assert "Back to the whole desk" in part
    headers = house.as_(Role.COORDINATOR, "c-1", GRID) | {"accept": "text/html"}
    assert 404 == (await house.client.get(f"/desk?area={FAR_GRID}", headers=headers)).status_code


async def test_who_stands_in_is_told_so_on_the_desk(house: House) -> None:
    """With the area's name, and a way to the stand-ins."""
    body = {"coordinator": f"c-{FAR_GRID}", "from": "2026-11-22T18:00+08:00", "to": "2026-11-23T18:00+08:00"}
    made = await house.ask("POST", "/api/stand-ins", house.as_(Role.COORDINATOR, "c-1", GRID), body)
    order_id = await house.stage.place("certificates")
    page = await desk(house, FAR_GRID).look("/")
    assert (201, True, True) == (made[0], "You stand in for" in page, f'id="order-{order_id}"' in page)
    assert "您正在为" in await desk(house, FAR_GRID).look("/", "zh-CN")


async def test_an_order_of_an_area_without_a_coordinator_falls_to_the_node_above(stage: Stage) -> None:
    """A grid nobody answers for: placed and escalated, it is held by the community's coordinator, and climbs from
    there.
    """
    rules = stage.rules
    coordinated = [code for code in rules.ladder.by_area if code != GRID]
    areas = AreaTree(rules.areas.root, rules.areas.kinds, coordinated)
    stage.use_cases = UseCases(replace(rules, areas=areas), stage.vault, stage.writer)
    order_id = await stage.place()
    placed = await stage.dispatch(order_id)
    assert (COMMUNITY, "community", "coordinator") == (placed.desk_area, placed.tier, placed.holder_role)
    stage.later(hours=4)
    await stage.climb(order_id)
    held = await stage.dispatch(order_id)
    assert ("escalated", COMMUNITY) == (held.state, held.holder_area)
    stage.later(days=1)
    await stage.climb(order_id)
    assert rules.areas.coordinator_area_above(COMMUNITY) == (await stage.dispatch(order_id)).holder_area


async def test_what_looks_like_spam_is_released_by_one_act(house: House) -> None:
    """A button on the desk, in both languages, and volunteers are asked: once, and by who answers for the area."""
    stage = house.stage
    await stage.enrol(volunteer("v-1", "mediation-maoling-east"))
    fact = stage.placed()
    held = replace(fact, event=fact.event.model_copy(update={"review": True}))
    await stage.run(stage.use_cases.dispatching.open_dispatches, held)
    order_id = fact.event.order_id
    release, mine = f"/legs/{order_id}-l1/release", desk(house)
    pages = [await mine.look("/"), await mine.look("/", "zh-CN"), await mine.look(f"/legs/{order_id}-l1")]
    told = ("ask volunteers", "是真实的服务单，询问志愿者", "ask volunteers")
    assert [True] * 3 == [
        f'action="{release}"' in page and text in page for page, text in zip(pages, told, strict=True)
    ]
    other = house.as_(Role.COORDINATOR, "c-2", FAR_GRID)
    assert 404 == (await house.ask("POST", f"/api{release}", other, {}))[0]
    before = [event.name for event in await stage.heard()]
    assert (303, "/") == await mine.send(release)
    after = [(event.name, event.next_step) for event in await stage.heard()]
    assert (["order_escalated"], [("order_released", "offer"), ("offer_made", "accept")]) == (before, after)
    again = house.as_(Role.COORDINATOR, "c-1", COMMUNITY)
    status, problem = await house.ask("POST", f"/api{release}", again, {})
    assert (409, "offered") == (status, (await stage.dispatch(order_id)).state), problem
    assert release not in await mine.look("/")
