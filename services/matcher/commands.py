"""What volunteers and coordinators ask of matcher. The API's request bodies, unknown fields refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MOST_MINUTES = 24 * 60


def _no_control_characters(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise ValueError("control characters are not allowed")
    return text


Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_no_control_characters),
]


class Command(BaseModel):
    """An intent, imperative."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AcceptOffer(Command):
    """Say yes to an offer."""


class StartLeg(Command):
    """Set out to serve what was accepted."""


class DeclineOffer(Command):
    """Say no to an offer; nobody has to say why, and only the pairing learns it."""

    reason: Words | None = None


class CompleteLeg(Command):
    """The leg was served. ``minutes`` it took, else those since the start."""

    report: Words
    minutes: int | None = Field(default=None, ge=1, le=MOST_MINUTES)


class HandBackLeg(Command):
    """Give an assignment back; ``reason`` is a listed word or free words."""

    reason: Words


class AssignLeg(Command):
    """A coordinator gives a leg to a volunteer by name (their id)."""

    volunteer: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ResolveLeg(Command):
    """A coordinator served or settled a leg in person."""

    report: Words


class EscalateLeg(Command):
    """A coordinator passes an order up one tier."""

    reason: Words
