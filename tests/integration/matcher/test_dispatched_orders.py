"""What becomes of a dispatch when its order goes on: cancelled, opened again, closed, leg by leg."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from services.matcher.commands import EscalateLeg, ResolveLeg
from services.matcher.models import Leg
from services.matcher.use_cases.deciding import Decision
from shared.contracts import intake, matcher
from shared.contracts.refusal import TooEarly
from shared.contracts.words import Outcome
from tests.integration.matcher.stage import GRID, NEXT_GRID, Stage, names, volunteer

MEDIATION = "mediation-maoling-east"
MINUTES = timedelta(minutes=1)


async def test_an_order_is_opened_once(stage: Stage) -> None:
    """The same fact again, in one list and later, changes nothing."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    fact = stage.placed()
    use_case = stage.use_cases.dispatching.open_dispatches
    answers = await stage.run(use_case, fact, fact) + await stage.run(use_case, fact)
    assert ([None] * 3, ["offer_made"]) == (answers, names(await stage.heard()))


async def test_a_fact_without_its_predecessor_is_too_early(stage: Stage) -> None:
    """Of an unknown order, and of a known one with a gap; it is applied when its turn comes."""
    fact = stage.placed()
    skipped = stage.following(fact.event.order_id, intake.OrderReviewed, **_verdict(stage))
    cancelled = stage.following(fact.event.order_id, intake.OrderCancelled, cancelled_at=stage.now)
    cancel = stage.use_cases.dispatching.cancel_dispatches
    answers = await stage.run(cancel, cancelled)
    await stage.do(stage.use_cases.dispatching.open_dispatches, fact)
    answers += await stage.run(cancel, cancelled)
    assert [TooEarly, TooEarly] == [type(answer) for answer in answers]
    await stage.do(stage.use_cases.dispatching.pass_by, skipped)
    assert [None] == await stage.run(cancel, cancelled)
    row = await stage.dispatch(fact.event.order_id)
    assert ("cancelled", 3) == (row.state, row.intake_version)


async def test_a_fact_that_was_heard_changes_nothing(stage: Stage) -> None:
    """A version at or below the last one applied is ignored."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    fact = stage.following(order_id, intake.OrderCancelled, cancelled_at=stage.now)
    await stage.run(stage.use_cases.dispatching.cancel_dispatches, fact)
    assert [None] == await stage.run(stage.use_cases.dispatching.cancel_dispatches, fact)
    assert 2 == (await stage.dispatch(order_id)).intake_version


async def test_a_cancelled_order_stops_whatever_runs(stage: Stage) -> None:
    """Open offers are withdrawn, assignments released, the volunteer may hold others; later facts are not applied."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    offered, taken = await stage.place(), await stage.place()
    made = [fact for fact in await stage.heard() if fact.order_id == taken]
    await stage.accept(made[0])
    held = (await stage.volunteer(made[0].volunteer_id)).held
    await stage.cancel(offered)
    await stage.cancel(taken)
    await stage.amend(taken, None)
    row = await stage.dispatch(taken)
    assert ["withdrawn"] == list((await stage.offer_states(offered)).values())
    assert [(made[0].volunteer_id, "released")] == await stage.assignment_states(taken)
    assert (1, 0) == (held, (await stage.volunteer(made[0].volunteer_id)).held)
    assert ("cancelled", None, "none", 3) == (row.state, row.holder_role, row.next_step, row.intake_version)
    assert ["leg_assigned"] == names(await stage.heard())


async def test_a_reopened_order_is_not_offered_to_who_served_it(stage: Stage) -> None:
    """A new round with a further leg; its clock is the one intake told."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    order_id = await stage.place()
    assert "v-1" == await stage.served(order_id)
    await stage.heard()
    await stage.reopen(order_id)
    (made,) = await stage.heard()
    assert ("v-2", f"{order_id}-r2", 6) == (made.volunteer_id, made.leg_id, made.version)
    assert "v-2" == await stage.served(order_id)
    await stage.reopen(order_id)
    assert "no_holder" == (await stage.last(matcher.OrderEscalated)).reason
    row = await stage.dispatch(order_id)
    rounds = await stage.all(select(Leg).order_by(col(Leg.position)))
    assert (3, [1, 2, 3]) == (row.round, [leg.round for leg in rounds])


async def test_who_served_comes_again_where_the_resident_wants_them(stage: Stage) -> None:
    """Asked first, as somebody they know; the round after, not any more, unless they are wanted again."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID))
    order_id = await stage.place()
    asked = [await stage.served(order_id)]
    for same_people in (True, False):
        await stage.reopen(order_id, same_people=same_people)
        asked.append(await stage.served(order_id))
    assert ["v-1", "v-1", "v-2"] == asked


