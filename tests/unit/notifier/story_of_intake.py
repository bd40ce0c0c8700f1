"""What intake tells of one order: its facts, with gapless versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts import intake
from shared.contracts.words import (
    CallKind,
    CallPurpose,
    CallResult,
    Outcome,
    Part,
    Role,
    Urgency,
    Window,
)

AT = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
DUE = AT + timedelta(hours=4)
COMMUNITY, GRID = "east", "east-g1"


@dataclass
class StoryOfIntake:
    """Tells intake's facts about one order in turn."""

    order_id: str = "0197-order"
    reference: str = "PD-0001"
    service: str = "homework"
    legs: dict[str, int] = field(default_factory=lambda: {"leg-1": 1})
    intake_version: int = 0

    def placed(self) -> intake.OrderPlaced:
        return intake.OrderPlaced(
            **self._of_intake(),
            reference=self.reference,
            service=self.service,
            grid=GRID,
            urgency=Urgency.NORMAL,
            window=None,
            legs=tuple(intake.PlacedLeg(leg_id=leg, post="tutoring", headcount=n) for leg, n in self.legs.items()),
            placed_at=AT,
            due_at=DUE,
        )

    def split(self) -> intake.OrderPlaced:
        return self.placed().model_copy(update={"split_from": "0196-order"})

    def amended(self, by: Role = Role.RESIDENT, window: Window | None = None) -> intake.OrderAmended:
        return intake.OrderAmended(**self._of_intake(), urgency=Urgency.NORMAL, window=window, amended_at=AT, by=by)

    def resident_joined(
        self, resident_id: str = "r-xu", part: Part = Part.JOINED, at: datetime = AT
    ) -> intake.ResidentJoined:
        return intake.ResidentJoined(**self._of_intake(), resident_id=resident_id, part=part, joined_at=at)

    def resident_left(self, resident_id: str = "r-xu", at: datetime = AT) -> intake.ResidentLeft:
        return intake.ResidentLeft(**self._of_intake(), resident_id=resident_id, left_at=at)

    def party_answered(self) -> intake.PartyAnswered:
        told = {"resident_id": "r-qin", "agrees": True, "window": None, "answered_at": AT}
        return intake.PartyAnswered(**self._of_intake(), **told)

    def verdict(self, resident_id: str = "r-xu") -> intake.VerdictGiven:
        told = {"resident_id": resident_id, "outcome": Outcome.FIXED, "rating": 5, "given_at": AT}
        return intake.VerdictGiven(**self._of_intake(), **told)

    def merged(self, into: str = "0198-order") -> intake.OrderMerged:
        return intake.OrderMerged(**self._of_intake(), into=into, merged_at=AT)

    def extension_answered(self) -> intake.ExtensionAnswered:
        return intake.ExtensionAnswered(**self._of_intake(), extension_id="e-1", accepted=True, answered_at=AT)

    def closing_proposed(self) -> intake.ClosingProposed:
        return intake.ClosingProposed(**self._of_intake(), proposed_at=AT)

    def closing_answered(self) -> intake.ClosingAnswered:
        return intake.ClosingAnswered(**self._of_intake(), accepted=True, answered_at=AT)

    def reminded(self) -> intake.ReviewReminded:
        return intake.ReviewReminded(**self._of_intake(), nth=1, due_at=DUE, reminded_at=AT)

    def call_due(self) -> intake.CallDue:
        told = {"call_id": "call-1", "kind": CallKind.CALL, "purpose": CallPurpose.REVIEW, "nth": 1}
        return intake.CallDue(**self._of_intake(), **told, area=GRID, due_at=DUE)

    def call_logged(self) -> intake.CallLogged:
        told = {"call_id": "call-1", "kind": CallKind.CALL, "purpose": CallPurpose.REVIEW, "nth": 1}
        return intake.CallLogged(**self._of_intake(), **told, result=CallResult.NO_ANSWER, logged_at=AT)

    def incident_reported(self) -> intake.IncidentReported:
        return intake.IncidentReported(**self._of_intake(), incident_id="i-1", raised_at=AT)

    def cancelled(self) -> intake.OrderCancelled:
        return intake.OrderCancelled(**self._of_intake(), cancelled_at=AT)

    def reviewed(self) -> intake.OrderReviewed:
        return intake.OrderReviewed(**self._of_intake(), outcome=Outcome.FIXED, rating=5, reviewed_at=AT)

    def reopened(self, leg_id: str = "leg-2") -> intake.OrderReopened:
        legs = (intake.PlacedLeg(leg_id=leg_id, post="tutoring"),)
        return intake.OrderReopened(**self._of_intake(), legs=legs, reopened_at=AT, due_at=DUE)

    def closed(self, outcome: Outcome = Outcome.FIXED) -> intake.OrderClosed:
        return intake.OrderClosed(**self._of_intake(), outcome=outcome, closed_at=AT)

    def turned_away(self) -> intake.OrderClosed:
        return self.closed(Outcome.NOT_FIXED).model_copy(update={"turned_away": True})

    def _of_intake(self) -> dict[str, Any]:
        self.intake_version += 1
        return {"community": COMMUNITY, "order_id": self.order_id, "version": self.intake_version}
