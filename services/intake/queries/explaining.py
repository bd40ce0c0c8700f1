"""How the search for somebody looks from outside, with words for its codes."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from shared.contracts.requests import ExplanationTold, told_aloud
from shared.web.wording import WORDS


class BlockedView(BaseModel):
    """Why some cannot be asked: ``text`` says ``reason`` in the reader's language; ``count`` is null below three."""

    reason: str
    text: str
    count: int | None


class ExplanationView(BaseModel):
    """How the search for somebody stands. ``eligible`` could be asked now, ``asked`` may still answer, each null
    below three; ``waves`` went out so far. It never says what anybody answered, nor that one person alone could."""

    order_id: str
    reference: str
    state: str
    eligible: int | None
    asked: int | None
    blocked: list[BlockedView]
    waves: int
    next_look_at: datetime | None
    due_at: datetime | None


def explained(reference: str, told: ExplanationTold) -> ExplanationView:
    """What matcher told, in the reader's language."""
    blocked = [
        BlockedView(reason=one.reason, text=WORDS["blocked_name"](one.reason), count=one.count) for one in told.blocked
    ]
    counts = {"eligible": told_aloud(told.eligible), "asked": told_aloud(told.asked)}
    more = told.model_dump(exclude={"blocked", *counts})
    return ExplanationView(reference=reference, blocked=blocked, **counts, **more)
