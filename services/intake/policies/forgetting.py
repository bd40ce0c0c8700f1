"""What of an order is forgotten, and when (security.md, retention). What stays is its course, with nobody in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from services.intake.policies.lifecycle import FINAL
from shared.contracts.refusal import Conflict
from shared.contracts.words import OrderState


class Forgotten(IntEnum):
    """How much of what is personal in an order is gone; each step has the one before in it."""

    NOTHING = 0
    HINTS = 1
    """What was said: words, health, the other parties, notes of calls."""
    CONTACT = 2
    """Who ordered, who joined, and every comment."""


_CONTACT = ("name", "phone", "organisation", "on_behalf_of", "consent")
"""The fields of a sealed contact that are no hints; who agreed to be told of an order is kept as long as the phone."""


@dataclass(frozen=True)
class Keeping:
    """How long after its closing an order's hints and its contacts are kept, in domain time."""

    hints: timedelta = timedelta(days=7)
    contact: timedelta = timedelta(days=30)

    @classmethod
    def of_days(cls, hints: float, contact: float) -> Keeping:
        """As the settings say it."""
        return cls(timedelta(days=hints), timedelta(days=contact))

    def before(self, step: Forgotten, now: datetime) -> datetime:
        """Orders that closed by this time have come to the step."""
        return now - (self.hints if step is Forgotten.HINTS else self.contact)


class StillOpen(Conflict):
    """What an open order needs cannot be taken from it."""

    title = "This order is still open: please withdraw it, or say how it went, and then erase your data"


class NothingKept(Conflict):
    """It was erased, or its time has passed."""

    title = "Nothing personal is kept here any more"


def check_erasable(state: OrderState, *, left: bool) -> None:
    """Raises ``StillOpen`` for somebody who still takes part in an order that runs."""
    if state not in FINAL and not left:
        raise StillOpen


def without_hints(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a sealed contact once the hints are gone."""
    return {name: fields[name] for name in _CONTACT if name in fields}
