"""What intake hears: every fact of matcher's dispatch, each moving the order it is about, and of notices that reached
nobody. And what it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.queries import Parties, Reaching
from services.intake.queries.serving import ServersContacts
from services.intake.repository import Unit
from services.intake.use_cases import UseCases
from shared.contracts.envelope import Fact
from shared.contracts.matcher import (
    CallUpMade,
    ErrandAdvanced,
    ExtensionAsked,
    IncidentAnswered,
    IncidentRaised,
    LegAdded,
    LegAssigned,
    LegCompleted,
    LegHandedBack,
    LegRequested,
    LegStarted,
    LegTaken,
    OfferCountered,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OrderDone,
    OrderEscalated,
    OrderExtended,
    OrderReferred,
    OrderReleased,
)
from shared.contracts.notifier import NoticeFailed
from shared.contracts.personal import ContactAsked
from shared.contracts.reaching import ResidentsToReach
from shared.contracts.refusal import Refusal
from shared.contracts.requests import PartiesAsked
from shared.messaging.consuming import Hearing
from shared.messaging.requests import Answers as Answering

Answers = list[Refusal | None]


def make_hearing(use_cases: UseCases) -> Hearing:
    """Intake's consumers, bound to the use cases of one service."""
    hearing = Hearing("intake", "matcher")
    follow = use_cases.following.follow_dispatch

    @hearing.on(OfferMade)
    async def on_offer_made(uow: Unit, facts: Sequence[Fact[OfferMade]]) -> Answers:
        """The order is being offered."""
        return await follow(uow, facts)

    @hearing.on(OfferDeclined)
    async def on_offer_declined(uow: Unit, facts: Sequence[Fact[OfferDeclined]]) -> Answers:
        """Somebody cannot; the next is asked."""
        return await follow(uow, facts)

    @hearing.on(OfferCountered)
    async def on_offer_countered(uow: Unit, facts: Sequence[Fact[OfferCountered]]) -> Answers:
        """Somebody proposes another time."""
        return await follow(uow, facts)

    @hearing.on(CallUpMade)
    async def on_call_up_made(uow: Unit, facts: Sequence[Fact[CallUpMade]]) -> Answers:
        """A unit may name a member."""
        return await follow(uow, facts)

    @hearing.on(OfferExpired)
    async def on_offer_expired(uow: Unit, facts: Sequence[Fact[OfferExpired]]) -> Answers:
        """Somebody did not answer; the next is asked."""
        return await follow(uow, facts)

    @hearing.on(LegRequested)
    async def on_leg_requested(uow: Unit, facts: Sequence[Fact[LegRequested]]) -> Answers:
        """Somebody asks for it from the pool."""
        return await follow(uow, facts)

    @hearing.on(LegAssigned)
    async def on_leg_assigned(uow: Unit, facts: Sequence[Fact[LegAssigned]]) -> Answers:
        """Somebody has the order."""
        return await follow(uow, facts)

    @hearing.on(LegStarted)
    async def on_leg_started(uow: Unit, facts: Sequence[Fact[LegStarted]]) -> Answers:
        """The volunteer is under way."""
        return await follow(uow, facts)

    @hearing.on(LegHandedBack)
    async def on_leg_handed_back(uow: Unit, facts: Sequence[Fact[LegHandedBack]]) -> Answers:
        """The volunteer had to give it back."""
        return await follow(uow, facts)

    @hearing.on(LegCompleted)
    async def on_leg_completed(uow: Unit, facts: Sequence[Fact[LegCompleted]]) -> Answers:
        """A leg was served."""
        return await follow(uow, facts)

    @hearing.on(OrderEscalated)
    async def on_order_escalated(uow: Unit, facts: Sequence[Fact[OrderEscalated]]) -> Answers:
        """A coordinator holds the order."""
        return await follow(uow, facts)

    @hearing.on(OrderReferred)
    async def on_order_referred(uow: Unit, facts: Sequence[Fact[OrderReferred]]) -> Answers:
        """A department holds the order."""
        return await follow(uow, facts)

    @hearing.on(OrderReleased)
    async def on_order_released(uow: Unit, facts: Sequence[Fact[OrderReleased]]) -> Answers:
        """A coordinator has looked at it, and volunteers may be asked."""
        return await follow(uow, facts)

    @hearing.on(LegAdded)
    async def on_leg_added(uow: Unit, facts: Sequence[Fact[LegAdded]]) -> Answers:
        """A further leg follows under the same number."""
        return await follow(uow, facts)

    @hearing.on(LegTaken)
    async def on_leg_taken(uow: Unit, facts: Sequence[Fact[LegTaken]]) -> Answers:
        """A coordinator serves it in person."""
        return await follow(uow, facts)

    @hearing.on(ExtensionAsked)
    async def on_extension_asked(uow: Unit, facts: Sequence[Fact[ExtensionAsked]]) -> Answers:
        """The resident is asked for more time."""
        return await follow(uow, facts)

    @hearing.on(OrderExtended)
    async def on_order_extended(uow: Unit, facts: Sequence[Fact[OrderExtended]]) -> Answers:
        """There is more time."""
        return await follow(uow, facts)

    @hearing.on(ErrandAdvanced)
    async def on_errand_advanced(uow: Unit, facts: Sequence[Fact[ErrandAdvanced]]) -> Answers:
        """The errand has come further."""
        return await follow(uow, facts)

    @hearing.on(IncidentRaised)
    async def on_incident_raised(uow: Unit, facts: Sequence[Fact[IncidentRaised]]) -> Answers:
        """A danger is before the coordinator."""
        return await follow(uow, facts)

    @hearing.on(IncidentAnswered)
    async def on_incident_answered(uow: Unit, facts: Sequence[Fact[IncidentAnswered]]) -> Answers:
        """Somebody has seen to the danger."""
        return await follow(uow, facts)

    @hearing.on(OrderDone)
    async def on_order_done(uow: Unit, facts: Sequence[Fact[OrderDone]]) -> Answers:
        """Everything was served; the resident reviews."""
        return await follow(uow, facts)

    return hearing


def make_notice_hearing(use_cases: UseCases) -> Hearing:
    """What intake hears of its residents' notices."""
    hearing = Hearing("intake", "notifier")

    @hearing.on(NoticeFailed)
    async def on_notice_failed(uow: Unit, facts: Sequence[Fact[NoticeFailed]]) -> Answers:
        """A notice left over no channel: its resident is called."""
        return await use_cases.unreached.call_unreached(uow, facts)

    return hearing


def answering(parties: Parties, contacts: ServersContacts, reaching: Reaching) -> Answering:
    """What intake tells the services that ask."""
    answers = Answering("intake")
    answers.on(PartiesAsked)(parties.tell)
    answers.on(ContactAsked)(contacts.tell)
    answers.on(ResidentsToReach)(reaching.tell)
    return answers
