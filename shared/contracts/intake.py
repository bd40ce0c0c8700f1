"""What intake publishes: the order's own facts. Bodies carry nothing personal (security.md)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.envelope import OrderEvent
from shared.contracts.words import Outcome, Urgency, Window


class PlacedLeg(BaseModel):
    """One leg to be served. ``post`` is a skill of the community definition, None where no post serves it.

    ``department``: the code of the outside holder it is referred to when its turn comes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    leg_id: str
    post: str | None
    headcount: int = 1
    after: str | None = None
    department: str | None = None


class IntakeEvent(OrderEvent):
    """A fact of intake; ``version`` numbers the order."""

    publisher: ClassVar[str] = "intake"


class OrderPlaced(IntakeEvent):
    """A resident's order was accepted. ``grid`` is an area code; ``due_at`` ends the dispatch clock.

    ``continues``: earlier orders of the same resident and service whose review was content, the newest first, so
    that the same volunteer may come again. ``has_parties``: people are parties to the matter; who they are stays with
    intake, which answers ``rpc.intake.parties``.
    """

    name: ClassVar[str] = "order_placed"

    reference: str
    service: str
    grid: str
    urgency: Urgency
    window: Window | None
    legs: tuple[PlacedLeg, ...]
    placed_at: AwareDatetime
    due_at: AwareDatetime
    continues: tuple[str, ...] = ()
    has_parties: bool = False


class OrderAmended(IntakeEvent):
    """The resident changed the window or the urgency (or words that no event carries).

    ``accepted_offer``: the window is the one proposed in answer to this offer, and the resident agreed to it.
    """

    name: ClassVar[str] = "order_amended"

    urgency: Urgency
    window: Window | None
    amended_at: AwareDatetime
    accepted_offer: str | None = None


class OrderCancelled(IntakeEvent):
    """The resident withdrew the order; whatever runs for it stops."""

    name: ClassVar[str] = "order_cancelled"

    cancelled_at: AwareDatetime


class OrderReviewed(IntakeEvent):
    """The resident's verdict; ``rating`` is 1 to 5 where one was given. The comment stays with intake."""

    name: ClassVar[str] = "order_reviewed"

    outcome: Outcome
    rating: int | None
    reviewed_at: AwareDatetime


class OrderReopened(IntakeEvent):
    """ "Not fixed": the same number runs again with further legs. ``due_at`` ends the new dispatch clock."""

    name: ClassVar[str] = "order_reopened"

    legs: tuple[PlacedLeg, ...]
    reopened_at: AwareDatetime
    due_at: AwareDatetime


class OrderClosed(IntakeEvent):
    """The order ended with an honest outcome."""

    name: ClassVar[str] = "order_closed"

    outcome: Outcome
    closed_at: AwareDatetime


EVENTS: tuple[type[IntakeEvent], ...] = (
    OrderPlaced,
    OrderAmended,
    OrderCancelled,
    OrderReviewed,
    OrderReopened,
    OrderClosed,
)
