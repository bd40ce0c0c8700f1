"""What notifier hears of matcher: the dispatch's facts, and who holds posts."""

from __future__ import annotations

from services.notifier.use_cases.confirming import confirm_steps, index_events
from shared.contracts import matcher
from shared.messaging.consuming import Hearing

from_matcher = Hearing("notifier", "matcher")
from_matcher.on(
    confirm_steps,
    matcher.OfferMade,  # a volunteer is asked
    matcher.OfferDeclined,  # nobody is told who declined
    matcher.OfferCountered,  # the resident hears that another time is proposed
    matcher.CallUpMade,  # the unit's secretary may name a member
    matcher.OfferExpired,  # nobody is told who was silent
    matcher.LegRequested,  # nobody is told yet; who asked hears how the draw ended
    matcher.LegAssigned,  # somebody has it; the others who were asked are thanked
    matcher.LegStarted,  # nobody is told: the order's timeline shows it
    matcher.LegHandedBack,  # it came back and is passed on
    matcher.LegCompleted,  # a step was served; the resident hears when all are
    matcher.OrderEscalated,  # a coordinator has to decide
    matcher.OrderReferred,  # a department holds it and has to serve it
    matcher.OrderReleased,  # the resident hears that volunteers are asked now
    matcher.LegAdded,  # nobody is told: the order's timeline shows it
    matcher.OrderDone,  # served; the resident is asked for the review
    matcher.LegTaken,  # a coordinator serves it in person
    matcher.ExtensionAsked,  # the resident is asked for more time
    matcher.OrderExtended,  # there is more time
    matcher.ErrandAdvanced,  # the errand has come further
    matcher.IncidentRaised,  # a danger is before the coordinator
    matcher.IncidentAnswered,  # who reported it hears that somebody has seen to it
)
from_matcher.on(
    index_events,
    matcher.PostClaimed,  # indexed; about no order
    matcher.PostReleased,  # indexed; about no order
)
