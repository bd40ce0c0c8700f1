"""What matcher publishes: the dispatch's facts. Each says who holds the order, until when, what is next."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.words import Holder, NextStep, Urgency, Window


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


class PostClaimed(PostEvent):
    """A volunteer holds a post from now on; a claim that waits for vetting is published once it is vetted."""

    name: ClassVar[str] = "post_claimed"


class PostReleased(PostEvent):
    """A volunteer no longer holds a post; nobody asks why."""

    name: ClassVar[str] = "post_released"


class OfferMade(DispatchEvent):
    """One leg was proposed to one volunteer, until ``expires_at``. ``unit``: whose secretary named the volunteer."""

    name: ClassVar[str] = "offer_made"

    leg_id: str
    offer_id: str
    volunteer_id: str
    service: str
    post: str
    wave: int
    urgency: Urgency
    window: Window | None
    expires_at: AwareDatetime
    unit: str | None = None


class OfferDeclined(DispatchEvent):
    """An offer was declined. Who declined is the pairing's business alone (mission.md, fairness)."""

    name: ClassVar[str] = "offer_declined"

    leg_id: str
    offer_id: str


class OfferCountered(DispatchEvent):
    """ "Not now, but then": an offer was answered with another time. Whose answer it was is the pairing's business."""

    name: ClassVar[str] = "offer_countered"

    leg_id: str
    offer_id: str
    window: Window


class OfferExpired(DispatchEvent):
    """An offer ran out unanswered. Whose it was is the pairing's business alone."""

    name: ClassVar[str] = "offer_expired"

    leg_id: str
    offer_id: str


class CallUpMade(DispatchEvent):
    """Nobody is left to ask: the secretary of a unit may name a member, until ``expires_at``."""

    name: ClassVar[str] = "call_up_made"

    leg_id: str
    call_up_id: str
    unit: str
    secretary_id: str
    service: str
    urgency: Urgency
    window: Window | None
    expires_at: AwareDatetime


class LegRequested(DispatchEvent):
    """A volunteer asked for a leg of the pool; the draw settles whether they get it."""

    name: ClassVar[str] = "leg_requested"

    leg_id: str
    offer_id: str
    volunteer_id: str


class LegAssigned(DispatchEvent):
    """A volunteer has a place of the leg: ``by`` accepting an offer, from the pool, or by a coordinator's choice.

    ``next_step`` is ``start`` once every place is taken, ``accept`` while the team is not complete.
    """

    name: ClassVar[str] = "leg_assigned"

    leg_id: str
    assignment_id: str
    volunteer_id: str
    by: str
    window: Window | None


class LegStarted(DispatchEvent):
    """The volunteer is under way."""

    name: ClassVar[str] = "leg_started"

    leg_id: str
    assignment_id: str
    volunteer_id: str


class LegHandedBack(DispatchEvent):
    """The assignment was given back, ``reason`` from the short list; the clock keeps running."""

    name: ClassVar[str] = "leg_handed_back"

    leg_id: str
    assignment_id: str
    reason: str


class LegCompleted(DispatchEvent):
    """The leg was served: by a volunteer, by a ``department``, or (neither) a coordinator. The report stays with
    matcher.
    """

    name: ClassVar[str] = "leg_completed"

    leg_id: str
    assignment_id: str | None
    volunteer_id: str | None
    department: str | None = None


class OrderEscalated(DispatchEvent):
    """A coordinator holds the order; ``tier`` is the area's kind, ``reason`` a code (no_holder, clock …)."""

    name: ClassVar[str] = "order_escalated"

    tier: str
    reason: str


class OrderReferred(DispatchEvent):
    """A leg was referred to a department, a property firm or a merchant, which holds the order until ``due_at``."""

    name: ClassVar[str] = "order_referred"

    leg_id: str
    referral_id: str
    department: str


class LegAdded(DispatchEvent):
    """A coordinator added a further leg; it waits until the one it comes ``after`` is served."""

    name: ClassVar[str] = "leg_added"

    leg_id: str
    post: str | None
    department: str | None
    headcount: int
    after: str


class OrderDone(DispatchEvent):
    """Every leg was served; the resident holds the order and reviews it until ``due_at``."""

    name: ClassVar[str] = "order_done"


DISPATCH_EVENTS: tuple[type[DispatchEvent], ...] = (
    OfferMade,
    OfferDeclined,
    OfferCountered,
    OfferExpired,
    CallUpMade,
    LegRequested,
    LegAssigned,
    LegStarted,
    LegHandedBack,
    LegCompleted,
    OrderEscalated,
    OrderReferred,
    LegAdded,
    OrderDone,
)

POST_EVENTS: tuple[type[PostEvent], ...] = (PostClaimed, PostReleased)

EVENTS: tuple[type[Event], ...] = (*DISPATCH_EVENTS, *POST_EVENTS)
