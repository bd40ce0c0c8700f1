"""Coordinators decide about what is on their desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.matcher.commands import AssignLeg, EscalateLeg, ResolveLeg
from services.matcher.models import Assignment, Leg
from services.matcher.policies.acceptance import (
    AlreadyAssigned,
    AssignmentEnded,
    CapacityReached,
    HeldByVolunteer,
    LegServed,
    NotItsTurn,
    WindowTaken,
)
from services.matcher.policies.ladder import TopOfLadder
from services.matcher.use_cases.deciding import Decision
from shared.contracts import matcher
from shared.contracts.refusal import NotFound
from shared.contracts.words import Holder, NextStep, Role, Window
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
COUNTY = "qindu"
HOUR = timedelta(hours=1)


async def assign(stage: Stage, leg_id: str, who: str, area: str = GRID) -> str:
    """A coordinator gives a leg to somebody; returns the assignment's id."""
    decision = Decision(leg_id, "c-1", area, AssignLeg(volunteer=who))
    answer: str = await stage.do(stage.use_cases.deciding.assign_legs, decision)
    return answer


async def resolve(stage: Stage, leg_id: str, area: str = GRID) -> None:
    """A coordinator settles a leg in person."""
    decision = Decision(leg_id, "c-1", area, ResolveLeg(report="spoke with both"))
    await stage.do(stage.use_cases.deciding.resolve_legs, decision)


async def escalate(stage: Stage, leg_id: str, area: str = GRID) -> None:
    """A coordinator passes an order up."""
    decision = Decision(leg_id, "c-1", area, EscalateLeg(reason="needs the whole community"))
    await stage.do(stage.use_cases.deciding.escalate_legs, decision)


async def test_a_coordinator_assigns_somebody_who_holds_no_post(stage: Stage) -> None:
    """Any volunteer of the area; the fact says whose choice it was."""
    await stage.enrol(volunteer("v-1"))
    order_id = await stage.place()
    await stage.heard()
    assignment_id = await assign(stage, f"{order_id}-l1", "v-1")
    (given,) = await stage.heard()
    assert ("leg_assigned", "coordinator", assignment_id) == (given.name, given.by, given.assignment_id)
    assert (Holder(role=Role.VOLUNTEER, area=GRID, id="v-1"), NextStep.START) == (given.holder, given.next_step)
    assert (1, stage.now + 24 * HOUR) == ((await stage.volunteer("v-1")).held, given.due_at)
    await stage.start(assignment_id, "v-1")
    await stage.complete(assignment_id, "v-1")
    assert "done" == (await stage.dispatch(order_id)).state


async def test_a_coordinator_settles_an_order_in_person(stage: Stage) -> None:
    """Completed without an assignment, then done; the report is sealed."""
    order_id = await stage.place("certificates")
    await stage.heard()
    await resolve(stage, f"{order_id}-l1")
    completed, done = await stage.heard()
    assert (["leg_completed", "order_done"], None, None) == (
        names([completed, done]),
        completed.assignment_id,
        completed.volunteer_id,
    )
    (leg,) = await stage.all(select(Leg))
    assert ("completed", "c-1", "spoke with both") == (
        leg.state,
        leg.resolved_by,
        stage.vault.open(order_id, leg.report),
    )


async def test_while_offers_run_the_coordinator_may_decide(stage: Stage) -> None:
    """The coordinator is answerable: deciding withdraws the open offers."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    one, two = await stage.place(), await stage.place()
    await assign(stage, f"{one}-l1", "v-2")
    await resolve(stage, f"{two}-l1")
    assert [{"v-1": "withdrawn"}] * 2 == [await stage.offer_states(order_id) for order_id in (one, two)]


async def test_what_a_volunteer_holds_is_not_on_the_desk(stage: Stage) -> None:
    """Until its due time has passed, the volunteer is left alone."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    order_id = await stage.place()
    await stage.accept(await stage.last(matcher.OfferMade))
    for decide in (lambda: assign(stage, f"{order_id}-l1", "v-2"), lambda: resolve(stage, f"{order_id}-l1")):
        with pytest.raises(HeldByVolunteer):
            await decide()


async def test_assigning_releases_who_let_the_time_pass(stage: Stage) -> None:
    """The first volunteer's assignment stays active until then, and ends with the coordinator's choice."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    order_id = await stage.place()
    late = await stage.accept(await stage.last(matcher.OfferMade))
    stage.later(hours=24)
    await stage.climb(order_id)
    assert [("v-1", "assigned")] == await stage.assignment_states(order_id)
    await assign(stage, f"{order_id}-l1", "v-2")
    assert [("v-1", "released"), ("v-2", "assigned")] == await stage.assignment_states(order_id)
    assert [0, 1] == [(await stage.volunteer(who)).held for who in ("v-1", "v-2")]
    with pytest.raises(AssignmentEnded):
        await stage.start(late, "v-1")


async def test_the_late_volunteer_may_be_given_more_time(stage: Stage) -> None:
    """Assigning the same person again counts them once, even at capacity and in the same window."""
    await stage.enrol(volunteer("v-1", MEDIATION, capacity=1))
    order_id = await stage.place()
    await stage.accept(await stage.last(matcher.OfferMade))
    stage.later(hours=24)
    await stage.climb(order_id)
    await assign(stage, f"{order_id}-l1", "v-1")
    assert [("v-1", "released"), ("v-1", "assigned")] == await stage.assignment_states(order_id)
    assert 1 == (await stage.volunteer("v-1")).held


async def test_resolving_ends_the_late_assignment_and_names_it(stage: Stage) -> None:
    """The fact carries the ended assignment's id, and no volunteer: it was the coordinator who served."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    late = await stage.accept(await stage.last(matcher.OfferMade))
    stage.later(hours=24)
    await stage.climb(order_id)
    await resolve(stage, f"{order_id}-l1")
    completed = await stage.last(matcher.LegCompleted)
    assert (late, None) == (completed.assignment_id, completed.volunteer_id)
    assert ([("v-1", "released")], 0) == (
        await stage.assignment_states(order_id),
        (await stage.volunteer("v-1")).held,
    )


