"""Reasons, states and acts of dead letters, as ops read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.contracts.unheard import Cause
from shared.web.i18n import gettext, msgid

CAUSES: Mapping[str, str] = {
    Cause.UNREADABLE: msgid("The body cannot be read"),
    Cause.OVERSIZED: msgid("The body is larger than any event"),
    Cause.MISSHAPEN: msgid("The body is not that of this event"),
    Cause.UNMARKED: msgid("A header is missing"),
    Cause.FORGED: msgid("A mark does not fit the others: forged, or damaged"),
    Cause.UNKNOWN_TYPE: msgid("An event nobody here knows"),
    Cause.UNKNOWN_VERSION: msgid("A version this release cannot read: replay it after the upgrade"),
    Cause.REFUSED: msgid("A rule refused it"),
    Cause.TOO_EARLY: msgid("What it builds on had not come after ten minutes"),
    Cause.FAILED: msgid("The service failed on it"),
}
STATES: Mapping[str, str] = {
    "dead": msgid("Waiting for somebody"),
    "replayed": msgid("Heard after all"),
    "discarded": msgid("Discarded"),
}
RESULTS: Mapping[str, str] = {
    "heard": msgid("It was heard"),
    "known": msgid("It had taken effect before"),
    "refused": msgid("It was refused again"),
    "too_early": msgid("It was still too early"),
    "failed": msgid("The service failed on it"),
    "away": msgid("The service did not answer"),
    "discarded": msgid("It was discarded"),
    "replayed": msgid("It was not discarded: it had been heard"),
}


def why(reason: str) -> str:
    """A reason in the reader's language; what it is about, and one nobody knows, as it is written."""
    cause, _, about = reason.partition(":")
    known = CAUSES.get(cause)
    if known is None:
        return reason
    return f"{gettext(known)} ({about})" if about else gettext(known)


def state_said(state: str) -> str:
    """A letter's state in the reader's language."""
    return gettext(STATES[state]) if state in STATES else state


def result_said(result: str) -> str:
    """What came of an act, in the reader's language."""
    return gettext(RESULTS[result]) if result in RESULTS else result


LETTER_WORDS: Mapping[str, Any] = {"why": why, "state_said": state_said, "result_said": result_said}
"""For the templates."""
