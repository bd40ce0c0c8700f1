"""What matcher hears: every fact of intake's order, each moving the dispatch it is about. And what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from services.matcher.queries import Queries
from services.matcher.repository import Unit
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.dispatching import Answers
from shared.contracts.envelope import Fact
from shared.contracts.intake import (
    CallDue,
    CallLogged,
    ClosingAnswered,
    ClosingProposed,
    ExtensionAnswered,
    IncidentReported,
    OrderAmended,
    OrderCancelled,
    OrderClosed,
    OrderMerged,
    OrderPlaced,
    OrderReopened,
    OrderReviewed,
    PartyAnswered,
    ResidentJoined,
    ResidentLeft,
    ReviewReminded,
    VerdictGiven,
)
from shared.contracts.personal import WordsForgotten, WordsToForget
from shared.contracts.photo_requests import PhotoAsked, PhotosAsked, PhotosTold, PhotoTold
from shared.contracts.reaching import ReachTold, ServersToReach
from shared.contracts.requests import ExplanationAsked, ExplanationTold, StandInsAsked, StandInsTold
from shared.messaging.consuming import Hearing
from shared.messaging.requests import Answers as Answering


def make_hearing(use_cases: UseCases) -> Hearing:
    """Matcher's consumers, bound to the use cases of one service."""
    hearing = Hearing("matcher", "intake")
    dispatching, amending = use_cases.dispatching, use_cases.amending

    @hearing.on(OrderPlaced)
    async def on_order_placed(uow: Unit, facts: Sequence[Fact[OrderPlaced]]) -> Answers:
        """A dispatch is opened and somebody is asked."""
        return await dispatching.open_dispatches(uow, facts)

    @hearing.on(OrderAmended)
    async def on_order_amended(uow: Unit, facts: Sequence[Fact[OrderAmended]]) -> Answers:
        """Who was asked or has it keeps it, if the new time suits them."""
        return await amending.amend_dispatches(uow, facts)

    @hearing.on(OrderCancelled)
    async def on_order_cancelled(uow: Unit, facts: Sequence[Fact[OrderCancelled]]) -> Answers:
        """Whatever runs stops."""
        return await dispatching.cancel_dispatches(uow, facts)

    @hearing.on(OrderReviewed)
    async def on_order_reviewed(uow: Unit, facts: Sequence[Fact[OrderReviewed]]) -> Answers:
        """Who served a content resident is thanked."""
        return await use_cases.thanking.hear(uow, facts)

    @hearing.on(OrderReopened)
    async def on_order_reopened(uow: Unit, facts: Sequence[Fact[OrderReopened]]) -> Answers:
        """It runs again, with people who have not served it yet."""
        return await dispatching.reopen_dispatches(uow, facts)

    @hearing.on(OrderClosed)
    async def on_order_closed(uow: Unit, facts: Sequence[Fact[OrderClosed]]) -> Answers:
        """The order has its outcome."""
        return await dispatching.close_dispatches(uow, facts)

    @hearing.on(OrderMerged)
    async def on_order_merged(uow: Unit, facts: Sequence[Fact[OrderMerged]]) -> Answers:
        """It goes on under another number: whatever runs stops."""
        return await dispatching.merge_dispatches(uow, facts)

    @hearing.on(ResidentJoined)
    async def on_resident_joined(uow: Unit, facts: Sequence[Fact[ResidentJoined]]) -> Answers:
        """Others are concerned too; nobody else is asked for that."""
        return await use_cases.concerning.hear_joined(uow, facts)

    @hearing.on(ResidentLeft)
    async def on_resident_left(uow: Unit, facts: Sequence[Fact[ResidentLeft]]) -> Answers:
        """Somebody is no longer concerned."""
        return await dispatching.pass_by(uow, facts)

    @hearing.on(PartyAnswered)
    async def on_party_answered(uow: Unit, facts: Sequence[Fact[PartyAnswered]]) -> Answers:
        """The other side agrees to a mediation, or not."""
        return await use_cases.concerning.hear_parties(uow, facts)

    @hearing.on(VerdictGiven)
    async def on_verdict_given(uow: Unit, facts: Sequence[Fact[VerdictGiven]]) -> Answers:
        """How it ended for somebody else was heard."""
        return await dispatching.pass_by(uow, facts)

    @hearing.on(ExtensionAnswered)
    async def on_extension_answered(uow: Unit, facts: Sequence[Fact[ExtensionAnswered]]) -> Answers:
        """The resident gives more time, or not."""
        return await use_cases.extending.hear_answers(uow, facts)

    @hearing.on(ClosingProposed)
    async def on_closing_proposed(uow: Unit, facts: Sequence[Fact[ClosingProposed]]) -> Answers:
        """The resident is asked; the clock runs on."""
        return await dispatching.pass_by(uow, facts)

    @hearing.on(ClosingAnswered)
    async def on_closing_answered(uow: Unit, facts: Sequence[Fact[ClosingAnswered]]) -> Answers:
        """A no takes the order up one tier."""
        return await use_cases.climbing.refuse_closings(uow, facts)

    @hearing.on(ReviewReminded)
    async def on_review_reminded(uow: Unit, facts: Sequence[Fact[ReviewReminded]]) -> Answers:
        """The resident was reminded."""
        return await dispatching.pass_by(uow, facts)

    @hearing.on(CallDue)
    async def on_call_due(uow: Unit, facts: Sequence[Fact[CallDue]]) -> Answers:
        """A coordinator is to call."""
        return await dispatching.pass_by(uow, facts)

    @hearing.on(CallLogged)
    async def on_call_logged(uow: Unit, facts: Sequence[Fact[CallLogged]]) -> Answers:
        """A coordinator has called."""
        return await dispatching.pass_by(uow, facts)

    @hearing.on(IncidentReported)
    async def on_incident_reported(uow: Unit, facts: Sequence[Fact[IncidentReported]]) -> Answers:
        """A danger comes before the coordinator."""
        return await use_cases.incidents.hear(uow, facts)

    return hearing


