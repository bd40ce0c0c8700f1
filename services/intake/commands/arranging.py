"""What a coordinator arranges for a resident: another time, and a second order for what is another matter."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.intake.commands.words import LONGEST_TEXT, Code, Command, Words
from shared.contracts.words import Urgency, Window


class SetWindow(Command):
    """Another time, as the resident wishes."""

    window: Window


class SplitOrder(Command):
    """Make a second order for the same resident out of one that holds two matters."""

    service: Code
    details: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)]
    urgency: Urgency | None = None
    window: Window | None = None
