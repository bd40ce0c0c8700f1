"""What others who are concerned in an order ask for, and what coordinators do for them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from services.intake.commands.placing import Contact
from services.intake.commands.words import LONGEST_TEXT, Code, Command, Line, Words
from shared.contracts.words import Window


class Suggest(Command):
    """What somebody is about to order, in their own words; ``service`` and ``area`` once they are known."""

    text: Annotated[Words, Field(max_length=LONGEST_TEXT)] = ""
    service: Code | None = None
    area: Code | None = None
    window: Window | None = None


class JoinOrder(Command):
    """Have the same matter as a similar order; ``join_token`` came with it."""

    join_token: Annotated[Line, Field(max_length=1000)]
    contact: Contact


class ConcernOther(Command):
    """Somebody whom a coordinator adds to an order: with the same matter, or as the other side."""

    contact: Contact


class MergeInto(Command):
    """The order under whose number the matter goes on."""

    into: Annotated[Line, Field(max_length=40)]


class Answer(Command):
    """The other side of a mediation: whether they agree to it, and when it suits them."""

    agrees: bool
    window: Window | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_time_without_a_yes(cls, given: object) -> object:
        if isinstance(given, dict) and str(given.get("agrees")).lower() == "false":
            return {name: value for name, value in given.items() if name != "window"}
        return given
