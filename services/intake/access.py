"""Who may do what at intake, and what its JSON doors and pages share.

An order opens to its tracking token alone; what is not yours does not exist.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import Request

from services.intake.commands import Command, PlaceOrder
from services.intake.policies.recording import check_recordable
from services.intake.queries import OrderFound, Queries
from services.intake.queries.desk import DeskOrders, DeskOrderView
from services.intake.queries.explaining import ExplanationView, explained
from services.intake.queries.views import OrderView, PlacedView, Views
from services.intake.use_cases import UseCases
from services.intake.use_cases.agreeing import Agreement, answer_proposals
from services.intake.use_cases.changing import Change
from services.intake.use_cases.placing import NewOrder
from shared.community.areas import AreaTree
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.contracts.refusal import Forbidden, NotFound, Unauthenticated, Unavailable
from shared.contracts.requests import ExplanationAsked, ExplanationTold
from shared.contracts.words import Role
from shared.identity.tokens import Caller, TokenSigner, TrackingTokens
from shared.observability.tracing import current_traceparent
from shared.web.callers import MaybeCaller, bearer_of

log = structlog.get_logger()

Explains = Callable[[ExplanationAsked], Awaitable[ExplanationTold]]
"""Asks matcher how the pairing of an order stands."""

TRACK_COOKIE = "paidan_track"
"""Holds an order's tracking token; a browser sends it to that order's page and below alone."""


class Access:
    """Intake's rules of access. ``secret`` is what came as bearer token or cookie, None when nothing did."""

    def __init__(self, rules: Community, signer: TokenSigner, tracking: TrackingTokens) -> None:
        self._rules = rules
        self._signer = signer
        self._tracking = tracking

    @property
    def areas(self) -> AreaTree:
        """The places of the community."""
        return self._rules.areas

    def may_see(self, secret: str | None, order: OrderFound | None) -> OrderFound:
        """The order, to whoever holds its tracking token (or a resident's token made out to it).

        Raises ``Unauthenticated`` without a valid secret, ``NotFound`` with another order's.
        """
        if secret is None:
            raise Unauthenticated
        mine = self._order_of(secret)
        if order is None or order.order_id != mine:
            raise NotFound
        return order

    def coordinator(self, caller: Caller | None) -> Caller:
        """A coordinator with an area; who is none leaves a trace. Raises ``Unauthenticated`` or ``Forbidden``."""
        if caller is None:
            raise Unauthenticated
        if caller.role is not Role.COORDINATOR or (caller.area or "") not in self._rules.areas:
            raise _denied(caller)
        return caller

    def within(self, caller: Caller, order: OrderFound | None) -> OrderFound:
        """An order at or below a coordinator's area. Raises ``NotFound`` for any other."""
        if order is None or not self._rules.areas.at_or_below(order.grid, caller.area or ""):
            raise NotFound
        return order

    def _order_of(self, secret: str) -> str:
        try:
            return self._tracking.order_of(secret)
        except Unauthenticated:
            caller = self._signer.verify(secret)
        if caller.role is not Role.RESIDENT:
            raise _denied(caller)
        return caller.subject


def _denied(caller: Caller) -> Forbidden:
    log.warning("access.denied", role=caller.role.value, subject=caller.subject)
    return Forbidden()


@dataclass(frozen=True)
class Doors:
    """What intake's doors share. ``most_rows`` bounds an imported table."""

    use_cases: UseCases
    queries: Queries
    views: Views
    access: Access
    tracking: TrackingTokens
    clock: DomainClock
    most_rows: int
    explains: Explains
    desk: DeskOrders

    async def order_seen(self, reference: str, request: Request) -> OrderFound:
        """The order this request may see: its secret came as bearer token or as the tracking cookie."""
        secret = bearer_of(request) or request.cookies.get(TRACK_COOKIE)
        return self.access.may_see(secret, await self.queries.find(reference))

    async def coordinator(self, caller: MaybeCaller) -> Caller:
        """Dependency: the coordinator who asks, by token or session."""
        return self.access.coordinator(caller)

    async def order_within(self, reference: str, caller: Caller) -> OrderFound:
        """An order at or below a coordinator's area. Raises ``NotFound`` for any other."""
        return self.access.within(caller, await self.queries.find(reference))

    async def view(self, order_id: str) -> OrderView:
        """An order as it is now."""
        return await self.queries.order(order_id, self.clock.now())

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

        A key of a coordinator's is theirs alone.
        """
        order = NewOrder(
            service=body.service,
            area=body.area,
            details=body.details,
            contact=body.contact,
            window=body.window,
            urgency=body.urgency,
            excluded=body.excluded,
            on_behalf_of=body.on_behalf_of,
            health=body.consent.health,
            channel=body.channel,
            recorded_by=recorder.subject if recorder else None,
            call_only=body.call_only,
            by=Role.COORDINATOR if recorder else Role.RESIDENT,
            key=f"{recorder.subject}:{key}" if recorder and key else key,
            body=body.model_dump_json() if key else "",
            traceparent=current_traceparent(),
        )
        placed = await self.use_cases.writer.do(self.use_cases.placing.place_orders, order)
        return self.views.placed(placed.order, self.tracking.of(placed.order.order_id))

    async def answer_proposal(self, found: OrderFound, offer_id: str, *, accept: bool) -> OrderView:
        """Take a resident's answer to another time that was proposed, and show the order as it is then."""
        await self.use_cases.writer.do(answer_proposals, Agreement(found.order_id, offer_id, accept))
        return await self.view(found.order_id)

    async def change(self, verb: Any, found: OrderFound, wish: Command) -> OrderView:
        """Run one of the resident's verbs on their order and show it as it is then."""
        await self.use_cases.writer.do(verb, Change(found.order_id, wish))
        return await self.view(found.order_id)
