"""What notifier hears of matcher: the dispatch's facts, and who holds posts."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifier.repository import Unit
from services.notifier.use_cases.confirming import confirm_steps, index_events
from shared.contracts import matcher
from shared.contracts.envelope import Fact
from shared.contracts.refusal import Refusal
from shared.messaging.consuming import Hearing

Answers = list[Refusal | None]

from_matcher = Hearing("notifier", "matcher")


@from_matcher.on(matcher.OfferMade)
async def on_offer_made(uow: Unit, facts: Sequence[Fact[matcher.OfferMade]]) -> Answers:
    """A volunteer is asked."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OfferDeclined)
async def on_offer_declined(uow: Unit, facts: Sequence[Fact[matcher.OfferDeclined]]) -> Answers:
    """Nobody is told who declined."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OfferCountered)
async def on_offer_countered(uow: Unit, facts: Sequence[Fact[matcher.OfferCountered]]) -> Answers:
    """The resident hears that another time is proposed."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.CallUpMade)
async def on_call_up_made(uow: Unit, facts: Sequence[Fact[matcher.CallUpMade]]) -> Answers:
    """The unit's secretary may name a member."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.PostClaimed)
async def on_post_claimed(uow: Unit, facts: Sequence[Fact[matcher.PostClaimed]]) -> Answers:
    """Indexed; about no order."""
    return await index_events(uow, facts)


@from_matcher.on(matcher.PostReleased)
async def on_post_released(uow: Unit, facts: Sequence[Fact[matcher.PostReleased]]) -> Answers:
    """Indexed; about no order."""
    return await index_events(uow, facts)


@from_matcher.on(matcher.OfferExpired)
async def on_offer_expired(uow: Unit, facts: Sequence[Fact[matcher.OfferExpired]]) -> Answers:
    """Nobody is told who was silent."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.LegRequested)
async def on_leg_requested(uow: Unit, facts: Sequence[Fact[matcher.LegRequested]]) -> Answers:
    """Nobody is told yet; who asked hears how the draw ended."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.LegAssigned)
async def on_leg_assigned(uow: Unit, facts: Sequence[Fact[matcher.LegAssigned]]) -> Answers:
    """Somebody has it; the others who were asked are thanked."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.LegStarted)
async def on_leg_started(uow: Unit, facts: Sequence[Fact[matcher.LegStarted]]) -> Answers:
    """Nobody is told: the order's timeline shows it."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.LegHandedBack)
async def on_leg_handed_back(uow: Unit, facts: Sequence[Fact[matcher.LegHandedBack]]) -> Answers:
    """It came back and is passed on."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.LegCompleted)
async def on_leg_completed(uow: Unit, facts: Sequence[Fact[matcher.LegCompleted]]) -> Answers:
    """A step was served; the resident hears when all are."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OrderEscalated)
async def on_order_escalated(uow: Unit, facts: Sequence[Fact[matcher.OrderEscalated]]) -> Answers:
    """A coordinator has to decide."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OrderReferred)
async def on_order_referred(uow: Unit, facts: Sequence[Fact[matcher.OrderReferred]]) -> Answers:
    """A department holds it and has to serve it."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OrderReleased)
async def on_order_released(uow: Unit, facts: Sequence[Fact[matcher.OrderReleased]]) -> Answers:
    """The resident hears that volunteers are asked now."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.LegAdded)
async def on_leg_added(uow: Unit, facts: Sequence[Fact[matcher.LegAdded]]) -> Answers:
    """Nobody is told: the order's timeline shows it."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OrderDone)
async def on_order_done(uow: Unit, facts: Sequence[Fact[matcher.OrderDone]]) -> Answers:
    """Served; the resident is asked for the review."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.LegTaken)
async def on_leg_taken(uow: Unit, facts: Sequence[Fact[matcher.LegTaken]]) -> Answers:
    """A coordinator serves it in person."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.ExtensionAsked)
async def on_extension_asked(uow: Unit, facts: Sequence[Fact[matcher.ExtensionAsked]]) -> Answers:
    """The resident is asked for more time."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OrderExtended)
async def on_order_extended(uow: Unit, facts: Sequence[Fact[matcher.OrderExtended]]) -> Answers:
    """There is more time."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.ErrandAdvanced)
async def on_errand_advanced(uow: Unit, facts: Sequence[Fact[matcher.ErrandAdvanced]]) -> Answers:
    """The errand has come further."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.IncidentRaised)
async def on_incident_raised(uow: Unit, facts: Sequence[Fact[matcher.IncidentRaised]]) -> Answers:
    """A danger is before the coordinator."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.IncidentAnswered)
async def on_incident_answered(uow: Unit, facts: Sequence[Fact[matcher.IncidentAnswered]]) -> Answers:
    """Who reported it hears that somebody has seen to it."""
    return await confirm_steps(uow, facts)
