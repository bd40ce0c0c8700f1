"""Why a message could not be heard: a cause and what it is about, names only, never what the message says.

Written ``cause`` or ``cause:about``, such as ``forged:ce-source`` or ``refused:OrderUnknown``: in a dead letter's
``dead-reason``, in logs, and in what a service answers that was asked to hear a letter again.
"""

from __future__ import annotations

from enum import StrEnum

from shared.contracts.refusal import Refusal, TooEarly


class Cause(StrEnum):
    """The kinds of reasons. What follows the colon: a header, a field, a type, a rule, or nothing."""

    UNREADABLE = "unreadable"
    """The body is no JSON, or holds what no database stores."""
    OVERSIZED = "oversized"
    """The body is larger than any event is."""
    MISSHAPEN = "misshapen"
    """JSON, but not this event: the field that is missing or wrong."""
    UNMARKED = "unmarked"
    """A header that every event has is not there."""
    FORGED = "forged"
    """A mark that does not fit the others: a header, a token of the subject, a field of the body."""
    UNKNOWN_TYPE = "unknown_type"
    """An event this service does not hear."""
    UNKNOWN_VERSION = "unknown_version"
    """An event it hears, in a version it cannot read: newer than itself, or no longer alive."""
    REFUSED = "refused"
    """A rule said no: which one."""
    TOO_EARLY = "too_early"
    """What it builds on did not come for as long as facts may wait for it."""
    FAILED = "failed"
    """An accident in the service that hears it: of which type."""

    def about(self, name: str) -> str:
        """The reason as it is written."""
        return f"{self.value}:{name}" if name else self.value


class Poison(ValueError):
    """A message that is no fact, and never will be for the code that reads it; ``reason`` as it is written."""

    def __init__(self, cause: Cause, about: str = "") -> None:
        self.reason = cause.about(about)
        super().__init__(self.reason)


def reason_of(error: Exception) -> str:
    """Why a message could not be heard. An error's own text is left out: it may quote the message."""
    match error:
        case Poison():
            return error.reason
        case TooEarly():
            return Cause.TOO_EARLY.value
        case Refusal():
            return Cause.REFUSED.about(type(error).__name__)
    return Cause.FAILED.about(type(error).__name__)
