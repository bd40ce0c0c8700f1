"""What notifier hears: every event of intake and matcher, its own, and the dead letters of all."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifier.repository import Unit
from services.notifier.use_cases.burying import index_dead_letters
from services.notifier.use_cases.confirming import confirm_steps, index_events
from shared.contracts import intake, matcher, notifier
from shared.contracts.envelope import Fact
from shared.contracts.refusal import Refusal
from shared.messaging.consuming import Hearing
from shared.messaging.dead_hearing import DeadHearing

Answers = list[Refusal | None]

from_intake = Hearing("notifier", "intake")
from_matcher = Hearing("notifier", "matcher")
from_notifier = Hearing("notifier", "notifier")
dead_letters = DeadHearing("notifier", index_dead_letters)
HEARINGS = (from_intake, from_matcher, from_notifier)


@from_intake.on(intake.OrderPlaced)
async def on_order_placed(uow: Unit, facts: Sequence[Fact[intake.OrderPlaced]]) -> Answers:
    """The order begins."""
    return await confirm_steps(uow, facts)


@from_intake.on(intake.OrderAmended)
async def on_order_amended(uow: Unit, facts: Sequence[Fact[intake.OrderAmended]]) -> Answers:
    """Nobody is told: who is asked again hears it with the offer."""
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
    """Nobody is told yet: the pairing goes on."""
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


@from_matcher.on(matcher.LegAdded)
async def on_leg_added(uow: Unit, facts: Sequence[Fact[matcher.LegAdded]]) -> Answers:
    """Nobody is told: the order's timeline shows it."""
    return await confirm_steps(uow, facts)


@from_matcher.on(matcher.OrderDone)
async def on_order_done(uow: Unit, facts: Sequence[Fact[matcher.OrderDone]]) -> Answers:
    """Served; the resident is asked for the review."""
    return await confirm_steps(uow, facts)


@from_notifier.on(notifier.NoticeSent)
async def on_notice_sent(uow: Unit, facts: Sequence[Fact[notifier.NoticeSent]]) -> Answers:
    """For the index of events alone."""
    return await index_events(uow, facts)


@from_notifier.on(notifier.NoticeFailed)
async def on_notice_failed(uow: Unit, facts: Sequence[Fact[notifier.NoticeFailed]]) -> Answers:
    """For the index of events alone."""
    return await index_events(uow, facts)
