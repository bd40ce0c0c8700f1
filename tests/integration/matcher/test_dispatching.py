"""Hearing intake: dispatches are opened, paired, ended and run again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from services.matcher.models import Leg, Wave
from services.matcher.policies.policy import Policy
from services.matcher.use_cases import UseCases
from shared.community.hours import WeekHours
from shared.contracts.words import Holder, NextStep, Role, Window
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, AskMany, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
MINUTES = timedelta(minutes=1)


async def test_a_placed_order_is_offered_to_the_best_holder(stage: Stage) -> None:
    """The nearest eligible holder is asked; the grid's coordinator is answerable until the dispatch clock ends."""
    await stage.enrol(volunteer("v-far", MEDIATION, home=NEXT_GRID), volunteer("v-near", MEDIATION), volunteer("v-no"))
    order_id = await stage.place()
    (made,) = await stage.heard()
    assert ("offer_made", 1, "v-near", 1) == (made.name, made.version, made.volunteer_id, made.wave)
    assert (Holder(role=Role.COORDINATOR, area=GRID), NextStep.ACCEPT) == (made.holder, made.next_step)
    assert (stage.now + 240 * MINUTES, stage.now + 30 * MINUTES) == (made.due_at, made.expires_at)
    row = await stage.dispatch(order_id)
    assert ("offered", 1, 1, "grid") == (row.state, row.version, row.intake_version, row.tier)
    assert [(1, made.expires_at)] == [(wave.number, wave.ends_at) for wave in await stage.all(select(Wave))]
    assert stage.now == (await stage.volunteer("v-near")).asked_at


async def test_an_offer_ends_no_later_than_the_dispatch_clock(stage: Stage) -> None:
    """An order with ten minutes left is offered for ten minutes."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    await stage.place(due_minutes=10)
    (made,) = await stage.heard()
    assert stage.now + 10 * MINUTES == made.expires_at


async def test_without_an_eligible_holder_the_grids_coordinator_decides(stage: Stage) -> None:
    """Nobody to ask: the order is on a desk at once, with that urgency's tier clock."""
    await stage.enrol(volunteer("v-1", "safety-maoling-east-g1"))
    order_id = await stage.place()
    (escalated,) = await stage.heard()
    assert ("order_escalated", "no_holder", "grid") == (escalated.name, escalated.reason, escalated.tier)
    assert (Holder(role=Role.COORDINATOR, area=GRID), NextStep.DECIDE) == (escalated.holder, escalated.next_step)
    assert stage.now + timedelta(days=1) == escalated.due_at
    assert "escalated" == (await stage.dispatch(order_id)).state


@pytest.mark.parametrize("service", ["certificates", "stray_dogs", "lift_fault", "haircut"])
async def test_what_no_post_serves_comes_to_the_coordinator_at_once(stage: Stage, service: str) -> None:
    """Staff, departments, the property firm and merchants are the coordinator's to arrange."""
    order_id = await stage.place(service)
    (escalated,) = await stage.heard()
    tier = stage.rules.clocks.of(stage.rules.services_by_code[service].urgency).tier
    assert ("served_by", stage.now + tier) == (escalated.reason, escalated.due_at)
    assert stage.rules.services_by_code[service].served_by.value == (await stage.dispatch(order_id)).served_by


async def test_in_a_hot_spot_those_whom_others_leave_nobody_look_further(stage: Stage) -> None:
    """Seven orders at once, each of which weighs two people, and the same two: everybody is asked who can be."""
    rules = replace(stage.rules, pairing=stage.rules.pairing.model_copy(update={"candidates": 2}))
    stage.use_cases = UseCases(rules, stage.vault, stage.writer, Policy(AskMany(1), rules.pairing.weights, draws=False))
    near = [volunteer(f"n-{number:02}", MEDIATION, capacity=1) for number in range(2)]
    far = [volunteer(f"f-{number:02}", MEDIATION, home=NEXT_GRID, capacity=1) for number in range(2)]
    await stage.enrol(*near, *far)
    async with stage.units() as uow:
        await stage.use_cases.dispatching.open_dispatches(uow, [stage.placed() for _ in range(7)])
    heard = await stage.heard()
    assert ["offer_made"] * 4 == names(heard)
    assert {row.volunteer_id for row in (*near, *far)} == {made.volunteer_id for made in heard}


async def test_nobody_is_asked_while_at_work(stage: Stage) -> None:
    """A volunteer is asked only at a free hour; the on-duty switch wins."""
    mornings = WeekHours.parse("daily 8-12")
    await stage.enrol(volunteer("v-busy", MEDIATION, hours=mornings))
    await stage.place()
    await stage.enrol(volunteer("v-duty", MEDIATION, hours=mornings, on_duty=True, home=NEXT_GRID))
    await stage.place()
    heard = await stage.heard()
    assert ["order_escalated", "offer_made"] == names(heard)
    assert "v-duty" == heard[1].volunteer_id


