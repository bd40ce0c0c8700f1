"""Which steps an order may take (mission.md, "The life of an order"). Printed in docs/lifecycle.md.

Intake's own steps and matcher's facts go through the same table. A fact that comes after the resident
withdrew or after the closing is recorded on the timeline, not applied: intake's cancel wins.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.refusal import Conflict
from shared.contracts.words import NextStep, OrderState, Outcome

PLACED, OFFERED, ASSIGNED = OrderState.PLACED, OrderState.OFFERED, OrderState.ASSIGNED
UNDER_WAY, ESCALATED, DONE = OrderState.UNDER_WAY, OrderState.ESCALATED, OrderState.DONE
CLOSED, CANCELLED, MERGED = OrderState.CLOSED, OrderState.CANCELLED, OrderState.MERGED

FINAL = frozenset({CLOSED, CANCELLED, MERGED})
OPEN = frozenset(OrderState) - FINAL

TRANSITIONS: Mapping[OrderState, frozenset[OrderState]] = {
    PLACED: frozenset({PLACED, OFFERED, ASSIGNED, UNDER_WAY, ESCALATED, DONE, CLOSED, CANCELLED, MERGED}),
    OFFERED: frozenset({OFFERED, ASSIGNED, UNDER_WAY, ESCALATED, DONE, CLOSED, CANCELLED, MERGED}),
    ASSIGNED: frozenset({ASSIGNED, OFFERED, UNDER_WAY, ESCALATED, DONE, CLOSED, CANCELLED, MERGED}),
    UNDER_WAY: frozenset({UNDER_WAY, OFFERED, ASSIGNED, ESCALATED, DONE, CLOSED, CANCELLED, MERGED}),
    ESCALATED: frozenset({ESCALATED, OFFERED, ASSIGNED, UNDER_WAY, DONE, CLOSED, CANCELLED, MERGED}),
    DONE: frozenset({DONE, PLACED, CLOSED}),
    CLOSED: frozenset(),
    CANCELLED: frozenset(),
    MERGED: frozenset(),
}
"""From each state, the states an order may be in next. Staying is legal while an order is open.

``closed`` before ``done`` is ``not_fixed`` alone: a coordinator's decision that the resident accepts, or about
what they looked at first and took for spam.
"""

STATE_AFTER: Mapping[str, OrderState | None] = {
    "offer_made": OFFERED,
    "offer_declined": None,
    "offer_countered": None,
    "call_up_made": None,
    "leg_requested": OFFERED,
    "offer_expired": None,
    "leg_assigned": ASSIGNED,
    "leg_started": UNDER_WAY,
    "leg_handed_back": OFFERED,
    "leg_completed": None,
    "order_escalated": ESCALATED,
    "order_referred": ESCALATED,
    "order_released": OFFERED,
    "leg_added": None,
    "leg_taken": UNDER_WAY,
    "extension_asked": None,
    "order_extended": None,
    "errand_advanced": None,
    "incident_raised": None,
    "incident_answered": None,
    "order_done": DONE,
}
"""What each of matcher's facts makes of the order; None leaves its state as it is."""


def state_after(fact: str, next_step: NextStep) -> OrderState | None:
    """What a fact makes of the order; None leaves its state. Who joins or sets out in a team that is not complete does
    no more than that: the order is assigned, or under way, once the next step says so. Served, with another leg to
    follow, it is offered again."""
    if fact == "leg_completed" and next_step is NextStep.OFFER:
        return OFFERED
    of_a_team = {"leg_assigned": NextStep.START, "leg_started": NextStep.COMPLETE}
    return STATE_AFTER[fact] if of_a_team.get(fact, next_step) is next_step else None


class OrderNotOpen(Conflict):
    """The order has ended; nothing more can be asked of it."""

    title = "This order has already ended"


class NotYetDone(Conflict):
    """Only an order that was served can be reviewed."""

    title = "This order is not done yet"


class AlreadyDone(Conflict):
    """An order that was served can be reviewed, no longer changed or withdrawn."""

    title = "This order has been served already; please review it"


def may_become(state: OrderState, following: OrderState) -> bool:
    """Whether an order in ``state`` may be in ``following`` next."""
    return following in TRANSITIONS[state]


def check_open(state: OrderState) -> None:
    """Raises ``OrderNotOpen`` or ``AlreadyDone`` unless the resident may still change the order."""
    if state in FINAL:
        raise OrderNotOpen
    if state is DONE:
        raise AlreadyDone


def check_reviewable(state: OrderState) -> None:
    """Raises ``OrderNotOpen`` or ``NotYetDone`` unless the order waits for its review."""
    if state in FINAL:
        raise OrderNotOpen
    if state is not DONE:
        raise NotYetDone


def reopens(outcome: Outcome) -> bool:
    """ "Not fixed" reopens the same number; every other verdict closes it."""
    return outcome is Outcome.NOT_FIXED
