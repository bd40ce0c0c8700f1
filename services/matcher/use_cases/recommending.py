"""Whom a coordinator could give a leg to: the pairing's own candidates and costs at this moment. Nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.matcher.commands import ShowRecommended
from services.matcher.models import Leg, WholeDispatch
from services.matcher.policies.candidates import Candidates
from services.matcher.policies.costs import cost_of
from services.matcher.policies.eligibility import Load, Member, Need, Reason, is_eligible
from services.matcher.policies.recommending import NO_BAR, RECOMMENDED, Recommended, as_shown, speaking_for
from services.matcher.policies.windows import span_of
from services.matcher.repository import Unit
from services.matcher.use_cases.deciding import Deciding, Decision
from services.matcher.use_cases.means import Means
from shared.contracts.refusal import Refusal

Fitting = Sequence[tuple[Member, Load]]


class Recommending:
    """Recommends, under the rules and the weights of one community."""

    def __init__(self, means: Means, deciding: Deciding) -> None:
        self._rules, self._policy = means.rules, means.policy
        self._searching, self._needs = means.searching, means.needs
        self._deciding = deciding

    async def recommend(
        self, uow: Unit, wishes: Sequence[Decision[ShowRecommended]]
    ) -> list[Sequence[Recommended] | Refusal]:
        """At most three people for each leg, the best first; none for a leg without a post.

        Refusals: ``NotFound``, ``LegServed``, ``NotItsTurn``.
        """
        return await self._deciding.each(uow, wishes, self._recommend, "", whoever_holds=True)

    async def _recommend(
        self, uow: Unit, whole: WholeDispatch, leg: Leg, wish: Decision[ShowRecommended]
    ) -> Sequence[Recommended]:
        need = self._needs.of(whole, leg, uow.now)
        if need is None:
            return []
        need = replace(need, refused=_had_it(whole, leg))
        candidates = await self._searching.candidates(uow)
        fitting: Fitting = []
        for most in (self._rules.pairing.candidates, len(candidates)):  # everybody, where the nearest do not do
            if len(fitting) < RECOMMENDED and most:
                fitting = await self._fitting(uow, candidates, need, most, whole, wish.areas)
        return self._best(need, fitting)

    async def _fitting(
        self, uow: Unit, candidates: Candidates, need: Need, most: int, whole: WholeDispatch, areas: Sequence[str]
    ) -> Fitting:
        """Who may serve it by what the database says now, and lives where this coordinator may decide."""
        overlooked = NO_BAR | {Reason.AT_CAPACITY}  # the index counts open offers, which do not count here
        names = candidates.find(need, most, self._policy.weights, overlooked).volunteers
        loads = await self._loads(uow, names, whole)
        members = [member for name in names if (member := candidates.get(name)) and name in loads]
        return [
            (member, loads[member.volunteer_id])
            for member in members
            if self._rules.areas.within(member.home, areas)
            and is_eligible(need, member, loads[member.volunteer_id], self._rules.areas, NO_BAR)
        ]

    async def _loads(self, uow: Unit, names: Sequence[str], whole: WholeDispatch) -> dict[str, Load]:
        """What these people carry, as if nobody had been asked about this order: who was, and what they said, is not
        to be read from where they stand in the list.
        """
        loads = await uow.repository.loads(names) if names else {}
        for offer in whole.asking_offers:
            if offer.volunteer_id in loads:
                loads[offer.volunteer_id].free(span_of(whole.dispatch.window))
        asked = loads.keys() & {offer.volunteer_id for offer in whole.offers}
        earlier = await uow.repository.asked_elsewhere(asked, whole.dispatch.order_id) if asked else {}
        for name in asked:
            loads[name].asked_at = earlier.get(name)
        return {name: as_shown(load) for name, load in loads.items()}

    def _best(self, need: Need, fitting: Fitting) -> Sequence[Recommended]:
        areas, weights = self._rules.areas, self._policy.weights
        fewest = min((load.served_minutes for _, load in fitting), default=0)

        def cost(one: tuple[Member, Load]) -> tuple[float, str]:
            member, load = one
            return cost_of(need, member, load, weights, areas).total, member.volunteer_id

        return [
            Recommended(
                volunteer_id=member.volunteer_id,
                reasons=tuple(speaking_for(need, member, load, areas, fewest)),
                nearness=areas.distance(member.home, need.grid),
                minutes=load.served_minutes,
            )
            for member, load in sorted(fitting, key=cost)[:RECOMMENDED]
        ]


def _had_it(whole: WholeDispatch, leg: Leg) -> frozenset[str]:
    """Who has or had the leg, and who served an earlier round; who was asked and did not take it is not among them."""
    earlier = {leg.leg_id, *(one.leg_id for one in whole.legs if one.round < leg.round)}
    return frozenset(one.volunteer_id for one in whole.assignments if one.leg_id in earlier)