async def test_an_unvetted_holder_is_not_asked(stage: Stage) -> None:
    """Mediation demands vetting; safety does not."""
    posts = (MEDIATION, "safety-maoling-east-g1")
    await stage.enrol(volunteer("v-1", *posts, vetted=False))
    await stage.place("neighbour_dispute")
    await stage.place("fire_check")
    assert ["order_escalated", "offer_made"] == names(await stage.heard())


async def test_any_member_serves_an_open_post(stage: Stage) -> None:
    """Sweeping asks the nearest member, whatever posts they hold."""
    await stage.enrol(volunteer("v-far", home=FAR_GRID), volunteer("v-near"))
    await stage.place("sweeping")
    (made,) = await stage.heard()
    assert "v-near" == made.volunteer_id


async def test_a_list_of_orders_is_paired_with_its_own_loads_in_few_queries(stage: Stage) -> None:
    """256 orders in one transaction: each of 130 people is asked about one of them, the others are looked at again
    later, and the queries do not grow with the list.
    """
    await stage.enrol(*(volunteer(f"v-{number:03}", capacity=2) for number in range(130)))
    facts = [stage.placed("sweeping") for _ in range(256)]
    statements: list[str] = []
    listening = stage.database.engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(listening, "before_cursor_execute", note)
    answers = await stage.run(stage.use_cases.dispatching.open_dispatches, *facts)
    event.remove(listening, "before_cursor_execute", note)
    heard = await stage.heard()
    asked = [made.volunteer_id for made in heard]
    assert ([None] * 256, {"offer_made"}) == (answers, set(names(heard)))
    assert (130, {1}) == (len(asked), {asked.count(one) for one in set(asked)})
    waiting = await stage.all(select(Leg).where(col(Leg.ask_at).is_not(None)))
    assert 126 == len(waiting)
    assert 40 > len(statements), statements


async def test_somebody_far_is_found_when_everybody_near_is_busy(stage: Stage) -> None:
    """A whole grid of busy neighbours hides nobody; what the list has asked already still counts."""
    never = WeekHours(0)
    near = [volunteer(f"v-{number:02}", hours=never) for number in range(40)]
    await stage.enrol(*near, volunteer("v-free", capacity=1), volunteer("v-far", home=FAR_GRID, capacity=1))
    facts = [stage.placed("sweeping") for _ in range(3)]
    await stage.run(stage.use_cases.dispatching.open_dispatches, *facts)
    heard = await stage.heard()
    assert (["offer_made"] * 2, {"v-free", "v-far"}) == (names(heard), {made.volunteer_id for made in heard})


async def test_what_a_list_cannot_pair_waits_for_those_who_are_asked(stage: Stage) -> None:
    """One volunteer, three orders: one is asked about, the others are looked at again before their clocks run out."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    facts = [stage.placed() for _ in range(3)]
    await stage.run(stage.use_cases.dispatching.open_dispatches, *facts)
    assert ["offer_made"] == names(await stage.heard())
    looks = [leg.ask_at for leg in await stage.all(select(Leg)) if leg.ask_at is not None]
    assert [stage.now + 10 * MINUTES] * 2 == looks
    stage.later(minutes=10)
    legs = [leg.leg_id for leg in await stage.all(select(Leg)) if leg.ask_at is not None]
    await stage.run(stage.use_cases.pairing.look_again, *legs)
    assert ["offer_made"] == names(await stage.heard())  # the capacity of two


async def test_two_orders_in_the_same_window_are_two_peoples(stage: Stage) -> None:
    """Within one list too: an open offer for a window keeps the volunteer from a second one."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION))
    window = Window(from_=stage.now + 60 * MINUTES, to=stage.now + 180 * MINUTES)
    facts = [stage.placed(window=window) for _ in range(3)]
    await stage.run(stage.use_cases.dispatching.open_dispatches, *facts)
    heard = await stage.heard()
    assert (["offer_made"] * 2, {"v-1", "v-2"}) == (names(heard), {made.volunteer_id for made in heard})


async def test_what_looks_like_spam_is_on_a_desk_before_anybody_is_asked(stage: Stage) -> None:
    """Its coordinator has to decide, by the tier clock; the order beside it is asked about."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION))
    fact = stage.placed()
    looked_at = replace(fact, event=fact.event.model_copy(update={"review": True}))
    opening = stage.use_cases.dispatching.open_dispatches
    await stage.do(opening, looked_at)
    await stage.do(opening, stage.placed())
    escalated, made = await stage.heard()
    assert ("order_escalated", "look_first", "offer_made") == (escalated.name, escalated.reason, made.name)
    assert (Holder(role=Role.COORDINATOR, area=GRID), stage.now + timedelta(days=1)) == (
        escalated.holder,
        escalated.due_at,
    )
    row = await stage.dispatch(fact.event.order_id)
    assert ("escalated", NextStep.DECIDE) == (row.state, row.next_step)
