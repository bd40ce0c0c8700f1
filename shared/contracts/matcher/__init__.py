"""What matcher publishes: the dispatch's facts. Each says who holds the order, until when, what is next."""

from __future__ import annotations

from shared.contracts.envelope import Event
from shared.contracts.matcher.deciding import (
    ExtensionAsked,
    IncidentAnswered,
    IncidentRaised,
    LegAdded,
    OrderEscalated,
    OrderExtended,
    OrderReferred,
    OrderReleased,
)
from shared.contracts.matcher.ground import DispatchEvent, PostEvent
from shared.contracts.matcher.offering import (
    CallUpMade,
    LegRequested,
    OfferCountered,
    OfferDeclined,
    OfferExpired,
    OfferMade,
)
from shared.contracts.matcher.posts import PostClaimed, PostReleased
from shared.contracts.matcher.serving import (
    ErrandAdvanced,
    LegAssigned,
    LegCompleted,
    LegHandedBack,
    LegStarted,
    LegTaken,
    OrderDone,
)

__all__ = [
    "DISPATCH_EVENTS",
    "EVENTS",
    "POST_EVENTS",
    "CallUpMade",
    "DispatchEvent",
    "ErrandAdvanced",
    "ExtensionAsked",
    "IncidentAnswered",
    "IncidentRaised",
    "LegAdded",
    "LegAssigned",
    "LegCompleted",
    "LegHandedBack",
    "LegRequested",
    "LegStarted",
    "LegTaken",
    "OfferCountered",
    "OfferDeclined",
    "OfferExpired",
    "OfferMade",
    "OrderDone",
    "OrderEscalated",
    "OrderExtended",
    "OrderReferred",
    "OrderReleased",
    "PostClaimed",
    "PostEvent",
    "PostReleased",
]

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
    OrderReleased,
    LegAdded,
    LegTaken,
    ExtensionAsked,
    OrderExtended,
    ErrandAdvanced,
    IncidentRaised,
    IncidentAnswered,
    OrderDone,
)

POST_EVENTS: tuple[type[PostEvent], ...] = (PostClaimed, PostReleased)

EVENTS: tuple[type[Event], ...] = (*DISPATCH_EVENTS, *POST_EVENTS)