async def test_capacity_and_windows_hold_for_coordinators_too(stage: Stage) -> None:
    """A refused choice changes nothing: the late volunteer keeps the assignment."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-full", capacity=1), volunteer("v-busy", capacity=5))
    windows = [Window(from_=stage.now + n * HOUR, to=stage.now + (n + 2) * HOUR) for n in (1, 2)]
    first, second = [await stage.place("certificates", window=window) for window in windows]
    await assign(stage, f"{first}-l1", "v-busy")
    with pytest.raises(WindowTaken):
        await assign(stage, f"{second}-l1", "v-busy")
    full, late = await stage.place("certificates"), await stage.place()
    await assign(stage, f"{full}-l1", "v-full")
    await stage.accept(await stage.last(matcher.OfferMade))
    stage.later(hours=24)
    await stage.climb(late)
    with pytest.raises(CapacityReached):
        await assign(stage, f"{late}-l1", "v-full")
    assert ([("v-1", "assigned")], 1) == (await stage.assignment_states(late), (await stage.volunteer("v-1")).held)


@pytest.mark.parametrize(
    ("who", "area"),
    [("v-far", GRID), ("v-nobody", GRID), ("v-1", NEXT_GRID), ("v-1", FAR_GRID)],
    ids=["volunteer of another area", "unknown volunteer", "neighbouring grid", "another community"],
)
async def test_what_is_not_in_the_area_does_not_exist(stage: Stage, who: str, area: str) -> None:
    """Neither a volunteer from elsewhere, nor an order of another coordinator."""
    await stage.enrol(volunteer("v-1"), volunteer("v-far", home=FAR_GRID))
    order_id = await stage.place("certificates")
    with pytest.raises(NotFound):
        await assign(stage, f"{order_id}-l1", who, area)


async def test_a_coordinator_above_decides_below(stage: Stage) -> None:
    """The county's coordinator may take any order of the county, and any volunteer."""
    await stage.enrol(volunteer("v-far", home=FAR_GRID))
    order_id = await stage.place("certificates")
    await assign(stage, f"{order_id}-l1", "v-far", COUNTY)
    assert [("v-far", "assigned")] == await stage.assignment_states(order_id)


async def test_passing_it_up_brings_it_to_the_next_tier(stage: Stage) -> None:
    """The reason stays with the coordinators, sealed; the tier below no longer has it on its desk."""
    order_id = await stage.place("certificates")
    await stage.heard()
    await escalate(stage, f"{order_id}-l1")
    (up,) = await stage.heard()
    assert ("community", "coordinator", "maoling-east") == (up.tier, up.reason, up.holder.area)
    assert stage.now + timedelta(days=1) == up.due_at
    note = (await stage.dispatch(order_id)).note
    assert note is not None
    assert "needs the whole community" == stage.vault.open(order_id, note)
    with pytest.raises(NotFound):
        await resolve(stage, f"{order_id}-l1")
    await resolve(stage, f"{order_id}-l1", "maoling-east")
    assert "done" == (await stage.dispatch(order_id)).state


async def test_nobody_is_above_the_county(stage: Stage) -> None:
    """The top may not pass it up."""
    order_id = await stage.place("certificates")
    for area in (GRID, "maoling-east", "maquan"):
        await escalate(stage, f"{order_id}-l1", area)
    with pytest.raises(TopOfLadder):
        await escalate(stage, f"{order_id}-l1", COUNTY)


async def test_a_leg_is_decided_about_once_and_in_its_turn(stage: Stage) -> None:
    """Not after it was served, not before the one it follows, not after the order has ended."""
    await stage.enrol()
    order_id = await stage.place(legs=2)
    with pytest.raises(NotItsTurn):
        await resolve(stage, f"{order_id}-l2")
    await resolve(stage, f"{order_id}-l1")
    with pytest.raises(LegServed):
        await resolve(stage, f"{order_id}-l1")
    assert ["order_escalated", "leg_completed", "order_escalated"] == names(await stage.heard())
    await stage.cancel(order_id)
    with pytest.raises(LegServed):
        await resolve(stage, f"{order_id}-l2")


async def test_two_decisions_in_one_list_have_one_effect(stage: Stage) -> None:
    """Two coordinators press at the same time: the first wins, the second hears why not."""
    order_id = await stage.place("certificates")
    decisions: list[Decision[Any]] = [
        Decision(f"{order_id}-l1", who, GRID, ResolveLeg(report="done")) for who in ("c-1", "c-2")
    ]
    answers = await stage.run(stage.use_cases.deciding.resolve_legs, *decisions)
    assert (order_id, LegServed) == (answers[0], type(answers[1]))


async def test_one_person_takes_one_place_of_a_leg(stage: Stage) -> None:
    """Two places need two people; the leg stays on the desk until both are taken."""
    await stage.enrol(volunteer("v-1"), volunteer("v-2"))
    order_id = await stage.place(headcount=2)
    await assign(stage, f"{order_id}-l1", "v-1")
    with pytest.raises(AlreadyAssigned):
        await assign(stage, f"{order_id}-l1", "v-1")
    before = (await stage.dispatch(order_id)).state
    await assign(stage, f"{order_id}-l1", "v-2")
    places = [one.place for one in await stage.all(select(Assignment).order_by(col(Assignment.place)))]
    assert ("escalated", "assigned", [1, 2]) == (before, (await stage.dispatch(order_id)).state, places)
