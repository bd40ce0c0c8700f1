"""Others who are concerned in an order, and what is asked of residents."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.intake.ground import IntakeEvent
from shared.contracts.words import Outcome, Part, Window


class ResidentJoined(IntakeEvent):
    """Somebody besides the resident who ordered is concerned from now on, and is told what they are told.

    ``resident_id`` is opaque; that of a merged order's resident is the merged order's id.
    """

    name: ClassVar[str] = "resident_joined"

    resident_id: str
    part: Part
    joined_at: AwareDatetime


class ResidentLeft(IntakeEvent):
    """Somebody is no longer concerned; ``resident_id`` is the order's id where it was who ordered, and others stay."""

    name: ClassVar[str] = "resident_left"

    resident_id: str
    left_at: AwareDatetime


class PartyAnswered(IntakeEvent):
    """The other side of a mediation agreed to it or not; ``window``: when it suits them."""

    name: ClassVar[str] = "party_answered"

    resident_id: str
    agrees: bool
    window: Window | None
    answered_at: AwareDatetime


class VerdictGiven(IntakeEvent):
    """How it ended for somebody besides the resident who ordered. Their words stay with intake."""

    name: ClassVar[str] = "verdict_given"

    resident_id: str
    outcome: Outcome
    rating: int | None
    given_at: AwareDatetime


class ExtensionAnswered(IntakeEvent):
    """The resident agreed to the later time that a coordinator asked for, or not."""

    name: ClassVar[str] = "extension_answered"

    extension_id: str
    accepted: bool
    answered_at: AwareDatetime


class ClosingProposed(IntakeEvent):
    """A coordinator sees no way to fix it and asks the resident to let it end as ``not_fixed``; why stays with
    intake.
    """

    name: ClassVar[str] = "closing_proposed"

    proposed_at: AwareDatetime


class ClosingAnswered(IntakeEvent):
    """The resident let it end as ``not_fixed`` (then ``order_closed`` follows), or not: then it goes up one tier."""

    name: ClassVar[str] = "closing_answered"

    accepted: bool
    answered_at: AwareDatetime


class IncidentReported(IntakeEvent):
    """A resident reports a danger; matcher brings it before the coordinator. What happened stays with intake.

    ``resident_id``: who reports it, None for who ordered; nobody else concerned hears of it.
    """

    name: ClassVar[str] = "incident_reported"

    incident_id: str
    resident_id: str | None = None
    raised_at: AwareDatetime
