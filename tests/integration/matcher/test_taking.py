"""A coordinator serves a leg in person: with their own name, by a clock, and it can be given away again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.matcher.commands import AssignLeg, CallUpUnit, EscalateLeg, TakeInPerson
from services.matcher.policies.acceptance import HeldByVolunteer
from services.matcher.policies.taking import AlreadyTaken, TakenInPerson
from services.matcher.use_cases.deciding import Decision
from shared.contracts import matcher
from shared.contracts.words import Holder, NextStep, OrderState, Role, Window
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
DAY = timedelta(days=1)
COUNTY = "qindu"


async def take(stage: Stage, leg_id: str, by: str = "c-1") -> None:
    """The grid's coordinator serves it in person."""
    await stage.do(stage.use_cases.deciding.take_in_person, Decision(leg_id, by, GRID, TakeInPerson()))


async def test_a_leg_is_taken_resolved_and_done_over_the_door(house: House) -> None:
    """The coordinator holds it by name; whoever served is told with the last facts."""
    order_id = await house.stage.place("certificates")
    desk, leg = house.as_(Role.COORDINATOR, "c-1", GRID), f"/api/legs/{order_id}-l1"
    taken = await house.tap(f"{leg}/take", desk)
    assert ("under_way", "coordinator", GRID, "complete") == (
        taken["state"], taken["holder_role"], taken["holder_area"], taken["next_step"],
    )  # fmt: skip
    (row,) = (await house.ask("GET", "/api/desk", desk))[1]["items"]
    assert (f"{order_id}-l1", "complete", False) == (row["leg_id"], row["next_step"], row["overdue"])
    status, problem = await house.ask("POST", f"{leg}/take", desk, {})
    assert (409, "/problems/already-taken") == (status, problem["type"])
    assert 404 == (await house.ask("POST", f"{leg}/take", house.as_(Role.COORDINATOR, "c-9", "shanguang-g1")))[0]
    assert 403 == (await house.ask("POST", f"{leg}/take", house.as_(Role.VOLUNTEER, "v-1")))[0]
    assert "done" == (await house.tap(f"{leg}/resolve", desk, {"report": "seen to"}))["state"]
    heard = await house.stage.heard()
    assert ["order_escalated", "leg_taken", "leg_completed", "order_done"] == names(heard)
    assert (Holder(role=Role.COORDINATOR, area=GRID, id="c-1"), "c-1", None) == (
        heard[1].holder, heard[2].coordinator_id, heard[2].volunteer_id,
    )  # fmt: skip


async def test_what_was_asked_is_withdrawn_and_the_window_is_the_due_time(stage: Stage) -> None:
    """Nobody else comes; without a window the service clock runs."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    window = Window(from_=stage.now + timedelta(hours=2), to=stage.now + timedelta(hours=3))
    for chosen, due_at in ((window, window.to), (None, stage.now + DAY)):
        order_id = await stage.place(window=chosen)
        await take(stage, f"{order_id}-l1")
        dispatch = await stage.dispatch(order_id)
        assert (due_at, {"v-1": "withdrawn"}) == (dispatch.due_at, await stage.offer_states(order_id))


async def test_a_late_volunteer_is_released_and_one_in_time_is_not_disturbed(stage: Stage) -> None:
    """While a volunteer holds it, nobody takes it; once it came to the desk, the coordinator may."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    await stage.accept(await stage.last(matcher.OfferMade))
    with pytest.raises(HeldByVolunteer):
        await take(stage, f"{order_id}-l1")
    stage.later(hours=24)
    await stage.climb(order_id)
    await take(stage, f"{order_id}-l1")
    assert ([("v-1", "released")], 0) == (
        await stage.assignment_states(order_id), (await stage.volunteer("v-1")).held,
    )  # fmt: skip


async def test_what_is_not_served_in_time_climbs_past_the_desk_that_took_it(stage: Stage) -> None:
    """It was with that coordinator already: the next tier is told, and who held it before."""
    order_id = await stage.place("certificates")
    await take(stage, f"{order_id}-l1")
    stage.now = (await stage.dispatch(order_id)).due_at
    await stage.climb(order_id)
    climbed = await stage.last(matcher.OrderEscalated)
    assert ("community", "clock", Holder(role=Role.COORDINATOR, area=GRID, id="c-1")) == (
        climbed.tier, climbed.reason, climbed.previous,
    )  # fmt: skip
    assert (None, NextStep.DECIDE) == (climbed.holder.id, climbed.next_step)


async def test_what_was_taken_can_be_given_away_or_passed_up_but_nobody_is_called_up_for_it(stage: Stage) -> None:
    """Assigned to a volunteer, or escalated with a reason; another coordinator may take it over."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    deciding = stage.use_cases.deciding
    order_id = await stage.place("certificates")
    leg_id = f"{order_id}-l1"
    await take(stage, leg_id)
    with pytest.raises(AlreadyTaken):
        await take(stage, leg_id)
    await take(stage, leg_id, by="c-2")
    assert "c-2" == (await stage.dispatch(order_id)).holder_id
    unit = next(one.unit_id for one in stage.rules.units)
    with pytest.raises(TakenInPerson):
        call_up = Decision(leg_id, "c-2", GRID, CallUpUnit(unit=unit))
        await stage.do(stage.use_cases.calling_up.call_up_units, call_up)
    await stage.do(deciding.escalate_legs, Decision(leg_id, "c-2", GRID, EscalateLeg(reason="not mine")))
    assert Holder(role=Role.COORDINATOR, area=GRID, id="c-2") == (await stage.last(matcher.OrderEscalated)).previous
    await stage.do(deciding.take_in_person, Decision(leg_id, "c-3", COUNTY, TakeInPerson()))
    await stage.do(deciding.assign_legs, Decision(leg_id, "c-3", COUNTY, AssignLeg(volunteer="v-1")))
    dispatch = await stage.dispatch(order_id)
    assert (OrderState.ASSIGNED, "v-1") == (dispatch.state, dispatch.holder_id)
