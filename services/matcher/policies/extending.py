"""When more time may be asked for: once in a round of an order, and the resident has to agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.contracts.refusal import Conflict, FieldError, Invalid


class AlreadyExtended(Conflict):
    """More time was given in this round, refused, or the question is still open."""

    title = "More time can be asked for only once"


class ExtensionTooShort(Invalid):
    """The new time must lie ahead and be later than the one that holds."""

    title = "Please choose a time later than the one that holds now"


class ExtensionTooLong(Invalid):
    """The community's definition says how far ahead the new time may lie."""

    title = "This is further ahead than may be asked for"


def check_until(until: datetime, due_at: datetime, now: datetime, longest: timedelta) -> None:
    """Raises ``ExtensionTooShort`` or ``ExtensionTooLong`` unless ``until`` gives more time, by ``longest`` at most."""
    if until <= max(due_at, now):
        raise ExtensionTooShort(errors=[FieldError("/until", ExtensionTooShort.title)])
    if until > now + longest:
        raise ExtensionTooLong(errors=[FieldError("/until", ExtensionTooLong.title)])


def check_first(answers: Sequence[bool | None], *, agreed: bool) -> None:
    """Raises ``AlreadyExtended`` where more time was asked for in this round. ``answers``: what the resident said each
    time, None for a question that is still open; that one may be answered by word of mouth (``agreed``).
    """
    if any(answer is not None for answer in answers) or (answers and not agreed):
        raise AlreadyExtended
