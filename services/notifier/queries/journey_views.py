"""What an order's journey shows."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from services.notifier.queries.views import RecipientView
from shared.contracts.words import Role


class StepOfJourney(BaseModel):
    """One thing that happened to an order, or will. ``what``: ``event``, ``notice`` (made), ``delivery`` (over one
    channel) or ``clock`` (still to come). ``name``: of the event, the kind of the notice, or ``due``. ``at``: domain.
    """

    at: datetime
    what: str
    name: str
    publisher: str | None = None
    version: int | None = None
    position: int | None = None
    trace_id: str | None = None
    recipient: RecipientView | None = None
    channel: str | None = None
    state: str | None = None
    attempts: int | None = None
    error: str | None = None


class JourneyView(BaseModel):
    """One order's way. ``traces``: W3C trace ids of its events. Holder and due time while it has not ended."""

    order_id: str
    reference: str
    service: str
    community: str | None
    grid: str
    holder_role: Role | None
    holder_area: str | None
    due_at: datetime | None
    ended: bool
    traces: list[str]
    items: list[StepOfJourney]
    next: str | None = None
