"""What somebody has put right in what is kept of them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from services.intake.commands.words import LONGEST_NAME, LONGEST_PHONE, Command, Line


def _sure(told: bool) -> bool:
    if not told:
        raise ValueError("please confirm it: it cannot be taken back")
    return told


class ErasePersonal(Command):
    """Erase what is kept of me. ``sure``: it cannot be taken back."""

    sure: Annotated[bool, AfterValidator(_sure)]


class CorrectPersonal(Command):
    """A name or a number as it should be; what is not said stays."""

    name: Annotated[Line, Field(max_length=LONGEST_NAME)] | None = None
    phone: Annotated[Line, Field(max_length=LONGEST_PHONE)] | None = None

    @model_validator(mode="after")
    def _corrects_something(self) -> Self:
        if not self.fields:
            raise ValueError("nothing to correct")
        return self

    @property
    def fields(self) -> dict[str, Any]:
        """What is to be put right."""
        return {name: told for name in ("name", "phone") if (told := getattr(self, name)) is not None}
