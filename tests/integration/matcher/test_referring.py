"""Departments hold what is referred to them, serve it or hand it back; further legs wait for their turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.matcher.commands import AddLeg, ReferLeg, ResolveLeg, ReturnReason, ReturnReferral
from services.matcher.models import Leg, Referral
from services.matcher.policies.acceptance import LegServed
from services.matcher.policies.referring import DepartmentUnknown, HeldByDepartment, LegUnclear, ReferralOver
from services.matcher.use_cases.deciding import Decision
from services.matcher.use_cases.referring import Reply
from shared.contracts import matcher
from shared.contracts.intake import PlacedLeg
from shared.contracts.refusal import NotFound
from shared.contracts.words import Holder, Role
from tests.integration.matcher.stage import GRID, Stage, names, volunteer
from tests.integration.matcher.test_deciding import resolve

MEDIATION = "mediation-maoling-east"
CITY = "city_management"
TIER = timedelta(minutes=1440)


async def refer(stage: Stage, leg_id: str, department: str = CITY, area: str = GRID) -> str:
    """A coordinator refers a leg; returns the referral's id."""
    decision = Decision(leg_id, "c-1", area, ReferLeg(department=department, note="dogs in the yard"))
    answer: str = await stage.do(stage.use_cases.referring.refer_legs, decision)
    return answer


async def add(stage: Stage, leg_id: str, area: str = GRID, **wish: object) -> str:
    """A coordinator adds a further leg; returns its id."""
    decision = Decision(leg_id, "c-1", area, AddLeg.model_validate(wish))
    answer: str = await stage.do(stage.use_cases.referring.add_legs, decision)
    return answer


async def serve(stage: Stage, referral_id: str, department: str = CITY) -> None:
    """The department has served it."""
    reply = Reply(referral_id, department, ResolveLeg(report="caught"))
    await stage.do(stage.use_cases.referring.resolve_referrals, reply)


async def hand_back(stage: Stage, referral_id: str, department: str = CITY) -> None:
    """The department cannot."""
    reply = Reply(referral_id, department, ReturnReferral(reason=ReturnReason.NOT_OURS))
    await stage.do(stage.use_cases.referring.return_referrals, reply)


async def referrals(stage: Stage) -> list[tuple[str, str | None, str | None]]:
    """Every referral: by whom, how it ended, and the reason."""
    rows = await stage.all(select(Referral).order_by(col(Referral.at), col(Referral.referral_id)))
    return [(row.by, row.ending, row.reason) for row in rows]


async def stray_dogs(stage: Stage) -> str:
    """An order to be mediated first and then served by city management."""
    fact = stage.placed("stray_dogs")
    order_id = fact.event.order_id
    legs = (
        PlacedLeg(leg_id=f"{order_id}-l1", post="mediation"),
        PlacedLeg(leg_id=f"{order_id}-l2", post=None, department=CITY, after=f"{order_id}-l1"),
    )
    fact = stage.fact(fact.event.model_copy(update={"legs": legs}))
    await stage.do(stage.use_cases.dispatching.open_dispatches, fact)
    return str(order_id)


async def test_a_referred_leg_is_held_by_the_department_on_the_tier_clock(stage: Stage) -> None:
    """The state stays escalated; the coordinator can decide nothing meanwhile."""
    order_id = await stage.place("certificates")
    await refer(stage, f"{order_id}-l1")
    told = await stage.last(matcher.OrderReferred)
    assert (CITY, Holder(role=Role.DEPARTMENT, area=GRID, id=CITY), stage.now + TIER, "complete") == (
        told.department, told.holder, told.due_at, told.next_step,
    )  # fmt: skip
    with pytest.raises(HeldByDepartment):
        await resolve(stage, f"{order_id}-l1")
    assert "escalated" == (await stage.dispatch(order_id)).state


async def test_a_department_that_does_not_answer_for_the_area_is_refused(stage: Stage) -> None:
    """Nor is one that does not exist."""
    order_id = await stage.place("lift_fault")
    for unknown in ("property-garden", "nobody"):
        with pytest.raises(DepartmentUnknown):
            await refer(stage, f"{order_id}-l1", unknown)
    await refer(stage, f"{order_id}-l1", "property-maoling")
    assert "property-maoling" == (await stage.dispatch(order_id)).holder_id


async def test_a_departments_own_clock_is_kept(stage: Stage) -> None:
    """The water company has eight hours."""
    order_id = await stage.place("certificates")
    await refer(stage, f"{order_id}-l1", "water")
    assert stage.now + timedelta(hours=8) == (await stage.dispatch(order_id)).due_at


async def test_what_a_department_serves_is_done(stage: Stage) -> None:
    """The fact names the department; another department's referral looks like none."""
    order_id = await stage.place("certificates")
    referral_id = await refer(stage, f"{order_id}-l1")
    with pytest.raises(NotFound):
        await serve(stage, referral_id, "police")
    await stage.heard()
    await serve(stage, referral_id)
    completed, done = await stage.heard()
    assert (CITY, None, "order_done") == (completed.department, completed.volunteer_id, done.name)
    assert [("c-1", "resolved", None)] == await referrals(stage)
    with pytest.raises(ReferralOver):
        await hand_back(stage, referral_id)


