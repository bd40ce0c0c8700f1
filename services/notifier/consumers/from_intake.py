"""What notifier hears of intake: the order's facts."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifier.repository import Unit
from services.notifier.use_cases.confirming import confirm_steps
from shared.contracts import intake
from shared.contracts.envelope import Fact
from shared.contracts.refusal import Refusal
from shared.messaging.consuming import Hearing

Answers = list[Refusal | None]

from_intake = Hearing("notifier", "intake")


@from_intake.on(intake.OrderPlaced)
async def on_order_placed(uow: Unit, facts: Sequence[Fact[intake.OrderPlaced]]) -> Answers:
    """The order begins."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.OrderAmended)
async def on_order_amended(uow: Unit, facts: Sequence[Fact[intake.OrderAmended]]) -> Answers:
    """Residents hear what a coordinator changed; who is asked again hears it with the offer."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.OrderCancelled)
async def on_order_cancelled(uow: Unit, facts: Sequence[Fact[intake.OrderCancelled]]) -> Answers:
    """The resident withdrew it; whoever was asked or has it need not come."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.OrderReviewed)
async def on_order_reviewed(uow: Unit, facts: Sequence[Fact[intake.OrderReviewed]]) -> Answers:
    """Nobody is told: closing or reopening says it."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.OrderReopened)
async def on_order_reopened(uow: Unit, facts: Sequence[Fact[intake.OrderReopened]]) -> Answers:
    """It runs again under the same number."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.OrderClosed)
async def on_order_closed(uow: Unit, facts: Sequence[Fact[intake.OrderClosed]]) -> Answers:
    """The end; thanks to whoever served."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.OrderMerged)
async def on_order_merged(uow: Unit, facts: Sequence[Fact[intake.OrderMerged]]) -> Answers:
    """It goes on under another number."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.ResidentJoined)
async def on_resident_joined(uow: Unit, facts: Sequence[Fact[intake.ResidentJoined]]) -> Answers:
    """Somebody else is concerned from now on."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.ResidentLeft)
async def on_resident_left(uow: Unit, facts: Sequence[Fact[intake.ResidentLeft]]) -> Answers:
    """Somebody is no longer concerned."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.PartyAnswered)
async def on_party_answered(uow: Unit, facts: Sequence[Fact[intake.PartyAnswered]]) -> Answers:
    """The other side of a mediation has answered."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.VerdictGiven)
async def on_verdict_given(uow: Unit, facts: Sequence[Fact[intake.VerdictGiven]]) -> Answers:
    """Nobody is told: it is their own verdict."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.ExtensionAnswered)
async def on_extension_answered(uow: Unit, facts: Sequence[Fact[intake.ExtensionAnswered]]) -> Answers:
    """Nobody is told yet: the extension says it."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.ClosingProposed)
async def on_closing_proposed(uow: Unit, facts: Sequence[Fact[intake.ClosingProposed]]) -> Answers:
    """The resident is asked to let it end."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.ClosingAnswered)
async def on_closing_answered(uow: Unit, facts: Sequence[Fact[intake.ClosingAnswered]]) -> Answers:
    """Nobody is told: closing, or going up, says it."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.ReviewReminded)
async def on_review_reminded(uow: Unit, facts: Sequence[Fact[intake.ReviewReminded]]) -> Answers:
    """The resident is reminded."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.CallDue)
async def on_call_due(uow: Unit, facts: Sequence[Fact[intake.CallDue]]) -> Answers:
    """A coordinator is to call."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.CallLogged)
async def on_call_logged(uow: Unit, facts: Sequence[Fact[intake.CallLogged]]) -> Answers:
    """Nobody is told: the order's timeline shows it."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.IncidentReported)
async def on_incident_reported(uow: Unit, facts: Sequence[Fact[intake.IncidentReported]]) -> Answers:
    """Nobody is told yet: the coordinator hears it from matcher."""
    return await confirm_steps(uow, facts)
