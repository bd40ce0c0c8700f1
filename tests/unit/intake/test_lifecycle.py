"""The order's transition table, every pair of it, and what of it the resident may use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.models import Order
from services.intake.policies.lifecycle import (
    FINAL,
    STATE_AFTER,
    AlreadyDone,
    NotYetDone,
    OrderNotOpen,
    check_open,
    check_reviewable,
    may_become,
    reopens,
)
from shared.contracts import matcher
from shared.contracts.refusal import Refusal
from shared.contracts.words import OrderState, Outcome

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
STATES = list(OrderState)
LEGAL = {
    "placed": "placed offered assigned under_way escalated done closed cancelled merged",
    "offered": "offered assigned under_way escalated done closed cancelled merged",
    "assigned": "offered assigned under_way escalated done closed cancelled merged",
    "under_way": "offered assigned under_way escalated done closed cancelled merged",
    "escalated": "offered assigned under_way escalated done closed cancelled merged",
    "done": "placed done closed",
    "closed": "",
    "cancelled": "",
    "merged": "",
}
"""The life of an order (mission.md), written down a second time; "placed" after "done" is the reopening."""


def order_in(state: OrderState) -> Order:
    """An order that has come to this state."""
    return Order(
        order_id="order-1",
        reference="261122-ABCD-EFGH",
        service="homework",
        served_by="post",
        area="east-g1",
        grid="east-g1",
        community="east",
        urgency="normal",
        state=state.value,
        holder_role=None,
        holder_area=None,
        due_at=None,
        next_step="none",
        placed_at=NOW,
        changed_at=NOW,
    )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("following", STATES)
def test_an_order_takes_the_steps_of_the_table_and_no_other(state: OrderState, following: OrderState) -> None:
    """Each of the 64 pairs: legal steps are taken, all others leave the order where it is."""
    legal = following.value in LEGAL[state.value].split()
    order = order_in(state)
    assert (legal, legal) == (may_become(state, following), order.become(following))
    assert (following if legal else state).value == order.state


@given(st.sampled_from(STATES), st.lists(st.sampled_from(STATES), max_size=40))
def test_a_final_state_is_never_left(start: OrderState, wishes: list[OrderState]) -> None:
    """Whatever is tried in whatever order, an order that has ended stays as it ended."""
    order = order_in(start)
    ended = start if start in FINAL else None
    for wish in wishes:
        order.become(wish)
        if ended is None and OrderState(order.state) in FINAL:
            ended = OrderState(order.state)
        assert ended is None or ended.value == order.state


def test_every_state_can_be_reached_from_placed() -> None:
    """The table has no state that nothing leads to."""
    reached, waiting = {OrderState.PLACED}, [OrderState.PLACED]
    while waiting:
        state = waiting.pop()
        new = {following for following in STATES if may_become(state, following)} - reached
        reached |= new
        waiting += new
    assert set(STATES) == reached


def test_every_fact_of_the_dispatch_has_its_line() -> None:
    """A new event of matcher cannot be forgotten here."""
    assert {event.name for event in matcher.DISPATCH_EVENTS} == set(STATE_AFTER)


def refusal_of(check: Callable[[OrderState], None], state: OrderState) -> type[Refusal] | None:
    """What a check says to a state."""
    try:
        check(state)
    except Refusal as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize("state", STATES)
def test_what_the_resident_may_do_follows_the_state(state: OrderState) -> None:
    """An open order may be changed until it is done, and reviewed only then."""
    ended = {OrderState.CLOSED: OrderNotOpen, OrderState.CANCELLED: OrderNotOpen, OrderState.MERGED: OrderNotOpen}
    changing = {**ended, OrderState.DONE: AlreadyDone}.get(state)
    reviewing = None if state is OrderState.DONE else ended.get(state, NotYetDone)
    assert (changing, reviewing) == (refusal_of(check_open, state), refusal_of(check_reviewable, state))


def test_only_not_fixed_reopens() -> None:
    """Every other verdict closes the order."""
    assert [Outcome.NOT_FIXED] == [outcome for outcome in Outcome if reopens(outcome)]
