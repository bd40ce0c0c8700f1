"""Matcher's side of an order, as far as intake hears it: facts with gapless versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from services.intake.app import Intake
from shared.contracts.envelope import Fact
from shared.contracts.matcher import DISPATCH_EVENTS, DispatchEvent
from shared.contracts.words import Holder, NextStep, Role, Window
from tests.integration.intake.running import START, Place

AT = datetime.fromisoformat(START)
DUE = AT + timedelta(hours=2)
REVIEW_DUE = AT + timedelta(days=3)
CLASSES: Mapping[str, type[DispatchEvent]] = {event.name: event for event in DISPATCH_EVENTS}
COORDINATOR = Holder(role=Role.COORDINATOR, area="east-g1", id="c-2")
VOLUNTEER = Holder(role=Role.VOLUNTEER, id="v-1")
DEPARTMENT = Holder(role=Role.DEPARTMENT, area="east-g1", id="city")
RESIDENT = Holder(role=Role.RESIDENT)
HOLDS: Mapping[str, tuple[Holder, NextStep]] = {
    "offer_made": (COORDINATOR, NextStep.ACCEPT),
    "offer_declined": (COORDINATOR, NextStep.OFFER),
    "offer_countered": (COORDINATOR, NextStep.OFFER),
    "offer_expired": (COORDINATOR, NextStep.OFFER),
    "call_up_made": (COORDINATOR, NextStep.CALL_UP),
    "leg_requested": (COORDINATOR, NextStep.ACCEPT),
    "leg_assigned": (VOLUNTEER, NextStep.START),
    "leg_started": (VOLUNTEER, NextStep.COMPLETE),
    "leg_handed_back": (COORDINATOR, NextStep.OFFER),
    "leg_completed": (VOLUNTEER, NextStep.COMPLETE),
    "order_escalated": (COORDINATOR, NextStep.DECIDE),
    "order_referred": (DEPARTMENT, NextStep.COMPLETE),
    "order_released": (COORDINATOR, NextStep.OFFER),
    "leg_added": (COORDINATOR, NextStep.DECIDE),
    "leg_taken": (COORDINATOR, NextStep.COMPLETE),
    "extension_asked": (COORDINATOR, NextStep.DECIDE),
    "order_extended": (COORDINATOR, NextStep.DECIDE),
    "errand_advanced": (DEPARTMENT, NextStep.COMPLETE),
    "incident_raised": (COORDINATOR, NextStep.DECIDE),
    "incident_answered": (COORDINATOR, NextStep.DECIDE),
    "order_done": (RESIDENT, NextStep.REVIEW),
}
_ALL_ELSE: Mapping[str, Any] = {
    "offer_id": "offer-1",
    "assignment_id": "assignment-1",
    "volunteer_id": "v-1",
    "service": "homework",
    "post": "tutoring",
    "wave": 1,
    "urgency": "normal",
    "expires_at": AT + timedelta(minutes=30),
    "by": "volunteer",
    "reason": "ill",
    "tier": "grid",
}


def event_of(
    name: str, order_id: str, version: int, leg_id: str = "leg-1", next_step: NextStep | None = None
) -> DispatchEvent:
    """One of matcher's facts, with whom it makes the holder; ``next_step`` where it is not the usual one."""
    holder, usual = HOLDS[name]
    next_step = next_step or usual
    due_at = REVIEW_DUE if name == "order_done" else DUE
    told = {
        "community": "east",
        "order_id": order_id,
        "version": version,
        "grid": "east-g1",
        "at": AT,
        "leg_id": leg_id,
    }
    told["window"] = Window(from_=AT, to=DUE) if name == "offer_countered" else None
    told |= {"call_up_id": "call-up-1", "unit": "u-1", "secretary_id": "s-1"}
    told |= {"referral_id": "referral-1", "department": None, "headcount": 1}
    told |= {"extension_id": "extension-1", "until": DUE, "by_word": False, "step": "papers_received"}
    told |= {"incident_id": "incident-1", "area": "east-g1"}
    if name.startswith("incident"):
        told["by"] = "resident"
    if name == "order_referred":
        told["department"] = holder.id
    if name == "leg_added":  # a leg of its own
        told |= {"leg_id": str(uuid4()), "after": leg_id}
    told |= {"holder": holder, "next_step": next_step, "due_at": due_at}
    return CLASSES[name].model_validate({**_ALL_ELSE, **told})


@dataclass
class Dispatch:
    """The dispatch of one order, told to intake's writer fact by fact."""

    intake: Intake
    order_id: str
    leg_id: str
    version: int = field(default=0)

    @classmethod
    async def of(cls, intake: Intake, place: Place, order_id: str) -> Dispatch:
        """The dispatch of an order that was just placed or reopened."""
        sql = "SELECT leg_id, dispatch_version FROM legs JOIN orders USING (order_id) WHERE order_id = :id"
        rows = await place.rows(f"{sql} ORDER BY legs.round DESC", id=order_id)
        return cls(intake, order_id, *rows[0])

    async def tell(self, *names: str) -> None:
        """The next facts, in order. Raises ``TooEarly`` when intake cannot take one yet."""
        for name in names:
            self.version += 1
            await self.tell_version(name, self.version)

    async def tell_next(self, name: str, next_step: NextStep) -> None:
        """The next fact, with another next step than the usual one."""
        self.version += 1
        await self.tell_version(name, self.version, next_step)

    async def tell_version(self, name: str, version: int, next_step: NextStep | None = None) -> None:
        """A fact with a version of its own, which may be old or from the future."""
        fact = Fact(str(uuid4()), AT, event_of(name, self.order_id, version, self.leg_id, next_step))
        await self.intake.machinery.writer.do(self.intake.use_cases.following.follow_dispatch, fact)


SERVED = ("offer_made", "leg_assigned", "leg_started", "leg_completed", "order_done")
"""What a well served order hears."""
