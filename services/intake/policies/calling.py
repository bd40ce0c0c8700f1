"""How people who read no messages are reached, until they say how it went (mission.md, "The life of an order").

An order of theirs ends without their word only after three calls, each in another part of the day than the last, and a
visit; each is logged with who made it and what came of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.community.calling import CallClocks
from shared.community.local import LocalTime
from shared.contracts.refusal import Conflict, FieldError, Invalid
from shared.contracts.words import CallKind, CallPurpose, CallResult, OrderState

MOST_CALLS = 3


@dataclass(frozen=True)
class Attempt:
    """One of the row: three calls, then a visit."""

    kind: CallKind
    nth: int


FIRST = Attempt(CallKind.CALL, 1)
VISIT = Attempt(CallKind.VISIT, 1)
ROW = (*(Attempt(CallKind.CALL, nth) for nth in range(1, MOST_CALLS + 1)), VISIT)
"""All that is tried before an order ends without its resident's word."""

NEWS = frozenset(
    {
        "offer_countered",
        "leg_assigned",
        "leg_taken",
        "leg_handed_back",
        "order_escalated",
        "order_referred",
        "extension_asked",
        "closing_proposed",
    }
)
"""Changes that somebody who reads no messages is called about; how it went is asked in a call of its own."""


_SAID_AS = {
    "order_overdue": "order_escalated",
    "order_split": "order_placed",
    "ordered_for_you": "order_placed",
    "party_named": "order_placed",
    "time_settled": "leg_assigned",
    "party_asked": "order_done",
    "matter_ended": "order_closed",
    "papers_received": "errand_advanced",
    "in_progress": "errand_advanced",
    "ready_to_collect": "errand_advanced",
}


def news_of(kind: str) -> str:
    """The event that a notice of a kind told of: what whoever calls has to say."""
    return _SAID_AS.get(kind, kind)


class CallOver(Conflict):
    """The call was logged already, or is no longer needed."""

    title = "This call was made already, or is no longer needed"


class CallTooSoon(Conflict):
    """Nobody answered a moment ago; the next call counts in another part of the day only."""

    title = "The next call counts in another part of the day only"


class VerdictMisplaced(Invalid):
    """A verdict came with a call that nobody answered, or that did not ask for one."""

    title = "A verdict is taken down only when somebody was reached who was asked for it"


def following(made: Attempt, purpose: CallPurpose) -> Attempt | None:
    """What is tried after a call or visit that led to nothing; None once everything was tried. News is no reason for a
    visit: how it went is asked in the end.
    """
    if made == VISIT:
        return None
    if made.nth < MOST_CALLS:
        return Attempt(CallKind.CALL, made.nth + 1)
    return VISIT if purpose is CallPurpose.REVIEW else None


def opens_at(clocks: CallClocks, local: LocalTime, attempt: Attempt, last: datetime | None, now: datetime) -> datetime:
    """From when on it may be made; ``last``: when the one before was. A visit may be made at once."""
    return now if last is None or attempt == VISIT else clocks.again(last, local)


def due_at(clocks: CallClocks, attempt: Attempt, opened_at: datetime) -> datetime:
    """Until when the coordinator has to make it."""
    return opened_at + (clocks.visit if attempt == VISIT else clocks.due)


def check_loggable(opened_at: datetime, result: CallResult, now: datetime) -> None:
    """Raises ``CallTooSoon``: three calls within an hour reach nobody more than one. Who was reached was reached."""
    if result is not CallResult.REACHED and now < opened_at:
        raise CallTooSoon


def check_verdict(purpose: CallPurpose, result: CallResult) -> None:
    """Raises ``VerdictMisplaced`` where a call can bring no verdict."""
    if purpose is not CallPurpose.REVIEW or result is not CallResult.REACHED:
        raise VerdictMisplaced(errors=[FieldError("/verdict", VerdictMisplaced.title)])


def was_tried(logged: Iterable[Attempt]) -> bool:
    """Whether everything was tried: three logged calls and a visit."""
    return set(ROW) <= set(logged)


def is_needed(purpose: CallPurpose, call_round: int, state: OrderState, order_round: int) -> bool:
    """Whether an open call is still needed: for a review while the order waits for it, for news while it runs."""
    if purpose is CallPurpose.REVIEW:
        return state is OrderState.DONE and call_round == order_round
    return state not in {OrderState.DONE, OrderState.CLOSED, OrderState.CANCELLED}
