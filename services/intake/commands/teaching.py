"""What a coordinator teaches: which service the words of an order asked for."""

from __future__ import annotations

from services.intake.commands.words import Code, Command


class CorrectService(Command):
    """The service that the words asked for; the order's own takes a correction back."""

    service: Code
