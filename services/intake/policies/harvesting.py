"""Taking orders to read whom they are for, and giving them back: who does so starts before they read on."""

from __future__ import annotations

from datetime import timedelta

from shared.contracts.refusal import Conflict

LOOKED_BACK = timedelta(days=1)
RESIDENTS_DOING = frozenset({"window_changed", "nobody_home"})
"""Reasons of a hand-back that do not count: the resident's doing."""
WHOLE = frozenset({"ill", "departed", "suspended", "removed"})
"""Nor do these: told once for everything somebody had, or somebody else's decision."""


class StartFirst(Conflict):
    """The contact is shown once they are on their way, which the resident sees."""

    title = "Please press \u201cI am on my way\u201d first; then you see whom to reach"

    def __init__(self) -> None:
        """The sentence is the detail as well: it reaches whoever asks for a volunteer over the broker."""
        super().__init__(self.title)


def counts(reason: str) -> bool:
    """Whether giving an order back unstarted with this reason counts, when its contact had been read."""
    return reason not in RESIDENTS_DOING | WHOLE


def check_starts(returned: int, most: int) -> None:
    """Raises ``StartFirst`` for who gave ``most`` back unstarted, whose contacts they had read."""
    if returned >= most:
        raise StartFirst
