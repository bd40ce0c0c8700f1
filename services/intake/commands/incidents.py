"""A resident reports a danger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.intake.commands.words import LONGEST_TEXT, Command, Words
from shared.contracts.words import IncidentKind


class ReportIncident(Command):
    """What happened; in an emergency people call 119, 120 or 110 first."""

    kind: IncidentKind
    words: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)]
