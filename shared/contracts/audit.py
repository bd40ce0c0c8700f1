"""What the audit tells: who did or tried what, about which order or person, why, and whether they were let.

Never a value: no name, number, address or text. What was seen, changed or typed stands elsewhere, sealed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_WORD = re.compile(r"[A-Za-z0-9_.:{}/@+-]{0,128}")
"""Ids, codes and routes; no blank, so that no sentence gets in."""


def _keep_words(told: object, *names: str) -> None:
    """What is no id or code may be somebody's words: a question mark stands for it, and nothing is refused for it."""
    for name in names:
        if _WORD.fullmatch(getattr(told, name)) is None:
            object.__setattr__(told, name, "?")


class What(StrEnum):
    """The verbs of the audit: a short list that an alert and a search can rely on."""

    READ = "read"
    """A coordinator opened an order: words and times, contacts masked."""
    REVEALED = "revealed"
    """A contact was shown in full to staff, with a reason."""
    FETCHED = "fetched"
    """A contact was given to the volunteer, coordinator or department that serves the order."""
    LOOKED_UP = "looked_up"
    """A reference or a phone number was asked for."""
    ENTERED = "entered"
    """A door was tried by somebody who may not pass."""
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    HANDED_OVER = "handed_over"
    """A session was carried to another service."""
    ATTESTED = "attested"
    """A call, a visit or a closing was recorded for somebody who reads no messages."""
    DECIDED = "decided"
    """A coordinator, department or secretary decided where an order goes, or about a person's standing."""
    RETURNED = "returned"
    """A volunteer handed back what they had accepted."""
    EXPORTED = "exported"
    IMPORTED = "imported"
    EDITED = "edited"
    """The community's definition, the roster or a setting was changed."""
    VIEWED = "viewed"
    """Somebody saw all that is kept of them."""
    CORRECTED = "corrected"
    ERASED = "erased"
    SWEPT = "swept"
    """Personal data ended by their time."""
    REPLAYED = "replayed"
    DISCARDED = "discarded"
    KEYED = "keyed"
    """A key, token or credential was made, rotated or revoked."""
    SEARCHED = "searched"
    """The audit itself was searched."""
    ALERTED = "alerted"
    """Figures passed a threshold, and somebody was told."""
    LIMITED = "limited"
    """Somebody was turned away or put under review for doing too much."""
    RESTORED = "restored"
    """The database came back from a backup: what came after it is not in this chain."""
    BROKEN = "broken"
    """The key was lost: rows up to a sequence were chained under another, by which nobody can check them any more."""
    DROPPED = "dropped"
    """Rows up to a sequence have passed their time and are gone."""


class Verdict(StrEnum):
    """Whether it was let happen."""

    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Who:
    """Who did it: a role, an opaque id, and a coordinator's area. ``system`` is the service itself."""

    role: str
    id: str = ""
    area: str = ""

    def __post_init__(self) -> None:
        _keep_words(self, "role", "id", "area")


SYSTEM = Who("system")
"""The service itself, on its own clocks."""
STRANGER = Who("stranger")
"""Somebody nobody knows: no session, no token, no tracking link."""


@dataclass(frozen=True)
class Deed:
    """One thing somebody did or tried.

    ``order_id``: the order it is about; ``subject``: the opaque id of the person, letter or roster it is about;
    ``field``: which part of it, or the route; ``reason``: a code; ``up_to``: for ``dropped`` the last sequence that
    is gone, for ``broken`` the last one under the lost key.
    """

    who: Who
    what: What
    order_id: str = ""
    subject: str = ""
    field: str = ""
    reason: str = ""
    verdict: Verdict = Verdict.ALLOWED
    up_to: int | None = None

    def __post_init__(self) -> None:
        _keep_words(self, "order_id", "subject", "field", "reason")


def decided(by: Who, field: str, order_id: str = "", subject: str = "", reason: str = "") -> Deed:
    """Somebody answerable (``by``) decided; ``field`` is the verb in one word, ``subject`` whom or what it names."""
    return Deed(by, What.DECIDED, order_id, subject, field, reason)


class AuditRow(BaseModel):
    """One row of an audit as it is searched; ``at`` is wall time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sequence: int
    at: AwareDatetime
    role: str
    actor: str
    area: str
    what: str
    order_id: str
    subject: str
    field: str
    reason: str
    verdict: str


class DeedsWanted(BaseModel):
    """Which rows of an audit: of one ``person`` (who did it, or whom it is about), one order, one verb, from ``since``
    and before ``until`` (wall time); empty is all. ``before``: with a lower sequence, 0 for any; ``most``: so many.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: str = ""
    order_id: str = ""
    what: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: int = 0
    most: int = Field(default=50, ge=1, le=500)
