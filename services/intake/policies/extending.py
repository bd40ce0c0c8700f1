"""Until when a resident may give more time, and since when an order is late."""

from __future__ import annotations

from datetime import datetime

from services.intake.policies.lifecycle import FINAL, check_open
from shared.contracts.matcher import DispatchEvent, LegCompleted, OrderEscalated, OrderExtended
from shared.contracts.refusal import Conflict
from shared.contracts.words import Holder, OrderState


class ExtensionOver(Conflict):
    """The question was answered, its time has passed, or the order has another holder meanwhile."""

    title = "This question is no longer open"


def is_asked(state: OrderState, until: datetime, now: datetime, *, is_open: bool) -> bool:
    """Whether the resident is asked for more time."""
    return is_open and now < until and state not in FINAL | {OrderState.DONE}


def check_asked(state: OrderState, until: datetime, now: datetime, *, is_open: bool) -> None:
    """Raises ``OrderNotOpen``, ``AlreadyDone`` or ``ExtensionOver`` unless the resident may answer at ``now``."""
    check_open(state)
    if not is_asked(state, until, now, is_open=is_open):
        raise ExtensionOver


def withdraws(before: Holder | None, event: DispatchEvent) -> bool:
    """Whether a fact takes back what was asked before it: somebody else holds the order, it climbed, a leg was served,
    or the resident has agreed by word of mouth.
    """
    return before != event.holder or isinstance(event, OrderEscalated | OrderExtended | LegCompleted)


def late_since(before: datetime | None, event: DispatchEvent, *, moved: bool) -> datetime | None:
    """Since when an order is late with nobody above its holder: until a fact ``moved`` its state, or gave more time."""
    if isinstance(event, OrderEscalated):
        return event.overdue_since
    return None if moved or isinstance(event, OrderExtended) else before
