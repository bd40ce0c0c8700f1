"""What may become of a dead letter: heard after all, or discarded for a reason somebody answers for."""

from __future__ import annotations

import re
from enum import StrEnum

from shared.contracts.refusal import Conflict, FieldError, Invalid, Sentences

_LONG_NUMBER = re.compile(r"(?:\d[\s-]?){7,}")


class LetterState(StrEnum):
    """``dead``: waits for somebody. ``replayed``: heard after all. ``discarded``: nobody shall hear it."""

    DEAD = "dead"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class Act(StrEnum):
    """What ops do with a letter."""

    REPLAY = "replay"
    DISCARD = "discard"


AWAY = "away"
"""The result of an attempt at which the service did not answer; every other result is the service's own word."""


class Says(Sentences):
    """What is told beside a field."""

    NUMBER = "Please leave out telephone numbers and other numbers of people"


class LetterStillDead(Conflict):
    """The service was asked and could not hear it this time either; the member ``reason`` says why."""

    title = "It could not be heard this time either"


class LetterHeard(Conflict):
    """It has taken effect; there is nothing to discard."""

    title = "It was heard and cannot be discarded any more"


class NobodyHears(Conflict):
    """The letter is of no service there is."""

    title = "No service hears letters of this kind"


class NumberInReason(Invalid):
    """A reason is kept for years and read by whoever operates this: nobody's number belongs there."""

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/reason", Says.NUMBER)])


def check_reason(reason: str) -> None:
    """Raises ``NumberInReason`` when it holds something like a telephone or an identity number."""
    if _LONG_NUMBER.search(reason):
        raise NumberInReason
