"""What matcher hears: every fact of intake's order, each moving the dispatch it is about. And what it is asked."""

from __future__ import annotations

from collections.abc import Sequence

from services.matcher.queries import Queries
from services.matcher.repository import Unit
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.dispatching import Answers
from shared.contracts.envelope import Fact
from shared.contracts.intake import (
    OrderAmended,
    OrderCancelled,
    OrderClosed,
    OrderPlaced,
    OrderReopened,
    OrderReviewed,
)
from shared.contracts.requests import ExplanationAsked, ExplanationTold
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
        """The verdict was heard."""
        return await dispatching.note_reviews(uow, facts)

    @hearing.on(OrderReopened)
    async def on_order_reopened(uow: Unit, facts: Sequence[Fact[OrderReopened]]) -> Answers:
        """It runs again, with people who have not served it yet."""
        return await dispatching.reopen_dispatches(uow, facts)

    @hearing.on(OrderClosed)
    async def on_order_closed(uow: Unit, facts: Sequence[Fact[OrderClosed]]) -> Answers:
        """The order has its outcome."""
        return await dispatching.close_dispatches(uow, facts)

    return hearing


def make_answers(queries: Queries) -> Answering:
    """What matcher tells the services that ask."""
    answers = Answering("matcher")

    @answers.on(ExplanationAsked)
    async def on_explanation_asked(asked: ExplanationAsked) -> ExplanationTold:
        """Why an order has nobody yet."""
        return await queries.explaining.order(asked.order_id)

    return answers
