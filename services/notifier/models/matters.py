"""What the public board counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.notifier.models.ground import NotifierTable
from services.notifier.policies.matters import changes
from shared.contracts.envelope import OrderEvent
from shared.contracts.intake import OrderPlaced


class Matter(NotifierTable, table=True):
    """One order as the public board counts it; a fold of its facts (``policies.matters``), and of nothing else.

    ``area``: its community, or its grid where that is in none. ``tiers``: kinds of area whose coordinators held it,
    sorted, with commas. ``rounds``: 1, and one more for each reopening; ``dones``: how often it was served.
    ``outcome`` and ``content``: once it has ended. ``verdicts``: those of others than who ordered. Minutes are whole,
    from ``placed_at``.
    """

    __tablename__ = "matters"
    __table_args__ = (
        Index("matters_board", "area", "service", "placed_at"),
        Index("matters_by_time", "placed_at", "taken_minutes", "done_minutes", "tiers"),
        Index("matters_closed", "closed_at", "outcome"),
    )

    order_id: str = Field(primary_key=True)
    community: str | None
    grid: str
    area: str
    service: str
    placed_at: datetime
    first_offered_at: datetime | None = None
    first_assigned_at: datetime | None = None
    taken_minutes: int | None = None
    done_at: datetime | None = None
    done_minutes: int | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    rating: int | None = None
    content: bool | None = None
    tiers: str = ""
    rounds: int = 1
    dones: int = 0
    verdicts: int = 0
    merged_into: str | None = Field(default=None, index=True)

    @classmethod
    def placed(cls, event: OrderPlaced) -> Matter:
        """A matter nothing else is known of yet."""
        return cls(
            order_id=event.order_id,
            community=event.community,
            grid=event.grid,
            area=event.community or event.grid,
            service=event.service,
            placed_at=event.placed_at,
        )

    def hear(self, event: OrderEvent) -> None:
        """Take the next fact of its publisher in."""
        for name, value in changes(self, event).items():
            setattr(self, name, value)
