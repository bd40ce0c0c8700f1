"""The dispatch's transition table."""

from __future__ import annotations

import pytest

from services.intake.policies.lifecycle import TRANSITIONS as OF_THE_ORDER
from services.matcher.policies.lifecycle import (
    CLOCKED,
    FINAL,
    OPEN,
    TRANSITIONS,
    OutOfOrder,
    Step,
    may,
    state_after,
)
from shared.contracts.words import OrderState

LEGAL = sorted((step, state, after) for step, row in TRANSITIONS.items() for state, after in row.items())
ILLEGAL = [(step, state) for step in Step for state in OrderState if state not in TRANSITIONS[step]]


@pytest.mark.parametrize(("step", "state", "after"), LEGAL)
def test_a_legal_step_leads_to_its_state(step: Step, state: OrderState, after: OrderState) -> None:
    """What the table says is what happens."""
    assert (after, True) == (state_after(state, step), may(state, step))


@pytest.mark.parametrize(("step", "state"), ILLEGAL)
def test_an_illegal_step_is_refused(step: Step, state: OrderState) -> None:
    """What the table does not say is refused."""
    assert not may(state, step)
    with pytest.raises(OutOfOrder):
        state_after(state, step)


def test_the_life_of_an_order_is_the_one_of_the_mission() -> None:
    """placed → offered → assigned → under_way → done, and again after "not fixed"."""
    state, path = OrderState.PLACED, []
    for step in (Step.OFFER, Step.ASSIGN, Step.START, Step.FINISH, Step.REOPEN, Step.OFFER, Step.ESCALATE):
        state = state_after(state, step)
        path.append(state.value)
    assert ["offered", "assigned", "under_way", "done", "placed", "offered", "escalated"] == path


def test_nothing_leaves_a_final_state() -> None:
    """Closed and cancelled are the end."""
    assert [] == [(step, state) for step, state, _ in LEGAL if state in FINAL]


def test_a_coordinator_may_hold_the_order_from_any_state_before_done() -> None:
    """Escalated is possible from every state whose clock runs (mission.md, "The life of an order")."""
    assert set(CLOCKED) == set(TRANSITIONS[Step.ESCALATE])


@pytest.mark.parametrize("step", [Step.CLOSE, Step.CANCEL])
def test_intakes_end_wins_in_every_open_state(step: Step) -> None:
    """Whatever runs, the resident's word ends it."""
    assert set(OPEN) == set(TRANSITIONS[step])


def test_every_step_of_the_dispatch_is_legal_for_the_order() -> None:
    """Intake follows wherever matcher goes: the two tables agree."""
    moved = [(state, after) for step, state, after in LEGAL if step not in {Step.CLOSE, Step.CANCEL, Step.MERGE}]
    assert [] == [(state, after) for state, after in moved if after not in OF_THE_ORDER[state]]
