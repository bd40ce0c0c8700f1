"""Asking people: offers, call-ups, the pool."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.matcher.ground import DispatchEvent
from shared.contracts.words import Urgency, Window


class OfferMade(DispatchEvent):
    """One leg was proposed to one volunteer, until ``expires_at``. ``unit``: whose secretary named the volunteer."""

    name: ClassVar[str] = "offer_made"

    leg_id: str
    offer_id: str
    volunteer_id: str
    service: str
    post: str
    wave: int
    urgency: Urgency
    window: Window | None
    expires_at: AwareDatetime
    unit: str | None = None


class OfferDeclined(DispatchEvent):
    """An offer was declined. Who declined is the pairing's business alone (mission.md, fairness)."""

    name: ClassVar[str] = "offer_declined"

    leg_id: str
    offer_id: str


class OfferCountered(DispatchEvent):
    """ "Not now, but then": an offer was answered with another time. Whose answer it was is the pairing's business."""

    name: ClassVar[str] = "offer_countered"

    leg_id: str
    offer_id: str
    window: Window


class OfferExpired(DispatchEvent):
    """An offer ran out unanswered. Whose it was is the pairing's business alone."""

    name: ClassVar[str] = "offer_expired"

    leg_id: str
    offer_id: str


class CallUpMade(DispatchEvent):
    """Nobody is left to ask: the secretary of a unit may name a member, until ``expires_at``."""

    name: ClassVar[str] = "call_up_made"

    leg_id: str
    call_up_id: str
    unit: str
    secretary_id: str
    service: str
    urgency: Urgency
    window: Window | None
    expires_at: AwareDatetime


class LegRequested(DispatchEvent):
    """A volunteer asked for a leg of the pool; the draw settles whether they get it."""

    name: ClassVar[str] = "leg_requested"

    leg_id: str
    offer_id: str
    volunteer_id: str
