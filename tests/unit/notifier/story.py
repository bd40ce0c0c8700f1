"""One order's facts as intake and matcher would publish them: gapless versions on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts import matcher
from shared.contracts.envelope import Fact, OrderEvent
from shared.contracts.words import (
    ErrandStep,
    Holder,
    NextStep,
    Role,
    Urgency,
    Window,
)
from tests.unit.notifier.story_of_intake import AT, COMMUNITY, DUE, GRID, StoryOfIntake

__all__ = ["AT", "DUE", "GRID", "Story", "fact_of"]


@dataclass
class Story(StoryOfIntake):
    """Tells facts about one order in turn. ``window``: when it is to be served."""

    dispatch_version: int = 0
    window: Window | None = None

    def offered(
        self, volunteer_id: str, leg_id: str = "leg-1", offer_id: str = "", unit: str | None = None
    ) -> matcher.OfferMade:
        return matcher.OfferMade(
            **self._of_matcher(),
            leg_id=leg_id,
            offer_id=offer_id or f"offer-{volunteer_id}",
            volunteer_id=volunteer_id,
            service=self.service,
            post="tutoring",
            wave=1,
            urgency=Urgency.NORMAL,
            window=None,
            expires_at=DUE,
            unit=unit,
        )

    def countered(self, volunteer_id: str) -> matcher.OfferCountered:
        window = Window(from_=AT, to=DUE)
        return matcher.OfferCountered(
            **self._of_matcher(), leg_id="leg-1", offer_id=f"offer-{volunteer_id}", window=window
        )

    def requested(self, volunteer_id: str) -> matcher.LegRequested:
        offer_id = f"offer-{volunteer_id}"
        return matcher.LegRequested(**self._of_matcher(), leg_id="leg-1", offer_id=offer_id, volunteer_id=volunteer_id)

    def called_up(self, secretary_id: str) -> matcher.CallUpMade:
        return matcher.CallUpMade(
            **self._of_matcher(next_step=NextStep.CALL_UP),
            leg_id="leg-1",
            call_up_id=f"call-up-{secretary_id}",
            unit="u-1",
            secretary_id=secretary_id,
            service=self.service,
            urgency=Urgency.NORMAL,
            window=None,
            expires_at=DUE,
        )

    def declined(self, volunteer_id: str) -> matcher.OfferDeclined:
        return matcher.OfferDeclined(**self._of_matcher(), leg_id="leg-1", offer_id=f"offer-{volunteer_id}")

    def expired(self, volunteer_id: str) -> matcher.OfferExpired:
        return matcher.OfferExpired(**self._of_matcher(), leg_id="leg-1", offer_id=f"offer-{volunteer_id}")

    def joined(self, volunteer_id: str) -> matcher.LegAssigned:
        """A place is taken, and others are still wanted."""
        return self._given(volunteer_id, "leg-1", None, NextStep.ACCEPT)

    def assigned(self, volunteer_id: str, leg_id: str = "leg-1") -> matcher.LegAssigned:
        holder = Holder(role=Role.VOLUNTEER, area=GRID, id=volunteer_id)
        return self._given(volunteer_id, leg_id, holder, NextStep.START)

    def _given(self, volunteer_id: str, leg_id: str, holder: Holder | None, next_step: NextStep) -> matcher.LegAssigned:
        return matcher.LegAssigned(
            **self._of_matcher(holder, next_step),
            leg_id=leg_id,
            assignment_id=f"assignment-{volunteer_id}",
            volunteer_id=volunteer_id,
            by="offer",
            window=self.window,
        )

    def started(self, volunteer_id: str) -> matcher.LegStarted:
        return matcher.LegStarted(
            **self._of_matcher(),
            leg_id="leg-1",
            assignment_id=f"assignment-{volunteer_id}",
            volunteer_id=volunteer_id,
        )

    def handed_back(self, volunteer_id: str, reason: str = "ill") -> matcher.LegHandedBack:
        return matcher.LegHandedBack(
            **self._of_matcher(), leg_id="leg-1", assignment_id=f"assignment-{volunteer_id}", reason=reason
        )

    def completed(self, volunteer_id: str | None, leg_id: str = "leg-1") -> matcher.LegCompleted:
        return matcher.LegCompleted(
            **self._of_matcher(),
            leg_id=leg_id,
            assignment_id=f"assignment-{volunteer_id}" if volunteer_id else None,
            volunteer_id=volunteer_id,
        )

    def escalated(
        self,
        area: str = GRID,
        reason: str = "clock",
        previous: Holder | None = None,
        overdue_since: datetime | None = None,
    ) -> matcher.OrderEscalated:
        holder = Holder(role=Role.COORDINATOR, area=area, id="c-1")
        told = {"tier": "grid", "reason": reason, "previous": previous, "overdue_since": overdue_since}
        return matcher.OrderEscalated(**self._of_matcher(holder, NextStep.DECIDE), **told)

    def released(self) -> matcher.OrderReleased:
        return matcher.OrderReleased(**self._of_matcher(next_step=NextStep.OFFER))

    def taken(self, leg_id: str = "leg-1") -> matcher.LegTaken:
        return matcher.LegTaken(**self._of_matcher(next_step=NextStep.COMPLETE), leg_id=leg_id)

    def extension_asked(self) -> matcher.ExtensionAsked:
        return matcher.ExtensionAsked(**self._of_matcher(), leg_id="leg-1", extension_id="e-1", until=DUE)

    def extended(self) -> matcher.OrderExtended:
        return matcher.OrderExtended(**self._of_matcher(), leg_id="leg-1", extension_id="e-1", by_word=False)

    def advanced(self, step: ErrandStep) -> matcher.ErrandAdvanced:
        return matcher.ErrandAdvanced(**self._of_matcher(), leg_id="leg-1", step=step)

    def incident_raised(self, by: Role) -> matcher.IncidentRaised:
        return matcher.IncidentRaised(**self._of_matcher(), incident_id="i-1", by=by, area=GRID)

    def incident_answered(self, by: Role) -> matcher.IncidentAnswered:
        return matcher.IncidentAnswered(**self._of_matcher(), incident_id="i-1", by=by)

    def referred(self, department: str = "city", leg_id: str = "leg-1") -> matcher.OrderReferred:
        holder = Holder(role=Role.DEPARTMENT, area=GRID, id=department)
        return matcher.OrderReferred(
            **self._of_matcher(holder, NextStep.COMPLETE),
            leg_id=leg_id,
            referral_id="referral-1",
            department=department,
        )

    def added(self, leg_id: str = "leg-2") -> matcher.LegAdded:
        return matcher.LegAdded(
            **self._of_matcher(), leg_id=leg_id, post=None, department="city", headcount=1, after="leg-1"
        )

    def done(self, at: datetime = AT) -> matcher.OrderDone:
        stamp = self._of_matcher(Holder(role=Role.RESIDENT), NextStep.REVIEW)
        return matcher.OrderDone(**{**stamp, "at": at})

    def whole(self, volunteer_id: str = "v-1") -> list[OrderEvent]:
        """The loop: placed, offered, taken, under way, served, reviewed, closed."""
        return [
            self.placed(),
            self.offered(volunteer_id),
            self.assigned(volunteer_id),
            self.started(volunteer_id),
            self.completed(volunteer_id),
            self.done(),
            self.reviewed(),
            self.closed(),
        ]

    def _of_matcher(self, holder: Holder | None = None, next_step: NextStep = NextStep.ACCEPT) -> dict[str, Any]:
        self.dispatch_version += 1
        return {
            "community": COMMUNITY,
            "order_id": self.order_id,
            "version": self.dispatch_version,
            "grid": GRID,
            "at": AT,
            "holder": holder or Holder(role=Role.COORDINATOR, area=GRID, id="c-1"),
            "due_at": DUE,
            "next_step": next_step,
        }


def fact_of(event: OrderEvent) -> Fact[Any]:
    """An event as it is heard; the same event always has the same id."""
    return Fact(f"{event.order_id}.{event.publisher}.{event.version}", AT, event)
