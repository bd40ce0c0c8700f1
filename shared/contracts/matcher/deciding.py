"""Coordinators: the ladder, departments, further legs, more time, dangers."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.matcher.ground import DispatchEvent
from shared.contracts.words import Holder, Role


class OrderEscalated(DispatchEvent):
    """A coordinator holds the order; ``tier`` is the area's kind, ``reason`` a code (no_holder, clock …).

    ``previous`` held it until now. ``overdue_since``: nobody is above, and it has been late since then.
    """

    name: ClassVar[str] = "order_escalated"

    tier: str
    reason: str
    previous: Holder | None = None
    overdue_since: AwareDatetime | None = None


class OrderReleased(DispatchEvent):
    """A coordinator has looked at an order that was held, and volunteers may be asked about it as about any other."""

    name: ClassVar[str] = "order_released"


class OrderReferred(DispatchEvent):
    """A leg was referred to a department, a property firm or a merchant, which holds the order until ``due_at``."""

    name: ClassVar[str] = "order_referred"

    leg_id: str
    referral_id: str
    department: str


class LegAdded(DispatchEvent):
    """A coordinator added a further leg; it waits until the one it comes ``after`` is served."""

    name: ClassVar[str] = "leg_added"

    leg_id: str
    post: str | None
    department: str | None
    headcount: int
    after: str


class ExtensionAsked(DispatchEvent):
    """Whoever holds the order needs until ``until``; the resident is asked, and the clock runs on meanwhile."""

    name: ClassVar[str] = "extension_asked"

    leg_id: str
    extension_id: str
    until: AwareDatetime


class OrderExtended(DispatchEvent):
    """The resident agreed to a later time: on their page, or by word of mouth to a coordinator (``by_word``)."""

    name: ClassVar[str] = "order_extended"

    leg_id: str
    extension_id: str
    by_word: bool


class IncidentRaised(DispatchEvent):
    """A danger, reported ``by`` the resident or whoever serves, is before the coordinator of ``area`` at once."""

    name: ClassVar[str] = "incident_raised"

    incident_id: str
    by: Role
    area: str


class IncidentAnswered(DispatchEvent):
    """A coordinator has seen to the danger."""

    name: ClassVar[str] = "incident_answered"

    incident_id: str
    by: Role
