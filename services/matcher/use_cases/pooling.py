"""The pool: volunteers ask for an open leg they may serve; the same draw as for offers (待认领单)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.models import Leg, Offer, WholeDispatch
from services.matcher.policies.acceptance import (
    CapacityReached,
    NotForYou,
    PlaceTaken,
    Source,
)
from services.matcher.policies.costs import cost_of
from services.matcher.policies.eligibility import Reason, reasons
from services.matcher.repository import Unit
from services.matcher.use_cases.drawing import DRAWING, Drawing, Taken
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.offering import Terms, make_offer
from services.matcher.use_cases.pairing import UNPAIRED, Pairing
from services.matcher.use_cases.searching import Choice, part_now
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState

OVERLOOKED = frozenset({Reason.NOT_REACHABLE, Reason.BUDGET_SPENT, Reason.ASKED_BEFORE})
"""Who asks for a leg need not be reachable now, has no budget to spare, and may change their mind."""


@dataclass(frozen=True)
class Take:
    """A volunteer asks for a leg of the pool."""

    leg_id: str
    volunteer_id: str


class Pooling:
    """Gives legs of the pool, under one policy."""

    def __init__(self, means: Means, pairing: Pairing, drawing: Drawing) -> None:
        self._rules, self._policy = means.rules, means.policy
        self._searching, self._needs, self._steps = means.searching, means.needs, means.steps
        self._pairing = pairing
        self._drawing = drawing

    async def take_legs(self, uow: Unit, commands: Sequence[Take]) -> list[Taken | Refusal]:
        """Each volunteer gets the place, takes part in the draw, or hears why not.

        Refusals: ``NotFound``, ``PlaceTaken``, ``NotForYou``, ``CapacityReached``, ``WindowTaken``.
        """
        wholes = await uow.repository.by_leg({command.leg_id for command in commands})
        answers: list[Taken | Refusal] = []
        for command in commands:
            try:
                answers.append(await self._take(uow, wholes, command))
            except Refusal as refusal:
                answers.append(refusal)
        await self._pairing.ask_again(uow, {id(whole): whole for whole in wholes.values()}.values())
        return answers

    async def _take(self, uow: Unit, wholes: Mapping[str, WholeDispatch], command: Take) -> Taken:
        whole = wholes.get(command.leg_id)
        if whole is None or not whole.dispatch.parties_known:
            raise NotFound
        leg = whole.leg(command.leg_id)
        if whole.current_leg is not leg or OrderState(whole.dispatch.state) not in UNPAIRED:
            raise PlaceTaken
        if not whole.free_places(leg):
            raise PlaceTaken
        known = whole.offer_to(leg, command.volunteer_id)
        if known is not None and known.is_asking:
            known.check(uow.now)  # a yes that waits for its draw is no second yes
            return await self._drawing.say_yes(uow, whole, known)
        choice = await self._choice(uow, whole, leg, command.volunteer_id)
        offer = await self._offer(uow, whole, leg, choice, known)
        try:
            taken = await self._drawing.say_yes(uow, whole, offer)
        except Refusal:
            offer.withdraw(uow.now)
            self._steps.settled(uow, offer)
            raise
        if taken.state == DRAWING:
            self._steps.requested(uow, whole, offer)
        return taken

    async def _choice(self, uow: Unit, whole: WholeDispatch, leg: Leg, volunteer_id: str) -> Choice:
        """How they would be weighed. Raises ``NotForYou``, ``CapacityReached``."""
        candidates = await self._searching.candidates(uow)
        member = candidates.get(volunteer_id)
        need = self._needs.of(whole, leg, uow.now)
        load = (await uow.repository.loads({volunteer_id})).get(volunteer_id)
        if member is None or need is None or load is None or had_it(whole, leg, volunteer_id):
            raise NotForYou
        against = set(reasons(need, member, load, self._rules.areas)) - OVERLOOKED
        if against == {Reason.AT_CAPACITY}:
            raise CapacityReached
        if against:
            raise NotForYou
        parts = cost_of(need, member, load, self._policy.weights, self._rules.areas)
        return Choice(volunteer_id, parts, parts.total, 1.0)

    async def _offer(self, uow: Unit, whole: WholeDispatch, leg: Leg, choice: Choice, known: Offer | None) -> Offer:
        if not await uow.repository.reserve_yes(choice.volunteer_id):
            raise CapacityReached
        if known is not None:
            known.take_from_pool(uow.now, choice.cost)
            return known
        terms = Terms(leg.eligible, whole.dispatch.due_at, part_now(uow.now, self._rules), Source.POOL)
        offer = make_offer(uow, leg, choice, terms)
        whole.offers.append(offer)
        await uow.repository.add_in_order([offer])
        return offer


def had_it(whole: WholeDispatch, leg: Leg, volunteer_id: str) -> bool:
    """Whether they have a place of this very leg, served it or gave it back: the others are for others."""
    return any(one.leg_id == leg.leg_id and one.volunteer_id == volunteer_id for one in whole.assignments)
