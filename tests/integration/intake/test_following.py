"""Following the dispatch: every fact in every state, each once, in order, late or never."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from services.intake.app import Intake
from services.intake.policies.lifecycle import FINAL, STATE_AFTER, may_become
from services.intake.repository import Unit
from services.intake.use_cases.placing import NewOrder
from shared.contracts.envelope import Fact
from shared.contracts.refusal import Refusal, TooEarly
from shared.contracts.words import NextStep, OrderState
from tests.integration.intake.dispatch import AT, HOLDS, Dispatch, event_of
from tests.integration.intake.running import Place

NEW = NewOrder(service="homework", area="east-g1", details="", contact=None)
ROW = "SELECT state, holder_role, next_step, dispatch_version, entries FROM orders WHERE order_id = :id"


@pytest.fixture
async def intake(place: Place) -> AsyncIterator[Intake]:
    """Intake's writer at work."""
    async with place.writing() as intake:
        yield intake


async def placed(intake: Intake, place: Place) -> Dispatch:
    """The dispatch of a new order."""
    answer = await intake.machinery.writer.do(intake.use_cases.placing.place_orders, NEW)
    return await Dispatch.of(intake, place, answer.order.order_id)


async def in_state(intake: Intake, place: Place, state: OrderState) -> Dispatch:
    """The dispatch of an order that is in this state."""
    dispatch = await placed(intake, place)

    async def put(uow: Unit, states: Sequence[OrderState]) -> list[Refusal | None]:
        (order,) = (await uow.repository.orders([dispatch.order_id])).values()
        order.state = states[0].value
        return [None]

    await intake.machinery.writer.do(put, state)
    return dispatch


async def test_every_fact_in_every_state_does_what_the_table_says(intake: Intake, place: Place) -> None:
    """Every fact in each state: a legal one moves the order and its holder, any other is only recorded; an order that
    is done is in intake's hands."""
    for state in OrderState:
        for name, following in STATE_AFTER.items():
            dispatch = await in_state(intake, place, state)
            await dispatch.tell(name)
            applies = state not in FINAL and (following is None or may_become(state, following))
            after = (following or state) if applies else state
            moves = applies and state is not OrderState.DONE
            holder, step = HOLDS[name] if moves else (HOLDS["order_escalated"][0], "offer")
            ((now, role, next_step, version, entries),) = await place.rows(ROW, id=dispatch.order_id)
            assert (after.value, holder.role.value, str(step), 1, 2) == (now, role, next_step, version, entries), (
                state,
                name,
            )
            sql = "SELECT kind, applied FROM timeline WHERE order_id = :id AND position = 2"
            ((kind, applied),) = await place.rows(sql, id=dispatch.order_id)
            assert (name, applies) == (kind, bool(applied)), (state, name)


async def test_a_fact_heard_before_changes_nothing(intake: Intake, place: Place) -> None:
    """Duplicates and old versions, even with another content, leave the order as it is."""
    dispatch = await placed(intake, place)
    await dispatch.tell("offer_made", "leg_assigned")
    before = await place.rows(ROW, id=dispatch.order_id)
    for name, version in (("leg_assigned", 2), ("offer_made", 1), ("order_done", 1), ("order_escalated", 2)):
        await dispatch.tell_version(name, version)
    assert before == await place.rows(ROW, id=dispatch.order_id)
    assert 3 == await place.count("timeline")


async def test_a_fact_from_the_future_waits_for_its_predecessor(intake: Intake, place: Place) -> None:
    """A gap is answered with "too early" and leaves no trace; once it is filled, the fact is taken."""
    dispatch = await placed(intake, place)
    await dispatch.tell("offer_made")
    with pytest.raises(TooEarly):
        await dispatch.tell_version("leg_started", 3)
    assert [("offered", "coordinator", "accept", 1, 2)] == await place.rows(ROW, id=dispatch.order_id)
    await dispatch.tell("leg_assigned", "leg_started")
    assert [("under_way", "volunteer", "complete", 3, 4)] == await place.rows(ROW, id=dispatch.order_id)


async def test_a_fact_of_an_order_nobody_knows_is_too_early(intake: Intake) -> None:
    """Its order may still be on the way (a database restored from a backup, say)."""
    stranger = Dispatch(intake, "0193-unknown", "leg-1")
    with pytest.raises(TooEarly):
        await stranger.tell("offer_made")


