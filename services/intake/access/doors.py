"""What intake's JSON doors and pages share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from services.intake.access.finding import Finder
from services.intake.access.missing import MissingOrders
from services.intake.access.rules import CONCERNED, COORDINATOR, PLACED_IT, TRACK_COOKIE, Access
from services.intake.commands import Command, PlaceOrder
from services.intake.policies.concerned import NoLongerConcerned
from services.intake.policies.recording import check_recordable
from services.intake.queries import OrderFound, Queries
from services.intake.queries.calls import Calls
from services.intake.queries.concerned import Concerned
from services.intake.queries.desk import DeskOrders, DeskOrderView
from services.intake.queries.explaining import ExplanationView, explained
from services.intake.queries.incidents import IncidentWords
from services.intake.queries.similar import SimilarOrders
from services.intake.queries.suggestions import Suggestions
from services.intake.queries.views import OrderView, PlacedView, Views
from services.intake.use_cases import UseCases
from services.intake.use_cases.agreeing import Agreement, answer_proposals
from services.intake.use_cases.changing import Change
from services.intake.use_cases.new_orders import asked
from shared.community.clock import DomainClock
from shared.contracts.refusal import NotFound, Unauthenticated, Unavailable
from shared.contracts.requests import ExplanationAsked, ExplanationTold, StandInsAsked, StandInsTold
from shared.identity.tokens import Caller, TrackingTokens
from shared.observability.tracing import current_traceparent
from shared.persistence.admission import Admission
from shared.persistence.auditing import Auditing
from shared.web.callers import MaybeCaller, bearer_of
from shared.web.rules import under

Explains = Callable[[ExplanationAsked], Awaitable[ExplanationTold]]
"""Asks matcher how the pairing of an order stands."""

StandsIn = Callable[[StandInsAsked], Awaitable[StandInsTold]]
"""Asks matcher for whom a coordinator stands in."""


@dataclass(frozen=True)
class Doors:
    """What intake's doors share. ``most_rows`` bounds an imported table; endings are counted for ``figures_days``."""

    use_cases: UseCases
    queries: Queries
    views: Views
    access: Access
    tracking: TrackingTokens
    clock: DomainClock
    most_rows: int
    figures_days: int
    explains: Explains
    desk: DeskOrders
    concerned: Concerned
    similar: SimilarOrders
    suggestions: Suggestions
    calls: Calls
    stands_in: StandsIn
    incidents: IncidentWords
    finder: Finder
    admission: Admission
    audit: Auditing
    missing: MissingOrders

    @under(PLACED_IT)
    async def order_seen(self, reference: str, request: Request) -> OrderFound:
        """Their own order to whoever placed it and has not withdrawn: its secret came as bearer token or as the
        tracking cookie. For anybody else it does not exist, also where they are concerned in it.
        """
        found = await self.order_concerned(reference, request)
        if found.part is not None:
            raise NotFound
        if found.left:
            raise NoLongerConcerned
        return found

    @under(CONCERNED)
    async def order_concerned(self, reference: str, request: Request) -> OrderFound:
        """An order to anybody who is concerned in it; what they may do with it, ``access.may`` says."""
        secret = bearer_of(request) or request.cookies.get(TRACK_COOKIE)
        try:
            mine = self.access.resident(secret)
        except Unauthenticated:
            if secret is not None:
                await self.missing.count(request)
            raise
        found = await self.concerned.find(reference, mine)
        if found is None:
            await self.missing.count(request)
            raise NotFound
        return found

    @under(COORDINATOR)
    async def coordinator(self, caller: MaybeCaller) -> Caller:
        """Dependency: the coordinator who asks, by token or session."""
        return self.access.coordinator(caller)

    async def order_within(self, reference: str, caller: Caller) -> OrderFound:
        """An order at or below a coordinator's area, or one they stand in for. Raises ``NotFound`` for any other."""
        return await self.within(caller, await self.queries.find(reference))

    async def within(self, caller: Caller, found: OrderFound | None) -> OrderFound:
        """The same of an order that was looked up already; matcher is asked only where their own area does not do."""
        if found is None or self.access.answers_for(caller, found):
            return self.access.within(caller, found)
        return self.access.within(caller, found, await self._stood_in(caller))

    async def areas_of(self, caller: Caller, found: OrderFound) -> tuple[str, ...]:
        """The areas by which an order is a coordinator's: their own, or those they stand in for as well."""
        own = (caller.area or "",)
        return own if self.access.answers_for(caller, found) else (*own, *await self._stood_in(caller))

    async def _stood_in(self, caller: Caller) -> tuple[str, ...]:
        """While matcher is away nobody stands in: an order of another area does not exist, as it would for others."""
        try:
            return (await self.stands_in(StandInsAsked(coordinator_id=caller.subject))).areas
        except Unavailable:
            return ()

    async def view(self, order_id: str) -> OrderView:
        """An order as it is now."""
        return await self.queries.order(order_id, self.clock.now())

    async def view_for(self, found: OrderFound) -> OrderView:
        """An order as it is now for whoever looks at it."""
        return await self.concerned.view(found, self.clock.now())

    async def desk_view(self, found: OrderFound) -> DeskOrderView:
        """An order as its coordinators see it now."""
        return await self.desk.order(await self.view(found.order_id))

    async def explanation(self, found: OrderFound) -> ExplanationView:
        """Why an order has nobody yet. Raises ``Unavailable`` while matcher is away or has not heard of it."""
        try:
            told = await self.explains(ExplanationAsked(order_id=found.order_id))
        except NotFound as unheard:
            raise Unavailable from unheard
        return explained(found.reference, told)

    def recorder(self, body: PlaceOrder, asking: Caller | None) -> Caller | None:
        """The coordinator who takes an order down for somebody; None where a resident places their own.

        Raises ``Unauthenticated``, ``Forbidden`` or ``OrderInvalid``.
        """
        if body.channel is None:
            return None
        caller = self.access.coordinator(asking)
        check_recordable(body, caller.area or "", self.access.areas)
        return caller

    async def place(self, body: PlaceOrder, key: str | None, recorder: Caller | None = None) -> PlacedView:
        """Place an order through the writer; the same key and body give the same answer for ever.

        A key of a coordinator's is theirs alone. Raises ``NoNewWork`` while nothing new is taken.
        """
        self.admission.check()
        order = asked(body, key, recorder, current_traceparent())
        placed = await self.use_cases.writer.do(self.use_cases.placing.place_orders, order)
        return self.views.placed(placed.order, self.tracking.of(placed.order.order_id))

    async def answer_proposal(self, found: OrderFound, offer_id: str, *, accept: bool) -> OrderView:
        """Take a resident's answer to another time that was proposed, and show the order as it is then."""
        await self.use_cases.writer.do(answer_proposals, Agreement(found.order_id, offer_id, accept))
        return await self.view_for(found)

    async def change(self, verb: Any, found: OrderFound, wish: Command) -> OrderView:
        """Run one of the resident's verbs on their order and show it as it is then."""
        await self.use_cases.writer.do(verb, Change(found.order_id, wish))
        return await self.view_for(found)
