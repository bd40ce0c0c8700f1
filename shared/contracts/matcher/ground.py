"""What every fact of matcher says."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.words import Holder, NextStep


class DispatchEvent(OrderEvent):
    """A fact of matcher; ``version`` numbers the dispatch.

    ``holder``, ``due_at`` and ``next_step`` hold from ``at`` on.
    """

    publisher: ClassVar[str] = "matcher"

    grid: str
    at: AwareDatetime
    holder: Holder
    due_at: AwareDatetime
    next_step: NextStep


class PostEvent(Event):
    """A fact about who holds a post."""

    publisher: ClassVar[str] = "matcher"

    post_id: str
    skill: str
    area: str
    volunteer_id: str
    at: AwareDatetime

    @property
    def about(self) -> str:
        """The post's id."""
        return self.post_id
