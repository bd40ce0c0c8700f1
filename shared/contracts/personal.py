"""Requests about people: whom somebody reaches who serves an order, and what is to be forgotten."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from shared.contracts.asking import Answer, Request


class ContactTold(Answer):
    """Whom to reach about an order, where and what about. ``person``, ``person_phone``: whom it is for, where that is
    somebody else.
    """

    name: str = Field(default="", repr=False)
    phone: str = Field(default="", repr=False)
    organisation: str | None = Field(default=None, repr=False)
    person: str = Field(default="", repr=False)
    person_phone: str = Field(default="", repr=False)
    area: str
    details: str = Field(default="", repr=False)


class ContactAsked(Request[ContactTold]):
    """Whom a volunteer reaches who has this assignment. Intake decides: refused with ``NotFound`` unless it has heard
    that this volunteer has this assignment of this order, and of no end of it.
    """

    service: ClassVar[str] = "intake"
    name: ClassVar[str] = "contact"
    asked_by: ClassVar[frozenset[str]] = frozenset({"matcher"})
    answer: ClassVar[type[Answer]] = ContactTold

    order_id: str
    assignment_id: str
    volunteer_id: str


class WordsForgotten(Answer):
    """Nothing of an order's words is left with matcher."""


class WordsToForget(Request[WordsForgotten]):
    """Have matcher let go of all words about an order that ended: reports, notes, reasons, its parties. Refused with
    ``Unavailable`` while it has not heard of the end.
    """

    service: ClassVar[str] = "matcher"
    name: ClassVar[str] = "forget"
    asked_by: ClassVar[frozenset[str]] = frozenset({"intake"})
    answer: ClassVar[type[Answer]] = WordsForgotten

    order_id: str
