"""Volunteers serve: start, complete, hand back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.matcher.models import Assignment
from services.matcher.policies.acceptance import AlreadyStarted, AssignmentEnded, NotStarted
from services.matcher.use_cases.serving import Start
from shared.contracts import matcher
from shared.contracts.refusal import NotFound
from shared.contracts.words import Holder, NextStep, Role, Window
from tests.integration.matcher.stage import GRID, NEXT_GRID, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
HOUR = timedelta(hours=1)


async def taken(stage: Stage, **more: Any) -> tuple[str, str, str]:
    """An order that somebody has: its id, the assignment's, the volunteer's."""
    order_id = await stage.place(**more)
    offer = await stage.last(matcher.OfferMade)
    assignment_id = await stage.accept(offer)
    await stage.heard()
    return order_id, assignment_id, offer.volunteer_id


async def test_setting_out_keeps_the_due_time(stage: Stage) -> None:
    """Under way, the same volunteer holds it, by the same time, and completes next."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id, assignment_id, who = await taken(stage)
    due_at = (await stage.dispatch(order_id)).due_at
    stage.later(hours=1)
    await stage.start(assignment_id, who)
    (started,) = await stage.heard()
    assert ("leg_started", NextStep.COMPLETE, due_at) == (started.name, started.next_step, started.due_at)
    assert Holder(role=Role.VOLUNTEER, area=GRID, id="v-1") == started.holder
    with pytest.raises(AlreadyStarted):
        await stage.start(assignment_id, who)


async def test_the_last_completed_leg_hands_the_order_to_the_resident(stage: Stage) -> None:
    """The holder changes with the last fact; the resident reviews until the review clock ends; minutes are credited."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id, assignment_id, who = await taken(stage)
    await stage.start(assignment_id, who)
    stage.later(minutes=50)
    await stage.complete(assignment_id, who)
    _, completed, done = await stage.heard()
    assert (["leg_completed", "order_done"], who) == (names([completed, done]), completed.volunteer_id)
    review_due = stage.now + timedelta(minutes=4320)
    assert (Role.VOLUNTEER, NextStep.COMPLETE) == (completed.holder.role, completed.next_step)
    assert (Role.RESIDENT, review_due, NextStep.REVIEW) == (done.holder.role, done.due_at, done.next_step)
    person = await stage.volunteer(who)
    assert ("done", 0, 50) == ((await stage.dispatch(order_id)).state, person.held, person.served_minutes)


async def test_the_report_is_sealed_and_told_minutes_count(stage: Stage) -> None:
    """Only the vault opens the report, and no event carries it."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id, assignment_id, who = await taken(stage)
    await stage.start(assignment_id, who)
    await stage.complete(assignment_id, who, minutes=35)
    (row,) = await stage.all(select(Assignment))
    assert b"settled" not in row.report
    assert ("settled", 35) == (stage.vault.open(order_id, row.report), (await stage.volunteer(who)).served_minutes)
    assert not any("settled" in fact.model_dump_json() for fact in await stage.heard())


async def test_what_was_not_started_cannot_be_completed(stage: Stage) -> None:
    """Complete before start is refused and changes nothing."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id, assignment_id, who = await taken(stage)
    with pytest.raises(NotStarted):
        await stage.complete(assignment_id, who)
    assert ([], [(who, "assigned")], 1) == (
        await stage.heard(),
        await stage.assignment_states(order_id),
        (await stage.volunteer(who)).held,
    )


async def test_anothers_assignment_does_not_exist(stage: Stage) -> None:
    """Not to start, not to complete, not to hand back."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
    _, assignment_id, _ = await taken(stage)
    for verb in (stage.start, stage.complete, stage.hand_back):
        with pytest.raises(NotFound):
            await verb(assignment_id, "v-2")


async def test_a_hand_back_asks_the_next_holder_and_the_clock_keeps_running(stage: Stage) -> None:
    """The coordinator answers for it meanwhile; who gave it back is not asked again."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    order_id, assignment_id, who = await taken(stage)
    due_at = (await stage.dispatch(order_id)).due_at
    stage.later(hours=2)
    await stage.hand_back(assignment_id, who)
    back, made = await stage.heard()
    assert (["leg_handed_back", "offer_made"], "unwell") == (names([back, made]), back.reason)
    assert (Role.COORDINATOR, due_at, NextStep.OFFER) == (back.holder.role, back.due_at, back.next_step)
    assert ("v-2", due_at, 2) == (made.volunteer_id, made.due_at, made.wave)
    assert (0, [(who, "handed_back")]) == (
        (await stage.volunteer(who)).held,
        await stage.assignment_states(order_id),
    )
    with pytest.raises(AssignmentEnded):
        await stage.complete(assignment_id, who)


async def test_free_words_at_a_hand_back_stay_in_the_vault(stage: Stage) -> None:
    """The event says "other"; the words are sealed under the order's id."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id, assignment_id, who = await taken(stage)
    await stage.hand_back(assignment_id, who, "the neighbour is my landlord")
    assert "other" == (await stage.last(matcher.LegHandedBack)).reason
    (row,) = await stage.all(select(Assignment))
    assert "the neighbour is my landlord" == stage.vault.open(order_id, row.note)


async def test_the_second_hand_back_of_a_leg_brings_it_to_the_coordinator(stage: Stage) -> None:
    """Although a third holder could still be asked (mission.md, pairing rule 6)."""
    await stage.enrol(*(volunteer(f"v-{number}", MEDIATION) for number in range(3)))
    await stage.place()
    for _ in range(2):
        offer = await stage.last(matcher.OfferMade)
        await stage.hand_back(await stage.accept(offer), offer.volunteer_id)
    heard = await stage.heard()
    assert ["leg_handed_back", "order_escalated"] == names(heard[-2:])
    assert ("hand_back", stage.now + timedelta(days=1)) == (heard[-1].reason, heard[-1].due_at)


async def test_two_different_orders_are_moved_in_one_list(stage: Stage) -> None:
    """One refusal in a list harms nobody: the others are answered."""
    await stage.enrol(volunteer("v-1", MEDIATION, capacity=3))
    first, second = await taken(stage), await taken(stage)
    await stage.start(first[1], "v-1")
    starts = [Start(assignment_id, who) for _, assignment_id, who in (first, second)]
    answers = await stage.run(stage.use_cases.serving.start_assignments, *starts)
    assert (AlreadyStarted, second[1]) == (type(answers[0]), answers[1])


async def test_a_window_bounds_whom_a_hand_back_may_reach(stage: Stage) -> None:
    """With less of the window left than the service takes, nobody is free any more: the coordinator decides."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION))
    stage.asking(1)
    window = Window(from_=stage.now, to=stage.now + 3 * HOUR)
    _, assignment_id, who = await taken(stage, window=window)
    stage.later(hours=2)  # a mediation takes 90 minutes
    await stage.hand_back(assignment_id, who)
    back, escalated = await stage.heard()
    assert ("leg_handed_back", "no_holder") == (back.name, escalated.reason)
