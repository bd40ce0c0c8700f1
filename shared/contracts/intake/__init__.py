"""What intake publishes: the order's own facts. Bodies carry nothing personal (security.md)."""

from __future__ import annotations

from shared.contracts.intake.calling import CallDue, CallLogged, ReviewReminded
from shared.contracts.intake.concerning import (
    ClosingAnswered,
    ClosingProposed,
    ExtensionAnswered,
    IncidentReported,
    PartyAnswered,
    ResidentJoined,
    ResidentLeft,
    VerdictGiven,
)
from shared.contracts.intake.ground import IntakeEvent, PlacedLeg
from shared.contracts.intake.ordering import (
    OrderAmended,
    OrderCancelled,
    OrderClosed,
    OrderMerged,
    OrderPlaced,
    OrderReopened,
    OrderReviewed,
)

__all__ = [
    "EVENTS",
    "CallDue",
    "CallLogged",
    "ClosingAnswered",
    "ClosingProposed",
    "ExtensionAnswered",
    "IncidentReported",
    "IntakeEvent",
    "OrderAmended",
    "OrderCancelled",
    "OrderClosed",
    "OrderMerged",
    "OrderPlaced",
    "OrderReopened",
    "OrderReviewed",
    "PartyAnswered",
    "PlacedLeg",
    "ResidentJoined",
    "ResidentLeft",
    "ReviewReminded",
    "VerdictGiven",
]

EVENTS: tuple[type[IntakeEvent], ...] = (
    OrderPlaced,
    OrderAmended,
    OrderCancelled,
    OrderReviewed,
    OrderReopened,
    OrderClosed,
    OrderMerged,
    ResidentJoined,
    ResidentLeft,
    PartyAnswered,
    VerdictGiven,
    ExtensionAnswered,
    ClosingProposed,
    ClosingAnswered,
    ReviewReminded,
    CallDue,
    CallLogged,
    IncidentReported,
)
