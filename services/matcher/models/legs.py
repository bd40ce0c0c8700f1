"""The legs of an order: what is still to be served, and what keeps it from being."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.acceptance import LegServed, LegState

_ASKING = text("ask_at IS NOT NULL")
_DRAWING = text("draw_ends_at IS NOT NULL")
_BLOCKED = text("blocked_by IS NOT NULL")

NO_HOLDERS = "no_holders"
"""What blocks a leg whose post nobody holds."""


class Leg(MatcherTable, table=True):
    """One step of an order. ``report``: what the coordinator or department that resolved it wrote, sealed under the
    order's id. ``department``: the outside holder it is referred to when its turn comes.

    ``ask_at``: when to look for people again, while nobody could be asked. ``draw_ends_at``: when the best yes wins.
    What spoke against asking, when somebody last looked: ``blocked`` (JSON, people by reason), the reason of most
    (``blocked_by``) and the part of the day they were needed in (``blocked_part``).
    """

    __tablename__ = "legs"
    __table_args__ = (
        Index("legs_asking", "ask_at", sqlite_where=_ASKING, postgresql_where=_ASKING),
        Index("legs_drawing", "draw_ends_at", sqlite_where=_DRAWING, postgresql_where=_DRAWING),
        Index("legs_blocked", "looked_at", sqlite_where=_BLOCKED, postgresql_where=_BLOCKED),
    )

    leg_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    position: int
    round: int
    post: str | None
    headcount: int
    after: str | None = None
    state: str = LegState.OPEN.value
    hand_backs: int = 0
    waves: int = 0
    ask_at: datetime | None = None
    draw_ends_at: datetime | None = None
    looked_at: datetime | None = None
    eligible: int = 0
    blocked: str | None = None
    blocked_by: str | None = None
    blocked_part: int | None = None
    resolved_by: str | None = None
    department: str | None = None
    report: bytes | None = Field(default=None, sa_type=LargeBinary)

    @property
    def completed(self) -> bool:
        """Whether it was served."""
        return self.state == LegState.COMPLETED.value

    def complete(self) -> None:
        """Every place of it was served."""
        self.state = LegState.COMPLETED.value
        self.rest()

    def rest(self) -> None:
        """Nobody is looked for, and nothing is drawn."""
        self.ask_at = self.draw_ends_at = None

    def look_again(self, at: datetime) -> None:
        """Nobody could be asked; look again then."""
        self.ask_at = at

    def open_draw(self, ends_at: datetime) -> None:
        """The first yes has come: the best one by then wins. A draw that runs is not prolonged."""
        self.draw_ends_at = self.draw_ends_at or ends_at

    def note_eligible(self, eligible: int, now: datetime) -> None:
        """So many people could be asked."""
        self.eligible, self.looked_at, self.ask_at = eligible, now, None

    def note_blocked(self, counts: Mapping[str, int], part: int, now: datetime) -> None:
        """Nobody could be asked: so many people for each reason, at a time in this part of the day."""
        self.eligible, self.looked_at, self.ask_at = 0, now, None
        self.blocked = json.dumps(dict(counts), sort_keys=True)
        self.blocked_by = max(counts, key=lambda reason: (counts[reason], reason)) if counts else NO_HOLDERS
        self.blocked_part = part

    def resolve(self, by: str, report: bytes) -> None:
        """A coordinator (in person) or a department served or settled it. Raises ``LegServed``."""
        if self.completed:
            raise LegServed
        self.complete()
        self.resolved_by, self.report = by, report