def make_answers(queries: Queries, now: Callable[[], datetime], use_cases: UseCases) -> Answering:
    """What matcher tells the services that ask."""
    answers = Answering("matcher")

    @answers.on(ExplanationAsked)
    async def on_explanation_asked(asked: ExplanationAsked) -> ExplanationTold:
        """Why an order has nobody yet."""
        return await queries.explaining.order(asked.order_id, now())

    @answers.on(StandInsAsked)
    async def on_stand_ins_asked(asked: StandInsAsked) -> StandInsTold:
        """For whom a coordinator stands in."""
        return StandInsTold(areas=await queries.stand_ins.areas_of(asked.coordinator_id, now()))

    @answers.on(PhotosAsked)
    async def on_photos_asked(asked: PhotosAsked) -> PhotosTold:
        """What photos of an order its resident may see."""
        return PhotosTold(photo_ids=tuple(one.photo_id for one in await queries.photos.of_order(asked.order_id)))

    @answers.on(PhotoAsked)
    async def on_photo_asked(asked: PhotoAsked) -> PhotoTold:
        """One of them."""
        return PhotoTold(jpeg=await queries.photos.for_order(asked.photo_id, asked.order_id))

    @answers.on(ServersToReach)
    async def on_reach_asked(asked: ServersToReach) -> ReachTold:
        """How those are reached who serve, and those who coordinate."""
        return await queries.reaching.tell(asked)

    @answers.on(WordsToForget)
    async def on_words_to_forget(asked: WordsToForget) -> WordsForgotten:
        """Intake has let go of an order's words."""
        await use_cases.writer.do(use_cases.forgetting.forget_words, asked.order_id)
        return WordsForgotten()

    return answers