async def test_one_list_takes_many_orders_facts_in_their_order(intake: Intake, place: Place) -> None:
    """Twenty orders' facts in one list: each order moves through its own, an early one alone is sent back."""
    dispatches = [await placed(intake, place) for _ in range(20)]
    names = ("offer_made", "leg_assigned", "leg_started")
    events = [
        event_of(name, one.order_id, version, one.leg_id)
        for version, name in enumerate(names, start=1)
        for one in dispatches
    ]
    events.append(event_of("order_done", dispatches[0].order_id, 7))
    facts = [Fact(f"e-{number}", AT, event) for number, event in enumerate(events)]
    do = intake.machinery.writer.do
    answers = await asyncio.gather(
        *(do(intake.use_cases.following.follow_dispatch, fact) for fact in facts), return_exceptions=True
    )
    assert [None] * 60 == answers[:-1]
    assert isinstance(answers[-1], TooEarly)
    assert [("under_way", 3, 20)] == await place.rows(
        "SELECT state, dispatch_version, count(*) FROM orders GROUP BY state, dispatch_version"
    )


async def test_versions_have_no_gap_whatever_happens(intake: Intake, place: Place) -> None:
    """Each publisher's versions on a timeline count from one without a gap (invariant I7)."""
    dispatch = await placed(intake, place)
    await dispatch.tell("offer_made", "offer_expired", "offer_made", "leg_assigned", "leg_handed_back")
    await dispatch.tell("offer_made", "leg_assigned", "leg_started", "leg_completed", "order_done", "offer_made")
    rows = await place.rows("SELECT source, version, applied FROM timeline ORDER BY position")
    assert list(range(1, 12)) == [version for source, version, _ in rows if source == "matcher"]
    assert [True] * 11 + [False] == [bool(applied) for *_, applied in rows]
    assert [("done", "resident", "review", 11, 12)] == await place.rows(ROW, id=dispatch.order_id)


async def test_a_team_has_the_order_once_it_is_complete(intake: Intake, place: Place) -> None:
    """Who joins an incomplete team is on the timeline and leaves the order offered; the last one makes it assigned;
    a drop-out has it offered again."""
    dispatch = await placed(intake, place)
    states = []
    for step in ("offer_made", "join", "leg_assigned", "leg_handed_back", "offer_made", "leg_assigned", "leg_started"):
        joins = step == "join"
        await (dispatch.tell_next("leg_assigned", NextStep.ACCEPT) if joins else dispatch.tell(step))
        ((state, *_),) = await place.rows(ROW, id=dispatch.order_id)
        states.append(state)
    assert ["offered", "offered", "assigned", "offered", "offered", "assigned", "under_way"] == states
    sql = "SELECT kind, next_step FROM timeline WHERE order_id = :id AND position = 3"
    assert [("leg_assigned", "accept")] == await place.rows(sql, id=dispatch.order_id)


async def test_a_further_leg_has_the_order_offered_again(intake: Intake, place: Place) -> None:
    """One leg was served and another follows: somebody is sought again under the same number, as matcher has it."""
    dispatch = await placed(intake, place)
    await dispatch.tell("offer_made", "leg_assigned", "leg_started")
    await dispatch.tell_next("leg_completed", NextStep.OFFER)
    ((after, *_),) = await place.rows(ROW, id=dispatch.order_id)
    await dispatch.tell("offer_made", "leg_assigned")
    ((later, *_),) = await place.rows(ROW, id=dispatch.order_id)
    assert ("offered", "assigned") == (after, later)


async def test_who_sets_out_alone_does_not_set_the_team_under_way(intake: Intake, place: Place) -> None:
    """While a place is free the order stays offered, and the fact is on the timeline all the same."""
    dispatch = await placed(intake, place)
    await dispatch.tell("offer_made")
    await dispatch.tell_next("leg_assigned", NextStep.ACCEPT)
    await dispatch.tell_next("leg_started", NextStep.ACCEPT)
    ((state, *_),) = await place.rows(ROW, id=dispatch.order_id)
    sql = "SELECT kind, applied FROM timeline WHERE order_id = :id AND position = 4"
    assert ("offered", [("leg_started", 1)]) == (state, await place.rows(sql, id=dispatch.order_id))
