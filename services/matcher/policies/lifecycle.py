"""What may happen to a dispatch, and the state it is in afterwards (mission.md, "The life of an order").

Printed in docs/lifecycle.md. Matcher's own steps and intake's facts go through the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shared.contracts.refusal import Conflict
from shared.contracts.words import OrderState

PLACED, OFFERED, ASSIGNED = OrderState.PLACED, OrderState.OFFERED, OrderState.ASSIGNED
UNDER_WAY, ESCALATED, DONE = OrderState.UNDER_WAY, OrderState.ESCALATED, OrderState.DONE
CLOSED, CANCELLED, MERGED = OrderState.CLOSED, OrderState.CANCELLED, OrderState.MERGED

FINAL = frozenset({CLOSED, CANCELLED, MERGED})
OPEN = frozenset(OrderState) - FINAL
CLOCKED = OPEN - {DONE}
"""States whose due time matcher sweeps; the review of a done order is on intake's clock."""


class Step(StrEnum):
    """One thing that happens to a dispatch."""

    OFFER = "offer"
    ASSIGN = "assign"
    START = "start"
    TAKE = "take"
    HAND_BACK = "hand_back"
    RELEASE = "release"
    FOLLOW_ON = "follow_on"
    FINISH = "finish"
    ESCALATE = "escalate"
    REOPEN = "reopen"
    CLOSE = "close"
    CANCEL = "cancel"
    MERGE = "merge"


TRANSITIONS: Mapping[Step, Mapping[OrderState, OrderState]] = {
    Step.OFFER: {PLACED: OFFERED, OFFERED: OFFERED, ESCALATED: OFFERED},
    Step.ASSIGN: {
        PLACED: ASSIGNED,
        OFFERED: ASSIGNED,
        ASSIGNED: ASSIGNED,
        UNDER_WAY: ASSIGNED,
        ESCALATED: ASSIGNED,
    },
    Step.START: {ASSIGNED: UNDER_WAY, UNDER_WAY: UNDER_WAY, ESCALATED: UNDER_WAY},
    Step.TAKE: dict.fromkeys(sorted(CLOCKED), UNDER_WAY),
    Step.HAND_BACK: {OFFERED: OFFERED, ASSIGNED: OFFERED, UNDER_WAY: OFFERED, ESCALATED: OFFERED},
    Step.RELEASE: {ESCALATED: OFFERED},
    Step.FOLLOW_ON: dict.fromkeys(sorted(CLOCKED), OFFERED),
    Step.FINISH: dict.fromkeys(sorted(CLOCKED), DONE),
    Step.ESCALATE: dict.fromkeys(sorted(CLOCKED), ESCALATED),
    Step.REOPEN: {DONE: PLACED},
    Step.CLOSE: dict.fromkeys(sorted(OPEN), CLOSED),
    Step.CANCEL: dict.fromkeys(sorted(OPEN), CANCELLED),
    Step.MERGE: dict.fromkeys(sorted(OPEN), MERGED),
}
"""For each step, from which state to which. ``follow_on``: a leg was served and another follows;
``finish``: the last one was; ``offer`` from ``escalated``: a coordinator called somebody up;
``take``: a coordinator serves it in person; ``release``: one has looked at it, and volunteers are asked."""


class OutOfOrder(Conflict):
    """The order is not in a state in which this can happen."""

    title = "The order is no longer where this is possible"


def state_after(state: OrderState, step: Step) -> OrderState:
    """The state after a step. Raises ``OutOfOrder`` when the step is not a legal one."""
    try:
        return TRANSITIONS[step][state]
    except KeyError:
        raise OutOfOrder from None


def may(state: OrderState, step: Step) -> bool:
    """Whether a step is legal in a state."""
    return state in TRANSITIONS[step]
