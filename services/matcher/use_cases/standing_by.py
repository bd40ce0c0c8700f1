"""Who said yes before and got no place is asked first, as far as they still may be asked."""

from __future__ import annotations

from services.matcher.models import Leg, Offer, WholeDispatch
from services.matcher.policies.eligibility import Load, Reason, is_eligible
from services.matcher.repository import Unit
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.offering import make_wave


class StandingBy:
    """Asks those on standby under one policy."""

    def __init__(self, means: Means) -> None:
        self._rules, self._needs, self._searching = means.rules, means.needs, means.searching
        self._steps = means.steps
        self._overlooked = means.policy.asking.overlooks | {Reason.ASKED_BEFORE}

    async def ask(self, uow: Unit, whole: WholeDispatch, leg: Leg) -> bool:
        """Ask those who said yes before, if they still may be asked; returns whether anybody was."""
        waiting = await self._fit(uow, whole, leg)
        if not waiting:
            return False
        wanted = {offer.volunteer_id for offer in waiting}
        day = self._rules.local_time.day(uow.now)
        admitted = await uow.repository.reserve_asks(wanted, uow.now, day, wanted)  # they said yes before
        if not admitted:
            return False
        wave = make_wave(uow, whole, leg, self._steps.clocks(whole).offer)
        await uow.repository.add_in_order([wave])
        for offer in waiting:
            if offer.volunteer_id in admitted:
                offer.ask_again(uow.now, wave.ends_at, wave.wave_id)
                self._steps.offer(uow, whole, leg, offer, wave.number)
        return True

    async def _fit(self, uow: Unit, whole: WholeDispatch, leg: Leg) -> list[Offer]:
        """Yeses of a leg that got no place, of those who may be asked now (pairing rule 1), the best first."""
        waiting = whole.on_standby(leg)
        if not waiting:
            return []
        candidates = await self._searching.candidates(uow)
        loads = await uow.repository.loads({offer.volunteer_id for offer in waiting})
        fit = []
        for offer in waiting:
            need = self._needs.of(whole, leg, uow.now, window=offer.counter)
            member = candidates.get(offer.volunteer_id)
            load = loads.get(offer.volunteer_id, Load())
            if need and member and is_eligible(need, member, load, self._rules.areas, self._overlooked):
                fit.append(offer)
        return fit
