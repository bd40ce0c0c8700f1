"""What volunteers make of their own: a public card, an address of their calendar, certificates of their hours."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.matcher.commands.words import Command, Words

LONGEST_PROMISE = 300


class NameShown(StrEnum):
    """How much of the name a public card shows."""

    FAMILY = "family"
    FULL = "full"


class Title(StrEnum):
    """What people call somebody by their family name."""

    COMRADE = "comrade"
    MR = "mr"
    MS = "ms"
    MASTER = "master"
    TEACHER = "teacher"
    DOCTOR = "doctor"


class ShowCard(Command):
    """A volunteer shows a card to the residents of their community, or changes it. ``title``: beside the family name.
    ``promise``: in their own words. ``posts``: whether those they hold are on it.
    """

    name_shown: NameShown
    title: Title = Title.COMRADE
    promise: Annotated[Words, Field(max_length=LONGEST_PROMISE)] | None = None
    posts: bool = False


class TakeBackCard(Command):
    """Nobody sees the card any more."""


class MakeFeed(Command):
    """An address for calendar programs; the one before, if any, ends. ``language``: of its texts."""

    language: Annotated[str, Field(pattern="^(zh-CN|en)$")] = "zh-CN"


class TakeBackFeed(Command):
    """The address of the calendar ends."""


class IssueCertificate(Command):
    """A certificate of the hours served from one local day to another, both included."""

    first_day: date
    last_day: date
