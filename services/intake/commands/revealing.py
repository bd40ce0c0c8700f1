"""Looking at somebody's name and number, and why."""

from __future__ import annotations

from enum import StrEnum

from services.intake.commands.words import Command


class RevealReason(StrEnum):
    """Why a coordinator needs to reach somebody."""

    ARRANGE = "arrange"
    CALL_BACK = "call_back"
    VISIT = "visit"
    COMPLAINT = "complaint"
    EMERGENCY = "emergency"


class RevealedPart(StrEnum):
    """Whose name and number: who ordered, or whom it is for."""

    CONTACT = "contact"
    PERSON = "person"


class RevealContact(Command):
    """Show a name and a number in full. The look is logged with its reason."""

    reason: RevealReason
    part: RevealedPart = RevealedPart.CONTACT
