"""The base of every broken rule.

A refusal is an answer, not an accident: it is told to the person, never logged as an error.

Each rule defines its own refusal beside its policy and picks one of the kinds below;
``shared.web.errors`` alone maps the kinds to HTTP statuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field; ``pointer`` is a JSON pointer into the request body (RFC 6901).

    ``detail`` is a message id; ``values`` fill its ``%(name)s`` places once it is in the reader's language.
    """

    pointer: str
    detail: str
    values: Mapping[str, str | int] = field(default_factory=dict, hash=False)


class Sentences(StrEnum):
    """The base of enums whose values people read: English sentences that are message ids of their translations."""


class Refusal(Exception):
    """A rule said no.

    ``title`` is an English sentence and at the same time the message id under which
    the reader's language is looked up; the stable slug of the problem type is made from the class name.
    """

    title: ClassVar[str] = "The request was refused"

    def __init__(
        self,
        detail: str = "",
        *,
        values: Mapping[str, str | int] | None = None,
        errors: Sequence[FieldError] = (),
        members: Mapping[str, Any] | None = None,
    ) -> None:
        """``values`` fill the ``%(name)s`` places of ``detail``, a message id. ``members`` are further members of
        the problem document (RFC 9457, section 3.2), JSON values."""
        super().__init__(detail or self.title)
        self.detail = detail
        self.values = dict(values or {})
        self.errors = tuple(errors)
        self.members = dict(members or {})


class NotFound(Refusal):
    """There is no such thing, or it is not yours to see (the two look alike on purpose)."""

    title = "Not found"


class Conflict(Refusal):
    """The thing is no longer in the state the request needs."""

    title = "This is no longer possible"


class Invalid(Refusal):
    """The request is well formed but breaks a rule about its content."""

    title = "Some of this is not valid"


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    title = "You may not do this"


class Unauthenticated(Refusal):
    """The caller is not known. Never says why."""

    title = "Please sign in"


class TooMany(Refusal):
    """A limit on attempts was reached."""

    title = "Too many attempts; please wait"


class TooLarge(Refusal):
    """The request is larger than its limit."""

    title = "The request is too large"


class NotUnderstood(Refusal):
    """The content is of a kind that is not taken here."""

    title = "This kind of content is not understood here"


class Unavailable(Refusal):
    """A part we depend on cannot answer now; trying again later may work."""

    title = "The service is busy; please try again shortly"


class TooEarly(Refusal):
    """A fact arrived before the one it builds on; it is kept for a later attempt."""

    title = "This builds on something that has not arrived yet"
