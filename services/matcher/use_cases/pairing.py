"""Pairing: the best people are asked about a leg; where nobody is left to ask, the coordinator holds the order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from services.matcher.models import Leg, Offer, Wave, WholeDispatch
from services.matcher.policies.deadlines import offer_expiry
from services.matcher.policies.directory import Directory, Rings
from services.matcher.policies.eligibility import Load, Member, Need
from services.matcher.policies.ladder import Cause
from services.matcher.policies.matching import best, nearest
from services.matcher.policies.windows import serving_of, span_of
from services.matcher.repository import Unit
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.steps import Steps
from shared.community.definition import Community
from shared.contracts.words import OrderState, ServedBy

ENOUGH = 32
"""So many near people are looked at before anybody farther away."""

MOST_NAMED = 400
"""More people than this are read as a whole rather than by name."""

_UNPAIRED = frozenset({OrderState.PLACED, OrderState.OFFERED})


@dataclass
class Asked:
    """The rows of one pairing, to be inserted in this order."""

    waves: list[Wave] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)


@dataclass(frozen=True)
class _Search:
    """One leg that waits: what it needs (None when nobody can serve it any more), who could, how many to ask."""

    whole: WholeDispatch
    leg: Leg
    need: Need | None
    rings: Rings
    wanted: int


class _Loads:
    """What people carry, read for the nearest first, and for everybody only when those do not suffice."""

    def __init__(self, uow: Unit, known: dict[str, Load], *, complete: bool) -> None:
        self.known = known
        self._uow = uow
        self._complete = complete

    @classmethod
    async def of_nearest(cls, uow: Unit, searches: Iterable[_Search]) -> _Loads:
        """Loads of the people these searches look at first."""
        near = {member.volunteer_id for search in searches for ring in nearest(search.rings, ENOUGH) for member in ring}
        complete = len(near) > MOST_NAMED
        return cls(uow, await uow.repository.loads(None if complete else near), complete=complete)

    async def best(self, search: _Search) -> list[Member]:
        """The best people to ask."""
        if search.need is None:
            return []
        first = search.rings if self._complete else nearest(search.rings, ENOUGH)
        chosen = best(search.need, first, self.known, search.wanted)
        if len(chosen) < search.wanted and len(first) < len(search.rings):
            # What this list has asked already is in the loads that are known; the others are as they were read.
            self.known = await self._uow.repository.loads() | self.known
            self._complete = True
            chosen = best(search.need, search.rings, self.known, search.wanted)
        return chosen


class Pairing:
    """Asks for the next people. ``asks_per_place``: how many at the same time for each place of a leg."""

    def __init__(self, rules: Community, directories: Directories, steps: Steps, asks_per_place: int = 1) -> None:
        self._rules = rules
        self._directories = directories
        self._steps = steps
        self._asks = asks_per_place

    async def ask(self, uow: Unit, wholes: Iterable[WholeDispatch]) -> Asked:
        """Ask about the current leg of each dispatch that waits for it, one after the other: who was asked for one
        counts as loaded for the next. The rows are the caller's to insert, after those they refer to.
        """
        asked = Asked()
        waiting = [whole for whole in wholes if OrderState(whole.dispatch.state) in _UNPAIRED]
        served = [whole for whole in waiting if self._is_served_by_post(uow, whole)]
        if not served:
            return asked
        directory = await self._directories.current(uow.repository)
        searches = [search for whole in served if (search := self._search(uow, whole, directory))]
        loads = await _Loads.of_nearest(uow, searches)
        for search in searches:
            await self._ask(uow, search, loads, asked)
        await uow.repository.note_asked({offer.volunteer_id for offer in asked.offers}, uow.now)
        return asked

    async def ask_again(self, uow: Unit, wholes: Iterable[WholeDispatch]) -> None:
        """The same for dispatches that are in the database already."""
        asked = await self.ask(uow, wholes)
        await uow.repository.add_in_order(asked.waves, asked.offers)

    def need(self, uow: Unit, whole: WholeDispatch, leg: Leg) -> Need | None:
        """What a leg needs of a volunteer; None when nobody can serve it any more (its window has passed)."""
        dispatch = whole.dispatch
        service = self._rules.services_by_code.get(dispatch.service)
        skill = self._rules.skills_by_code.get(leg.post or "")
        if service is None or skill is None:
            return None
        duration = timedelta(minutes=service.duration_minutes)
        serving = serving_of(dispatch.window, uow.now, duration, self._steps.clocks(whole).service)
        if serving is None:
            return None
        posts = self._rules.posts_covering(dispatch.grid, skill.code)
        return Need(
            order_id=dispatch.order_id,
            leg_id=leg.leg_id,
            skill=skill.code,
            grid=dispatch.grid,
            posts=frozenset(post.post_id for post in posts),
            open_to_any=skill.open,
            needs_vetting=skill.needs_vetting,
            serving=serving,
            now=uow.now,
            tz=self._rules.zone,
            refused=whole.refused(leg),
        )

    def _is_served_by_post(self, uow: Unit, whole: WholeDispatch) -> bool:
        """Whether volunteers serve the current leg; what others serve is decided by a coordinator, at once."""
        leg = whole.current_leg
        if leg is None or leg.post is None or whole.dispatch.served_by != ServedBy.POST.value:
            self._steps.escalate(uow, whole, Cause.SERVED_BY)
            return False
        return True

    def _search(self, uow: Unit, whole: WholeDispatch, directory: Directory) -> _Search | None:
        """What to look for; None when nobody is to be asked now."""
        leg, dispatch = whole.current_leg, whole.dispatch
        if leg is None or dispatch.due_at <= uow.now:  # its clock escalates it in a moment
            dispatch.wait_for_offer()
            return None
        need = self.need(uow, whole, leg)
        wanted = whole.free_places(leg) * self._asks - len(whole.open_offers)
        rings = directory.rings(need.skill, need.grid) if need else ()
        return _Search(whole, leg, need, rings, wanted)

    async def _ask(self, uow: Unit, search: _Search, loads: _Loads, asked: Asked) -> None:
        whole = search.whole
        chosen = await loads.best(search)
        if chosen:
            self._offer(uow, whole, search.leg, chosen, asked)
            for member in chosen:
                loads.known[member.volunteer_id].ask(span_of(whole.dispatch.window), uow.now)
        elif not whole.open_offers:
            self._steps.escalate(uow, whole, Cause.NO_HOLDER)

    def _offer(self, uow: Unit, whole: WholeDispatch, leg: Leg, chosen: Iterable[Member], asked: Asked) -> None:
        dispatch = whole.dispatch
        leg.waves += 1
        ends_at = offer_expiry(uow.now, self._steps.clocks(whole).offer, dispatch.due_at, dispatch.window)
        wave = Wave(wave_id=uow.new_id(), leg_id=leg.leg_id, number=leg.waves, started_at=uow.now, ends_at=ends_at)
        asked.waves.append(wave)
        for member in chosen:
            offer = Offer(
                offer_id=uow.new_id(),
                leg_id=leg.leg_id,
                order_id=dispatch.order_id,
                wave_id=wave.wave_id,
                volunteer_id=member.volunteer_id,
                made_at=uow.now,
                expires_at=ends_at,
            )
            whole.offers.append(offer)
            asked.offers.append(offer)
            self._steps.offer(uow, whole, leg, offer, wave.number)
