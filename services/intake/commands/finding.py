"""A resident who lost the number finds the orders of their phone."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from services.intake.commands.words import LONGEST_PHONE, Command, Line
from shared.community.phones import mobile


def _halfwidth(typed: object) -> object:
    """Chinese keyboards may type wide digits."""
    return unicodedata.normalize("NFKC", typed) if isinstance(typed, str) and len(typed) <= LONGEST_PHONE else typed


def _mobile(typed: str) -> str:
    try:
        return mobile(typed)
    except ValueError:
        raise ValueError("This is not a mobile number") from None


Mobile = Annotated[Line, Field(max_length=LONGEST_PHONE), AfterValidator(_mobile)]
"""A mobile number as people write it, read as E.164: no other phone is brought a code."""

SixDigits = Annotated[str, BeforeValidator(_halfwidth), StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")]


class FindOrders(Command):
    """Have a code sent to this phone."""

    phone: Mobile


class OpenOrders(Command):
    """Show the orders of this phone: ``claim`` is the answer to who asked, ``code`` what came to the phone."""

    claim: Annotated[Line, Field(max_length=100)]
    phone: Mobile
    code: SixDigits
