"""Dangers are reported and seen to."""

from __future__ import annotations

from services.matcher.commands.words import Command, Words
from shared.contracts.words import IncidentKind


class ReportIncident(Command):
    """Somebody reports a danger; in an emergency they call 119, 120 or 110 first."""

    kind: IncidentKind
    words: Words


class AnswerIncident(Command):
    """A coordinator has seen to a danger; what they did stays with the coordinators."""

    words: Words
