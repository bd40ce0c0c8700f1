"""A yes and what it leads to: a place at once, or a draw in which the best yes wins, not the first tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.models import Assignment, Leg, Offer, WholeDispatch
from services.matcher.policies.acceptance import (
    CapacityReached,
    OfferGone,
    OfferState,
    PlaceTaken,
    Source,
    WindowTaken,
)
from services.matcher.policies.draws import Yes, winners
from services.matcher.policies.lifecycle import Step, may
from services.matcher.policies.windows import Span, span_of
from services.matcher.repository import Unit
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.pairing import Pairing
from services.matcher.use_cases.steps import BY_SOURCE
from shared.contracts.refusal import Conflict, Refusal
from shared.contracts.words import OrderState


@dataclass(frozen=True)
class Taken:
    """The answer to a yes: ``state`` is assigned, drawing or standby; the assignment's id once there is one."""

    state: str
    assignment_id: str | None = None


ASSIGNED, DRAWING, STANDBY = (
    OrderState.ASSIGNED.value,
    OfferState.DRAWING.value,
    OfferState.STANDBY.value,
)


class NoDraw(Conflict):
    """The draw is over or was not opened."""


class Drawing:
    """Settles who gets the places of a leg, under one policy."""

    def __init__(self, means: Means, pairing: Pairing) -> None:
        self._steps, self._policy = means.steps, means.policy
        self._pairing = pairing

    async def say_yes(self, uow: Unit, whole: WholeDispatch, offer: Offer) -> Taken:
        """Take a yes to an open or fresh offer: for an urgent order the first one wins; else the draw begins, and is
        over at once when nobody who may still answer is better. Raises ``PlaceTaken``, ``CapacityReached``,
        ``WindowTaken``, ``OfferGone``.
        """
        leg = whole.leg(offer.leg_id)
        if whole.free_place(leg) is None or whole.current_leg is not leg:
            raise PlaceTaken
        draw = self._steps.clocks(whole).draw if self._policy.draws else None
        if not draw:
            assignment = await self._give(uow, whole, leg, offer)
            return Taken(ASSIGNED, assignment.assignment_id)
        await uow.repository.check_can_hold(offer.volunteer_id, _span(whole, offer), ())
        offer.enter_draw(uow.now)
        self._steps.learned(uow, whole, offer)
        leg.open_draw(min(uow.now + draw, whole.dispatch.due_at))
        await self._settle(uow, whole, leg, over=False)
        return _outcome(whole, offer)

    async def settle_draws(self, uow: Unit, leg_ids: Sequence[str]) -> list[str | Refusal]:
        """These draws are over: the best yeses get the places. Refusals: ``NoDraw``: nothing to do."""
        wholes = await uow.repository.by_leg(set(leg_ids))
        answers: list[str | Refusal] = []
        for leg_id in leg_ids:
            whole = wholes[leg_id]
            leg = whole.leg(leg_id)
            if leg.draw_ends_at is None or leg.draw_ends_at > uow.now:
                answers.append(NoDraw())
                continue
            await self._settle(uow, whole, leg, over=True)
            answers.append(leg_id)
        await self._pairing.ask_again(uow, {id(whole): whole for whole in wholes.values()}.values())
        return answers

    async def settle_early(self, uow: Unit, wholes: Sequence[WholeDispatch]) -> None:
        """Somebody answered with no: perhaps nobody who may still answer is better than the best yes."""
        for whole in wholes:
            leg = whole.current_leg
            if leg is not None and leg.draw_ends_at is not None:
                await self._settle(uow, whole, leg, over=False)

    async def _settle(self, uow: Unit, whole: WholeDispatch, leg: Leg, *, over: bool) -> None:
        while yes := whole.drawing(leg):
            best = winners(
                [Yes(offer.offer_id, offer.cost, asked=offer.source != Source.POOL.value) for offer in yes],
                [offer.cost for offer in whole.open_offers if offer.leg_id == leg.leg_id],
                whole.free_places(leg),
                over=over,
            )
            if not best:
                break
            offer = whole.offer(best[0].offer_id)
            try:
                await self._give(uow, whole, leg, offer)
            except (CapacityReached, WindowTaken, OfferGone):  # they took something else meanwhile
                offer.withdraw(uow.now)
                self._steps.settled(uow, offer)
        if over:
            leg.draw_ends_at = None

    async def _give(self, uow: Unit, whole: WholeDispatch, leg: Leg, offer: Offer) -> Assignment:
        place = whole.free_place(leg)
        if place is None or not may(OrderState(whole.dispatch.state), Step.ASSIGN):
            raise PlaceTaken
        was_drawing = offer.is_drawing
        window = offer.counter or whole.dispatch.window
        assignment = Assignment(
            assignment_id=uow.new_id(),
            leg_id=leg.leg_id,
            order_id=whole.dispatch.order_id,
            volunteer_id=offer.volunteer_id,
            place=place,
            by=BY_SOURCE[Source(offer.source)].value,
            window_from=window.from_ if window else None,
            window_to=window.to if window else None,
            assigned_at=uow.now,
        )
        await uow.repository.take_place(assignment, offer, uow.now)
        offer.accept(uow.now)
        if was_drawing:
            self._steps.settled(uow, offer)
        else:
            self._steps.answered(uow, whole, offer, accepted=True)
        whole.assignments.append(assignment)
        self._steps.assigned(uow, whole, assignment, BY_SOURCE[Source(offer.source)])
        return assignment


def _outcome(whole: WholeDispatch, offer: Offer) -> Taken:
    if offer.state != OfferState.ACCEPTED.value:
        return Taken(offer.state)
    mine = (one for one in whole.active_assignments if one.volunteer_id == offer.volunteer_id)
    return Taken(ASSIGNED, next(one.assignment_id for one in mine if one.leg_id == offer.leg_id))


def _span(whole: WholeDispatch, offer: Offer) -> Span | None:
    return span_of(offer.counter or whole.dispatch.window)
