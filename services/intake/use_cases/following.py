"""Following the dispatch: matcher's facts move the order, each once and in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from services.intake.models import Leg, Order, ProposedTime
from services.intake.policies.extending import late_since
from services.intake.policies.lifecycle import FINAL, state_after
from services.intake.policies.proposals import proposal_ends
from services.intake.repository import Unit
from services.intake.use_cases.assigning import assignments_of, follow_assignments
from services.intake.use_cases.ending import Ending
from services.intake.use_cases.granting import follow_extensions
from services.intake.use_cases.sequence import further_leg
from services.intake.use_cases.timeline import MATCHER, entry
from shared.contracts.envelope import Fact
from shared.contracts.matcher import (
    DispatchEvent,
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
    OrderDone,
    OrderEscalated,
    OrderExtended,
    OrderReferred,
    OrderReleased,
)
from shared.contracts.refusal import Refusal, TooEarly
from shared.contracts.words import OrderState, Role

log = structlog.get_logger()


class Following:
    """Moves orders as their dispatch moves."""

    def __init__(self, ending: Ending) -> None:
        self._ending = ending

    async def follow_dispatch(self, uow: Unit, facts: Sequence[Fact[DispatchEvent]]) -> list[Refusal | None]:
        """Apply matcher's facts; those that are known already change nothing.

        Refusals: ``TooEarly`` for a fact whose predecessor has not arrived.
        """
        ids = {fact.event.order_id for fact in facts}
        orders, legs = await uow.repository.orders(ids), await uow.repository.legs_of(ids)
        proposed, known = await _proposed(uow, facts), await self._ending.read(uow, orders.values(), facts)
        asked, assigned = await uow.repository.extensions(ids), await assignments_of(uow, facts)
        answers: list[Refusal | None] = []
        for fact in facts:
            order = orders.get(fact.event.order_id)
            if order is None or fact.event.version > order.dispatch_version + 1:
                answers.append(TooEarly())
                continue
            if fact.event.version == order.dispatch_version + 1:
                before = order.holder
                if self._follow(uow, order, legs[order.order_id], fact.event):
                    self._ending.follow(uow, order, fact.event, known)
                follow_extensions(uow, before, fact.event, asked)
                follow_assignments(uow, fact.event, assigned)
                if isinstance(fact.event, OfferCountered):
                    _propose(uow, proposed, fact.event)
            answers.append(None)
        return answers

    def _follow(self, uow: Unit, order: Order, legs: list[Leg], event: DispatchEvent) -> bool:
        order.dispatch_version = event.version
        by, was_done = _whose(order, event), order.state == OrderState.DONE
        applied = _apply(order, event)
        if applied:
            if not was_done:  # once it is done, its clock is the review's, which is ours
                order.hand_to(event.holder, event.due_at, event.next_step, uow.now)
            moved = state_after(event.name, event.next_step) is not None
            order.overdue_since = late_since(order.overdue_since, event, moved=moved)
            order.look_first = order.look_first and (not moved or isinstance(event, OrderEscalated))
            for leg in legs:
                if leg.leg_id == getattr(event, "leg_id", None):
                    leg.state = OrderState.DONE.value if event.name == "leg_completed" else order.state
                    _note_server(leg, event)
            if isinstance(event, LegAdded):
                legs.append(further_leg(order, len(legs), event))
                uow.repository.add(legs[-1])
        else:
            log.info("fact.recorded_only", order_id=order.order_id, fact=event.name, state=order.state)
        uow.repository.add(
            entry(order, event, source=MATCHER, version=event.version, at=event.at, by=by, applied=applied)
        )
        uow.announce(order.order_id)
        return applied


def _note_server(leg: Leg, event: DispatchEvent) -> None:
    """Which department a leg is or was last with, and how far its counter has come."""
    if isinstance(event, OrderReferred):
        leg.department, leg.errand = event.department, None
    elif isinstance(event, ErrandAdvanced):
        leg.errand = event.step.value


async def _proposed(uow: Unit, facts: Sequence[Fact[DispatchEvent]]) -> dict[tuple[str, str], ProposedTime]:
    """Times proposed before, of the orders about which somebody proposes one now."""
    ids = {fact.event.order_id for fact in facts if isinstance(fact.event, OfferCountered)}
    return await uow.repository.proposed_times(ids) if ids else {}


def _propose(uow: Unit, proposed: dict[tuple[str, str], ProposedTime], event: OfferCountered) -> None:
    """Keep the time for the resident to answer; whoever was asked again may propose another."""
    one = proposed.get((event.order_id, event.offer_id))
    window, expires_at = event.window, proposal_ends(event.window, event.due_at)
    if one is None:
        one = ProposedTime(
            order_id=event.order_id,
            offer_id=event.offer_id,
            window_from=window.from_,
            window_to=window.to,
            expires_at=expires_at,
        )
        proposed[event.order_id, event.offer_id] = one
        uow.repository.add(one)
    one.window_from, one.window_to, one.expires_at, one.accepted = window.from_, window.to, expires_at, None


def _apply(order: Order, event: DispatchEvent) -> bool:
    """Whether the fact moved (or legally kept) the order; what comes after its end is only recorded."""
    state = OrderState(order.state)
    if state in FINAL:
        return False
    following = state_after(event.name, event.next_step)
    return order.become(following) if following is not None else True


_PASSING_ON = {
    "coordinator": Role.COORDINATOR,
    "hand_back": Role.VOLUNTEER,
    "returned": Role.DEPARTMENT,
    "closing_refused": Role.RESIDENT,
}
"""Who brought an order to a coordinator, by the reason that was told."""


_ALWAYS: Mapping[type[DispatchEvent], Role] = {
    **dict.fromkeys((LegStarted, LegHandedBack, LegRequested, OfferDeclined, OfferCountered), Role.VOLUNTEER),
    **dict.fromkeys((LegAdded, LegTaken, IncidentAnswered, OrderReleased), Role.COORDINATOR),
    ErrandAdvanced: Role.DEPARTMENT,
}


def _server(event: LegCompleted) -> Role:
    if event.department is not None:
        return Role.DEPARTMENT
    return Role.COORDINATOR if event.volunteer_id is None else Role.VOLUNTEER


def _whose(order: Order, event: DispatchEvent) -> Role | None:
    """Who did it; None where nobody's hand did, but a rule or a deadline."""
    role = _ALWAYS.get(type(event))
    match event:
        case LegAssigned():
            role = Role.COORDINATOR if event.by == "coordinator" else Role.VOLUNTEER
        case LegCompleted():
            role = _server(event)
        case OrderDone():  # whoever held it until now brought it here
            role = Role(order.holder_role) if order.holder_role else None
        case OrderEscalated():
            role = _PASSING_ON.get(event.reason)
        case ExtensionAsked():
            role = event.holder.role
        case OrderExtended():
            role = Role.COORDINATOR if event.by_word else Role.RESIDENT
        case IncidentRaised():
            role = event.by
    return role
