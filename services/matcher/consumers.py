"""What matcher hears: every fact of intake's order, each moving the dispatch it is about. And what it is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.matcher.queries import Queries
from services.matcher.use_cases import UseCases
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

    hearing.on(dispatching.open_dispatches, OrderPlaced)  # a dispatch is opened and somebody is asked
    hearing.on(amending.amend_dispatches, OrderAmended)  # who was asked or has it keeps it, if the new time suits them
    hearing.on(dispatching.cancel_dispatches, OrderCancelled)  # whatever runs stops
    hearing.on(use_cases.thanking.hear, OrderReviewed)  # who served a content resident is thanked
    hearing.on(dispatching.reopen_dispatches, OrderReopened)  # it runs again, with people who have not served it yet
    hearing.on(dispatching.close_dispatches, OrderClosed)  # the order has its outcome
    hearing.on(dispatching.merge_dispatches, OrderMerged)  # it goes on under another number: whatever runs stops
    hearing.on(use_cases.concerning.hear_joined, ResidentJoined)  # others are concerned too; nobody else is asked
    hearing.on(use_cases.concerning.hear_parties, PartyAnswered)  # the other side agrees to a mediation, or not
    hearing.on(use_cases.extending.hear_answers, ExtensionAnswered)  # the resident gives more time, or not
    hearing.on(use_cases.climbing.refuse_closings, ClosingAnswered)  # a no takes the order up one tier
    hearing.on(use_cases.incidents.hear, IncidentReported)  # a danger comes before the coordinator
    hearing.on(
        dispatching.pass_by,
        ResidentLeft,  # somebody is no longer concerned
        VerdictGiven,  # how it ended for somebody else was heard
        ClosingProposed,  # the resident is asked; the clock runs on
        ReviewReminded,  # the resident was reminded
        CallDue,  # a coordinator is to call
        CallLogged,  # a coordinator has called
    )
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
