"""Thanks: a resident was content with what was served. A number, never a word, a rating or a name."""

from __future__ import annotations

from shared.contracts.words import Outcome

CONTENT = 4
"""The least rating of somebody who was content."""


def is_thanks(outcome: Outcome, rating: int | None) -> bool:
    """Whether a verdict is thanks: it is fixed, and rated well where it was rated at all."""
    return outcome is Outcome.FIXED and (rating is None or rating >= CONTENT)
