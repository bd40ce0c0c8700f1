"""Volunteers leave, fall ill, are suspended and let back in; and what they put right in what is kept of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from services.matcher.commands.words import Command, Words


def _ticked(told: object) -> object:
    """A ticked box of a form says "true"."""
    return True if told == "true" else told


class Leave(Command):
    """A volunteer leaves; nobody asks why."""

    leave: Annotated[Literal[True], BeforeValidator(_ticked)]


class EraseMe(Command):
    """A volunteer who has left is erased; it cannot be taken back."""

    sure: Annotated[Literal[True], BeforeValidator(_ticked)]


class CorrectMe(Command):
    """A volunteer's name as it should be. A number is put right by whoever keeps the roster: who signs in with it must
    be known to be the one.
    """

    name: Annotated[Words, Field(max_length=100)]


class FallIll(Command):
    """A volunteer is ill, from now until then."""

    until: AwareDatetime


class SuspendVolunteer(Command):
    """A coordinator stops a volunteer for a while; why stays with the coordinators."""

    reason: Words


class RestoreVolunteer(Command):
    """A coordinator lets a volunteer back in who was suspended, or had left."""


class RemoveVolunteer(Command):
    """A coordinator takes a volunteer off the roster."""
