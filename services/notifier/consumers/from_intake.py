"""What notifier hears of intake: the order's facts."""

from __future__ import annotations

from services.notifier.use_cases.confirming import confirm_steps
from shared.contracts import intake
from shared.messaging.consuming import Hearing

from_intake = Hearing("notifier", "intake")
from_intake.on(
    confirm_steps,
    intake.OrderPlaced,  # the order begins
    intake.OrderAmended,  # residents hear what a coordinator changed; who is asked again hears it with the offer
    intake.OrderCancelled,  # the resident withdrew it; whoever was asked or has it need not come
    intake.OrderReviewed,  # nobody is told: closing or reopening says it
    intake.OrderReopened,  # it runs again under the same number
    intake.OrderClosed,  # the end; thanks to whoever served
    intake.OrderMerged,  # it goes on under another number
    intake.ResidentJoined,  # somebody else is concerned from now on
    intake.ResidentLeft,  # somebody is no longer concerned
    intake.PartyAnswered,  # the other side of a mediation has answered
    intake.VerdictGiven,  # nobody is told: it is their own verdict
    intake.ExtensionAnswered,  # nobody is told yet: the extension says it
    intake.ClosingProposed,  # the resident is asked to let it end
    intake.ClosingAnswered,  # nobody is told: closing, or going up, says it
    intake.ReviewReminded,  # the resident is reminded
    intake.CallDue,  # a coordinator is to call
    intake.CallLogged,  # nobody is told: the order's timeline shows it
    intake.IncidentReported,  # nobody is told yet: the coordinator hears it from matcher
)
