"""Others are concerned in an order: nobody serves their own matter, and nobody is pressed into a mediation."""

from __future__ import annotations

import pytest

from services.matcher.use_cases.recusing import Parties
from shared.contracts import intake
from shared.contracts.words import NextStep, Part, Role
from tests.integration.matcher.stage import Stage, volunteer

MEDIATION = "mediation-maoling-east"


async def answer(stage: Stage, order_id: str, *, agrees: bool) -> None:
    """Have matcher hear what the other side says."""
    fields = {"resident_id": "r-1", "agrees": agrees, "window": None, "answered_at": stage.now}
    fact = stage.following(order_id, intake.PartyAnswered, **fields)
    await stage.do(stage.use_cases.concerning.hear_parties, fact)


@pytest.mark.parametrize("assigned", [False, True])
async def test_a_no_comes_to_the_coordinator(stage: Stage, assigned: bool) -> None:
    """Nobody is asked to serve it any more; whoever has it keeps it until the coordinator has decided."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    if assigned:
        await stage.say_yes((await stage.heard())[-1])
    await answer(stage, order_id, agrees=False)
    escalated = (await stage.heard())[-1]
    assert ("party_declined", Role.COORDINATOR, NextStep.DECIDE) == (
        escalated.reason, escalated.holder.role, escalated.next_step,
    )  # fmt: skip
    states = await stage.assignment_states(order_id)
    assert ([("v-1", "assigned")] if assigned else []) == states


async def test_a_yes_changes_nothing(stage: Stage) -> None:
    """It goes on as it was."""
    await stage.enrol(volunteer("v-1", MEDIATION))
    order_id = await stage.place()
    before = await stage.heard()
    await answer(stage, order_id, agrees=True)
    assert (1, []) == (len(before), await stage.heard())


async def test_a_coordinator_who_holds_it_is_not_told_twice(stage: Stage) -> None:
    """Their clock runs on."""
    order_id = await stage.place("certificates")
    due_at = (await stage.dispatch(order_id)).due_at
    stage.later(minutes=5)
    await answer(stage, order_id, agrees=False)
    assert (1, due_at) == (len(await stage.heard()), (await stage.dispatch(order_id)).due_at)


async def test_before_anybody_is_asked_the_parties_are_asked_for_again(stage: Stage) -> None:
    """Somebody joined: until intake has said who is in it now, nobody else is asked to serve it."""
    order_id = await stage.place()
    await stage.heard()
    fields = {"resident_id": "r-1", "part": Part.JOINED, "joined_at": stage.now}
    await stage.do(stage.use_cases.concerning.hear_joined, stage.following(order_id, intake.ResidentJoined, **fields))
    assert False is (await stage.dispatch(order_id)).parties_known
    await stage.do(stage.use_cases.recusing.note_parties, Parties(order_id, (), ()))
    assert True is (await stage.dispatch(order_id)).parties_known
