"""What a coordinator may release to volunteers: an order that was held until somebody had looked at it."""

from __future__ import annotations

from shared.contracts.refusal import Conflict


class NotHeldToLook(Conflict):
    """It was not held to be looked at, or somebody has decided about it."""

    title = "This order is not held to be looked at"


def check_releasable(*, look_first: bool) -> None:
    """Raises ``NotHeldToLook``."""
    if not look_first:
        raise NotHeldToLook
