"""Pairing: everybody who waits is paired together, and the best people are asked, as few as make a yes likely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from services.matcher.models import CallUp, Leg, Offer, Referral, Wave, WholeDispatch
from services.matcher.policies.candidates import Candidates
from services.matcher.policies.costs import stake_of
from services.matcher.policies.deadlines import next_look
from services.matcher.policies.eligibility import Need, Reason
from services.matcher.policies.ladder import Cause
from services.matcher.policies.solving import Wanted, pair
from services.matcher.policies.waves import Situation
from services.matcher.repository import Unit
from services.matcher.use_cases.handing_over import HandingOver
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.offering import Terms, make_offer, make_wave
from services.matcher.use_cases.ring import Ring
from services.matcher.use_cases.searching import Choice, Found, part_now
from services.matcher.use_cases.standing_by import StandingBy
from shared.contracts.refusal import Refusal
from shared.contracts.words import OrderState, Urgency

SHORTEST_WAIT = timedelta(minutes=1)

ROUNDS = 8
"""So often those whom others have left nobody look further in one pairing; who then goes without waits."""

UNPAIRED = frozenset({OrderState.PLACED, OrderState.OFFERED})


@dataclass
class Asked:
    """The rows of one pairing, to be inserted in this order."""

    waves: list[Wave] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    call_ups: list[CallUp] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)


@dataclass(frozen=True)
class _Search:
    """One leg that waits, and what it needs."""

    whole: WholeDispatch
    leg: Leg
    need: Need

    def besides(self, taken: frozenset[str]) -> Need:
        """The need of somebody else than these."""
        return replace(self.need, excluded=self.need.excluded | taken) if taken else self.need


class Pairing:
    """Asks for the next people under one policy."""

    def __init__(self, means: Means, ring: Ring) -> None:
        self._rules, self._policy = means.rules, means.policy
        self._searching, self._needs, self._steps = means.searching, means.needs, means.steps
        self._ring = ring
        self._standing_by = StandingBy(means)
        self._handing_over = HandingOver(means.rules, means.steps)

    async def look_again(self, uow: Unit, leg_ids: Sequence[str]) -> list[str | Refusal]:
        """Nobody could be asked about these legs a while ago; all of them are looked at together."""
        wholes = await uow.repository.by_leg(set(leg_ids))
        waiting: dict[str, WholeDispatch] = {}
        for leg_id in leg_ids:
            whole = wholes[leg_id]
            leg = whole.leg(leg_id)
            if leg.ask_at is not None and leg.ask_at <= uow.now:
                leg.ask_at = None
                waiting[whole.dispatch.order_id] = whole
        await self.ask_again(uow, waiting.values())
        return list(leg_ids)

    async def ask_again(self, uow: Unit, wholes: Iterable[WholeDispatch]) -> None:
        """``ask`` for dispatches that are in the database already."""
        asked = await self.ask(uow, wholes)
        await uow.repository.add_in_order(asked.waves, asked.offers, asked.call_ups, asked.referrals)

    async def ask(self, uow: Unit, wholes: Iterable[WholeDispatch]) -> Asked:
        """Ask about the current leg of each dispatch that waits for it, all of them together: who is asked about one
        is not asked about another, and the sum of what the pairs cost is least. The rows are the caller's to insert,
        after those they refer to.
        """
        asked = Asked()
        waiting = [whole for whole in wholes if self._waits(uow, whole, asked)]
        waiting = [whole for whole in waiting if not await self._standing_by.ask(uow, whole, _current(whole))]
        if not waiting:
            return asked
        searches = []
        for whole in waiting:
            leg = _current(whole)
            need = self._needs.of(whole, leg, uow.now)
            if need is None:  # its window has passed
                self._steps.escalate(uow, whole, Cause.NO_HOLDER)
            else:
                searches.append(_Search(whole, leg, need))
        await self._pair(uow, searches, asked)
        return asked

    def _waits(self, uow: Unit, whole: WholeDispatch, asked: Asked) -> bool:
        """Whether somebody is to be asked now. What no post serves goes to its department or a coordinator, at once."""
        dispatch, leg = whole.dispatch, whole.current_leg
        if OrderState(dispatch.state) not in UNPAIRED:
            return False
        if leg is None or leg.post is None or dispatch.service not in self._rules.services_by_code:
            asked.referrals += self._handing_over.pass_on(uow, whole)
            return False
        if dispatch.due_at <= uow.now:  # its clock escalates it in a moment
            dispatch.wait_for_offer()
            return False
        if whole.asking_offers or whole.open_call_ups or not whole.free_place(leg):
            return False
        dispatch.wait_for_offer()
        return dispatch.parties_known

    async def _pair(self, uow: Unit, searches: Sequence[_Search], asked: Asked) -> None:
        """Where many orders want the same people, those who go without look further, until everybody is asked who can
        be.
        """
        competing = await self._competing(uow, searches)
        seen: dict[str, Found] = {}
        left, taken = list(searches), frozenset[str]()
        for _ in range(ROUNDS):
            found = await self._searching.find(uow, [search.besides(taken) for search in left])
            seen = {search.leg.leg_id: one for search, one in zip(left, found, strict=True)} | seen
            chosen = pair([self._wanted(*one, competing) for one in zip(left, found, strict=True)])
            admitted = await self._reserve(uow, left, chosen)
            taken |= admitted
            further = []
            for search, one, names in zip(left, found, chosen, strict=True):
                by_name = {choice.volunteer_id: choice for choice in one.choices}
                if choices := [by_name[name] for name in names if name in admitted]:
                    self._offer(uow, search, choices, one.eligible, asked)
                elif one.choices and admitted:
                    further.append(search)
                else:
                    await self._wait(uow, search, seen[search.leg.leg_id], asked)
            left = further
            if not left:
                return
        for search in left:
            await self._wait(uow, search, seen[search.leg.leg_id], asked)

    async def _reserve(self, uow: Unit, searches: Sequence[_Search], chosen: Sequence[Sequence[str]]) -> set[str]:
        """Who of the chosen may be asked, as the database says."""
        hasty = {
            name
            for search, names in zip(searches, chosen, strict=True)
            for name in names
            if search.need.urgency is Urgency.URGENT
        }
        day, heeding = self._rules.local_time.day(uow.now), not self._policy.asking.overlooks
        return await uow.repository.reserve_asks(
            {name for names in chosen for name in names}, uow.now, day, hasty, heeding=heeding
        )

    def _wanted(self, search: _Search, found: Found, competing: Counter[tuple[str | None, str]]) -> Wanted:
        return Wanted(
            leg_id=search.leg.leg_id,
            places=self._wave_size(search, found, competing[_crowd(search)]),
            stake=stake_of(search.need, self._policy.weights),
            candidates=[(choice.volunteer_id, choice.cost) for choice in found.choices],
        )

    def _wave_size(self, search: _Search, found: Found, competing: int) -> int:
        clocks = self._steps.clocks(search.whole)
        situation = Situation(
            urgency=search.need.urgency,
            places=search.whole.free_places(search.leg),
            chances=[choice.chance for choice in found.choices],
            now=search.need.now,
            due_at=search.whole.dispatch.due_at,
            offer=clocks.offer,
            eligible=found.eligible,
            competing=competing,
            asked_before=len(search.whole.offers),
        )
        return self._policy.asking.wave(situation)

    async def _competing(self, uow: Unit, searches: Sequence[_Search]) -> Counter[tuple[str | None, str]]:
        """How many legs wait for the same people, by community and skill: those of this list, and all that wait."""
        here = Counter(_crowd(search) for search in searches)
        known = await uow.repository.competing()
        return Counter({crowd: max(count, known[crowd]) for crowd, count in here.items()})

    async def _wait(self, uow: Unit, search: _Search, found: Found, asked: Asked) -> None:
        """Nobody was asked: others need them more, or nobody can be asked now; look again, or go on without."""
        leg, whole, now = search.leg, search.whole, uow.now
        urgent = search.need.urgency is Urgency.URGENT
        following = next_look(now, SHORTEST_WAIT if urgent else timedelta(minutes=self._rules.pairing.look_minutes))
        if found.choices or found.worth:
            leg.note_eligible(found.eligible, now)
            leg.look_again(max(following, found.worth) if found.worth else following)
            return
        candidates = await self._searching.candidates(uow)
        others = replace(search.need, excluded=search.need.excluded | found.barred.keys())
        against = candidates.tally(others) + Counter(found.barred.values())
        against[Reason.EXCLUDED] -= len(found.barred)
        part = part_now(search.need.serving.span.start, self._rules)
        leg.note_blocked({reason.value: count for reason, count in against.items() if count > 0}, part, now)
        at = candidates.prospect(others, whole.dispatch.due_at)
        if at is not None:
            leg.look_again(min(at, following) if at > now else following)
        elif not await self._call_up(uow, search, candidates, asked):
            self._steps.escalate(uow, whole, Cause.NO_HOLDER)

    async def _call_up(self, uow: Unit, search: _Search, candidates: Candidates, asked: Asked) -> bool:
        call_ups = await self._ring.open(uow, search.whole, search.leg, candidates)
        asked.call_ups += call_ups
        return bool(call_ups)

    def _offer(self, uow: Unit, search: _Search, choices: Sequence[Choice], eligible: int, asked: Asked) -> None:
        whole, leg = search.whole, search.leg
        wave = make_wave(uow, whole, leg, self._steps.clocks(whole).offer)
        asked.waves.append(wave)
        leg.note_eligible(eligible, uow.now)
        terms = Terms(eligible, wave.ends_at, part_now(uow.now, self._rules), wave_id=wave.wave_id)
        for choice in choices:
            offer = make_offer(uow, leg, choice, terms)
            whole.offers.append(offer)
            asked.offers.append(offer)
            self._steps.offer(uow, whole, leg, offer, wave.number)


def _current(whole: WholeDispatch) -> Leg:
    leg = whole.current_leg
    assert leg is not None  # noqa: S101 - what has no leg to serve does not wait
    return leg


def _crowd(search: _Search) -> tuple[str | None, str]:
    return search.whole.dispatch.community, search.need.skill
