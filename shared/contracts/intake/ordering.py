"""The order itself: placed, changed, withdrawn, reviewed, closed."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.intake.ground import IntakeEvent, PlacedLeg
from shared.contracts.words import Outcome, Role, Urgency, Window


class OrderPlaced(IntakeEvent):
    """A resident's order was accepted. ``grid`` is an area code; ``due_at`` ends the dispatch clock.

    ``continues``: earlier orders of the same resident and service whose review was content, the newest first, so
    that the same volunteer may come again. ``has_parties``: people are parties to the matter; who they are stays with
    intake, which answers ``rpc.intake.parties``. ``call_only``: who ordered does not read messages. ``split_from``: the
    order that a coordinator divided. ``review``: it looks like spam; a coordinator decides before volunteers are asked.
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
    call_only: bool = False
    split_from: str | None = None
    review: bool = False


class OrderAmended(IntakeEvent):
    """The window or the urgency was changed (or words that no event carries), ``by`` the resident or a coordinator.

    ``accepted_offer``: the window is the one proposed in answer to this offer, and the resident agreed to it.
    """

    name: ClassVar[str] = "order_amended"

    urgency: Urgency
    window: Window | None
    amended_at: AwareDatetime
    accepted_offer: str | None = None
    by: Role = Role.RESIDENT


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
    """ "Not fixed": the same number runs again with further legs. ``due_at`` ends the new dispatch clock.

    ``same_people``: the resident wants those who served before; otherwise they are not asked again.
    """

    name: ClassVar[str] = "order_reopened"

    legs: tuple[PlacedLeg, ...]
    reopened_at: AwareDatetime
    due_at: AwareDatetime
    same_people: bool = False


class OrderClosed(IntakeEvent):
    """The order ended with an honest outcome. ``turned_away``: a coordinator who looked at it took it for spam, and it
    was not served.
    """

    name: ClassVar[str] = "order_closed"

    outcome: Outcome
    closed_at: AwareDatetime
    turned_away: bool = False


class OrderMerged(IntakeEvent):
    """The same matter runs under another order's number; this one ends, its residents are answered there."""

    name: ClassVar[str] = "order_merged"

    into: str
    merged_at: AwareDatetime
