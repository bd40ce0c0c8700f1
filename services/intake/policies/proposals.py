"""Until when a resident may agree to another time that a volunteer proposed (mission.md, windows are negotiated)."""

from __future__ import annotations

from datetime import datetime

from services.intake.policies.lifecycle import check_open
from shared.contracts.refusal import Conflict
from shared.contracts.words import OrderState, Window

UNSERVED = frozenset({OrderState.PLACED, OrderState.OFFERED, OrderState.ESCALATED})
"""While nobody serves an order, its resident may look for another time."""


class ProposalOver(Conflict):
    """The proposed time was answered or ran out, or somebody has the order meanwhile."""

    title = "This time is no longer proposed"


def proposal_ends(window: Window, due_at: datetime) -> datetime:
    """A proposal stands until the order falls due, at most until its own time has passed."""
    return min(due_at, window.to)


def is_proposed(state: OrderState, accepted: bool | None, expires_at: datetime, now: datetime) -> bool:
    """Whether a proposed time waits for the resident's answer."""
    return state in UNSERVED and accepted is None and now < expires_at


def check_proposed(state: OrderState, accepted: bool | None, expires_at: datetime, now: datetime) -> None:
    """Raises ``OrderNotOpen``, ``AlreadyDone`` or ``ProposalOver`` unless the resident may answer at ``now``."""
    check_open(state)
    if not is_proposed(state, accepted, expires_at, now):
        raise ProposalOver
