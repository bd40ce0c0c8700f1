"""When a roster that was sent may be imported."""

from __future__ import annotations

from datetime import datetime

from shared.contracts.refusal import Conflict


class RosterTaken(Conflict):
    """The file was imported already: twice the same press, or two windows."""

    title = "This file was imported already"


def check_untaken(imported_at: datetime | None) -> None:
    """A draft is imported once. Raises ``RosterTaken``."""
    if imported_at is not None:
        raise RosterTaken
