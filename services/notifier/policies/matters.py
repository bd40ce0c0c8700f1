"""What each fact makes of a matter as the public board counts it.

Each publisher's facts come in order; how the two streams interleave makes no difference, because no field is written
by both. So a replay from the beginning gives the same rows (invariant I6).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from shared.contracts import intake, matcher
from shared.contracts.envelope import OrderEvent
from shared.contracts.words import Outcome

CONTENT = 4
"""The least rating of somebody who was content."""

COUNTED: frozenset[type[OrderEvent]] = frozenset(
    {
        intake.OrderPlaced,
        intake.OrderCancelled,
        intake.OrderReviewed,
        intake.OrderReopened,
        intake.OrderClosed,
        intake.OrderMerged,
        intake.VerdictGiven,
        matcher.OfferMade,
        matcher.LegAssigned,
        matcher.LegTaken,
        matcher.OrderReferred,
        matcher.OrderEscalated,
        matcher.OrderDone,
    }
)
"""Facts that may change a matter; all others leave it as it is."""


class Known(Protocol):
    """What is known of a matter so far."""

    placed_at: datetime
    first_offered_at: datetime | None
    first_assigned_at: datetime | None
    rating: int | None
    tiers: str
    rounds: int
    dones: int
    verdicts: int


def changes(known: Known, event: OrderEvent) -> dict[str, Any]:
    """The fields a fact changes, by name; none for a fact the board does not count."""
    if isinstance(event, intake.IntakeEvent):
        return _by_intake(known, event)
    return _by_matcher(known, event) if isinstance(event, matcher.DispatchEvent) else {}


def is_content(outcome: Outcome, rating: int | None) -> bool:
    """Whether whoever ordered was content: by their rating, or, where they gave none, because it is fixed."""
    return outcome is Outcome.FIXED if rating is None else rating >= CONTENT


def _by_intake(known: Known, event: intake.IntakeEvent) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    match event:
        case intake.OrderReviewed():
            changed = {"rating": event.rating}
        case intake.OrderReopened():
            changed = {"rounds": known.rounds + 1, "rating": None}
        case intake.OrderClosed():
            content = is_content(event.outcome, known.rating)
            changed = {"closed_at": event.closed_at, "outcome": event.outcome.value, "content": content}
        case intake.OrderCancelled():
            changed = {"closed_at": event.cancelled_at, "outcome": Outcome.WITHDRAWN.value, "content": False}
        case intake.OrderMerged():
            changed = {"closed_at": event.merged_at, "merged_into": event.into}
        case intake.VerdictGiven():
            changed = {"verdicts": known.verdicts + 1}
    return changed


def _by_matcher(known: Known, event: matcher.DispatchEvent) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    match event:
        case matcher.OfferMade() if known.first_offered_at is None:
            changed = {"first_offered_at": event.at}
        case matcher.LegAssigned() | matcher.LegTaken() | matcher.OrderReferred() if known.first_assigned_at is None:
            changed = {"first_assigned_at": event.at, "taken_minutes": _minutes(known.placed_at, event.at)}
        case matcher.OrderEscalated():
            reached = {*filter(None, known.tiers.split(",")), event.tier}
            changed = {"tiers": ",".join(sorted(reached))}
        case matcher.OrderDone():
            minutes = _minutes(known.placed_at, event.at)
            changed = {"dones": known.dones + 1, "done_at": event.at, "done_minutes": minutes}
    return changed


def _minutes(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()) // 60)
