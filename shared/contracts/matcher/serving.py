"""Serving: who has a leg, and how far it has come."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.matcher.ground import DispatchEvent
from shared.contracts.words import ErrandStep, Window


class LegAssigned(DispatchEvent):
    """A volunteer has a place of the leg: ``by`` accepting an offer, from the pool, or by a coordinator's choice.

    ``next_step`` is ``start`` once every place is taken, ``accept`` while the team is not complete.
    """

    name: ClassVar[str] = "leg_assigned"

    leg_id: str
    assignment_id: str
    volunteer_id: str
    by: str
    window: Window | None


class LegStarted(DispatchEvent):
    """The volunteer is under way."""

    name: ClassVar[str] = "leg_started"

    leg_id: str
    assignment_id: str
    volunteer_id: str


class LegTaken(DispatchEvent):
    """A coordinator serves the leg in person, and holds the order with their own name (``holder.id``)."""

    name: ClassVar[str] = "leg_taken"

    leg_id: str


class LegHandedBack(DispatchEvent):
    """The assignment was given back, ``reason`` from the short list; the clock keeps running."""

    name: ClassVar[str] = "leg_handed_back"

    leg_id: str
    assignment_id: str
    reason: str


class LegCompleted(DispatchEvent):
    """The leg was served: by a volunteer, by a ``department``, or (neither) a coordinator: ``coordinator_id``. The
    report stays with matcher.
    """

    name: ClassVar[str] = "leg_completed"

    leg_id: str
    assignment_id: str | None
    volunteer_id: str | None
    department: str | None = None
    coordinator_id: str | None = None


class ErrandAdvanced(DispatchEvent):
    """An errand at a counter has come one step further."""

    name: ClassVar[str] = "errand_advanced"

    leg_id: str
    step: ErrandStep


class OrderDone(DispatchEvent):
    """Every leg was served; the resident holds the order and reviews it until ``due_at``."""

    name: ClassVar[str] = "order_done"