async def test_a_hand_back_returns_to_the_desk_it_came_from_and_the_clock_goes_on(stage: Stage) -> None:
    """The coordinator holds the order again, by the same due time."""
    order_id = await stage.place("certificates")
    referral_id = await refer(stage, f"{order_id}-l1")
    due_at = (await stage.dispatch(order_id)).due_at
    stage.later(hours=5)
    await hand_back(stage, referral_id)
    told = await stage.last(matcher.OrderEscalated)
    assert ("returned", Holder(role=Role.COORDINATOR, area=GRID), due_at) == (told.reason, told.holder, told.due_at)
    assert [("c-1", "handed_back", "not_ours")] == await referrals(stage)


async def test_a_department_that_is_late_loses_it_to_the_next_tier(stage: Stage) -> None:
    """The order climbs, as from any desk, and the department can no longer answer."""
    order_id = await stage.place("certificates")
    referral_id = await refer(stage, f"{order_id}-l1")
    stage.later(hours=24)
    await stage.climb(order_id)
    told = await stage.last(matcher.OrderEscalated)
    assert ("clock", "coordinator", "maoling-east") == (told.reason, told.holder.role.value, told.holder.area)
    assert [("c-1", "overdue", None)] == await referrals(stage)
    with pytest.raises(ReferralOver):
        await serve(stage, referral_id)


async def test_a_withdrawn_order_ends_its_referral(stage: Stage) -> None:
    """Nothing stays on the department's desk."""
    order_id = await stage.place("certificates")
    await refer(stage, f"{order_id}-l1")
    await stage.cancel(order_id)
    assert [("c-1", "withdrawn", None)] == await referrals(stage)


async def test_referring_takes_the_leg_from_a_volunteer_who_let_the_time_pass(stage: Stage) -> None:
    """Their assignment ends, and they may hold another."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    await stage.accept(await stage.last(matcher.OfferMade))
    stage.later(hours=24)
    await stage.climb(order_id)
    await refer(stage, f"{order_id}-l1")
    assert [("v-1", "released")] == await stage.assignment_states(order_id)
    assert 0 == (await stage.volunteer("v-1")).held


async def test_mediated_by_a_volunteer_the_dogs_go_to_city_management_by_themselves(stage: Stage) -> None:
    """The second leg is referred when its turn comes; both served, the resident has the order."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stray_dogs(stage)
    await stage.served(order_id)
    facts = await stage.heard()
    assert ["offer_made", "leg_assigned", "leg_started", "leg_completed", "order_referred"] == names(facts)
    await serve(stage, facts[-1].referral_id)
    assert ["leg_completed", "order_done"] == names(await stage.heard())
    assert [("system", "resolved", None)] == await referrals(stage)


async def test_mediated_by_the_coordinator_in_person_the_dogs_go_to_city_management_too(stage: Stage) -> None:
    """Nobody could be asked: the coordinator of the grid settles the first leg."""
    order_id = await stray_dogs(stage)
    await stage.heard()
    await resolve(stage, f"{order_id}-l1")
    completed, referred = await stage.heard()
    assert (None, CITY) == (completed.volunteer_id, referred.department)
    assert ("department", CITY) == ((await stage.dispatch(order_id)).holder_role, referred.holder.id)


async def test_a_further_leg_waits_for_its_turn(stage: Stage) -> None:
    """A coordinator may add one while a volunteer holds the order; it is referred once the first is served."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    leg_id = await add(stage, f"{order_id}-l1", department=CITY)
    (row,) = await stage.all(select(Leg).where(col(Leg.leg_id) == leg_id))
    assert (2, f"{order_id}-l1", CITY) == (row.position, row.after, row.department)
    told = await stage.last(matcher.LegAdded)
    assert (leg_id, "accept") == (told.leg_id, told.next_step)
    await stage.served(order_id)
    assert leg_id == (await stage.last(matcher.OrderReferred)).leg_id


async def test_a_further_leg_for_a_post_is_offered_in_turn(stage: Stage) -> None:
    """Also under a number whose service is no post's."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place("certificates")
    leg_id = await add(stage, f"{order_id}-l1", post="mediation")
    await resolve(stage, f"{order_id}-l1")
    offered = await stage.last(matcher.OfferMade)
    assert ("v-1", leg_id) == (offered.volunteer_id, offered.leg_id)


async def test_a_further_leg_is_for_one_known_holder(stage: Stage) -> None:
    """Neither both, nor none, nor what is unknown; and not once everything is served."""
    order_id = await stage.place("certificates")
    for wish in ({}, {"post": "mediation", "department": CITY}, {"post": "magic"}):
        with pytest.raises(LegUnclear):
            await add(stage, f"{order_id}-l1", **wish)
    with pytest.raises(DepartmentUnknown):
        await add(stage, f"{order_id}-l1", department="nobody")
    await resolve(stage, f"{order_id}-l1")
    with pytest.raises(LegServed):
        await add(stage, f"{order_id}-l1", department=CITY)