async def test_a_reopened_order_begins_at_the_lowest_rung(stage: Stage) -> None:
    """However far it had climbed before it was served."""
    order_id = await stage.place("certificates")
    above = EscalateLeg(reason="too hard for the grid")
    await stage.do(stage.use_cases.deciding.escalate_legs, Decision(f"{order_id}-l1", "c-1", GRID, above))
    higher = (await stage.dispatch(order_id)).desk_area
    decision = Decision(f"{order_id}-l1", "c-0", higher, ResolveLeg(report="ready to collect"))
    await stage.do(stage.use_cases.deciding.resolve_legs, decision)
    await stage.reopen(order_id)
    assert (True, GRID) == (higher != GRID, (await stage.dispatch(order_id)).desk_area)


async def test_what_no_post_serves_comes_to_the_coordinator_again_when_reopened(stage: Stage) -> None:
    """Nobody is asked about papers, in the second round either."""
    order_id = await stage.place("certificates")
    decision = Decision(f"{order_id}-l1", "c-1", GRID, ResolveLeg(report="ready to collect"))
    await stage.do(stage.use_cases.deciding.resolve_legs, decision)
    await stage.reopen(order_id)
    heard = await stage.heard()
    assert ["order_escalated", "leg_completed", "order_done", "order_escalated"] == names(heard)
    assert "served_by" == heard[-1].reason


async def test_a_closed_order_is_over(stage: Stage) -> None:
    """Nobody holds it, nothing is due, and it publishes nothing more."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    await stage.served(order_id)
    reviewed = stage.following(order_id, intake.OrderReviewed, **_verdict(stage))
    await stage.do(stage.use_cases.dispatching.pass_by, reviewed)
    before = (await stage.dispatch(order_id)).state
    fact = stage.following(order_id, intake.OrderClosed, outcome=Outcome.FIXED, closed_at=stage.now)
    await stage.do(stage.use_cases.dispatching.close_dispatches, fact)
    row = await stage.dispatch(order_id)
    assert ("done", "closed", None, 3) == (before, row.state, row.holder_role, row.intake_version)
    assert "order_done" == names(await stage.heard())[-1]


async def test_legs_are_served_in_sequence(stage: Stage) -> None:
    """The second leg is offered when the first is served, with a dispatch clock of its own; then the order is done."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION))
    order_id = await stage.place(legs=2)
    await stage.served(order_id)
    first = await stage.heard()
    assert ["offer_made", "leg_assigned", "leg_started", "leg_completed", "offer_made"] == names(first)
    assert [f"{order_id}-l1", f"{order_id}-l2"] == [first[0].leg_id, first[-1].leg_id]
    assert stage.now + 240 * MINUTES == first[-1].due_at
    await stage.served(order_id)
    assert ["leg_assigned", "leg_started", "leg_completed", "order_done"] == names(await stage.heard())


async def test_every_place_of_a_leg_is_filled_and_served(stage: Stage) -> None:
    """Two places: two people are asked at once; the order is assigned, and done, when both are."""
    stage.asking(2)
    await stage.enrol(*(volunteer(f"v-{number}", MEDIATION) for number in range(3)))
    order_id = await stage.place(headcount=2)
    one, two = await stage.heard()
    states = []
    first = await stage.accept(one)
    states.append((await stage.dispatch(order_id)).state)
    second = await stage.accept(two)
    states.append((await stage.dispatch(order_id)).state)
    for held, made in ((first, one), (second, two)):
        await stage.start(held, made.volunteer_id)
        await stage.complete(held, made.volunteer_id)
        states.append((await stage.dispatch(order_id)).state)
    assert ["offered", "assigned", "under_way", "done"] == states
    versions = [fact.version for fact in await stage.heard()]
    assert list(range(3, 3 + len(versions))) == versions


async def test_facts_carry_the_orders_own_trace(stage: Stage) -> None:
    """Offer to done is one journey: what matcher publishes continues the trace of the order."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    fact = stage.placed()
    async with stage.units() as uow:
        await stage.use_cases.dispatching.open_dispatches(uow, [fact])
        assert [fact.traceparent] == [recorded.traceparent for recorded in uow.recorded]


def _verdict(stage: Stage) -> dict[str, object]:
    return {"outcome": Outcome.FIXED, "rating": 5, "reviewed_at": stage.now}
