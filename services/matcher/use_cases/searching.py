"""Who could be asked about a leg: found in the candidate index, and checked against the database."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.matcher.policies.candidates import Candidates
from services.matcher.policies.chance import chance, part_of
from services.matcher.policies.costs import Parts, cost_of, waited
from services.matcher.policies.eligibility import PASSING, Load, Member, Need, Reason, reasons
from services.matcher.policies.policy import Policy
from services.matcher.repository import Unit
from services.matcher.repository.loads import Habits
from services.matcher.use_cases.directories import Directories
from shared.community.definition import Community
from shared.contracts.words import Urgency

_CARRYING = frozenset({Reason.AT_CAPACITY, Reason.BUDGET_SPENT})
"""Reasons the index may believe although another process has changed them: the database is asked before they count."""

EARLY_ENOUGH = 0.75
"""Nobody is waited for beyond this share of the time that is left."""

SPARE = 8
"""So many more than are needed are looked for, because some may be wanted for another leg as well."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may be asked: what it would cost, and how likely they say yes."""

    volunteer_id: str
    parts: Parts
    cost: float
    chance: float


@dataclass(frozen=True)
class Found:
    """Who may be asked about one leg, the best first. ``eligible``: how many there are, with those not looked at.
    ``barred``: whom the index did not know to be kept by a reason that lasts, and the first such reason. ``worth``:
    when somebody can be reached for whom it is worth to wait, if that is nobody who can be reached now.
    """

    need: Need
    choices: Sequence[Choice]
    eligible: int
    barred: Mapping[str, Reason]
    worth: datetime | None = None


class Searching:
    """Looks for people under one policy."""

    def __init__(self, rules: Community, directories: Directories, policy: Policy) -> None:
        self._rules = rules
        self._directories = directories
        self._policy = policy

    async def candidates(self, uow: Unit) -> Candidates:
        """The index as this unit of work sees the roster."""
        return await self._directories.current(uow.repository)

    async def find(self, uow: Unit, needs: Sequence[Need], most: int | None = None) -> list[Found]:
        """For each need, at most ``most`` people (as many as the rules weigh): a list costs three reads of the
        database, one more when the index alone would say that there are too few.
        """
        candidates = await self.candidates(uow)
        most = most or self._rules.pairing.candidates
        looks = [_Look(need, most) for need in needs]
        for overlooked in (frozenset[Reason](), _CARRYING):
            short = [look for look in looks if len(look.fit) < min(SPARE, look.most)]
            await self._look(uow, candidates, short, overlooked)
        await self._widen(uow, candidates, looks)
        asked = {volunteer_id for look in looks for volunteer_id in look.fit}
        habits = await uow.repository.habits(asked) if asked else {}
        return [self._found(look, candidates, habits) for look in looks]

    async def _widen(self, uow: Unit, candidates: Candidates, looks: Collection[_Look]) -> None:
        """Where windows took most of the nearest, everybody else is looked at too."""
        short = [look for look in looks if len(look.fit) < min(SPARE, look.most) and look.eligible > look.most]
        for look in short:
            look.most = look.eligible
        await self._look(uow, candidates, short, frozenset())

    async def _look(
        self, uow: Unit, candidates: Candidates, looks: Collection[_Look], overlooked: frozenset[Reason]
    ) -> None:
        overlooks = self._policy.asking.overlooks
        for look in looks:
            found = candidates.find(look.need, look.most, self._policy.weights, overlooks | overlooked)
            look.names, look.eligible = found.volunteers, max(look.eligible, found.eligible)
        names = {volunteer_id for look in looks for volunteer_id in look.names}
        loads = await uow.repository.loads(names) if names else {}
        for volunteer_id, load in loads.items():
            candidates.note(volunteer_id, replace(load, busy=[]))
        for look in looks:
            look.check(candidates, loads, self._rules, overlooks)

    def _found(self, look: _Look, candidates: Candidates, habits: Mapping[str, Habits]) -> Found:
        choices = [self._choice(look, candidates, name, load, habits) for name, load in look.fit.items()]
        choices.sort(key=lambda choice: choice.cost)
        eligible = max(len(choices), look.eligible - look.unfit)
        bar, at = self._worth_waiting(look, candidates) if choices else (math.inf, None)
        kept = [choice for choice in choices if choice.cost <= bar]
        return Found(look.need, kept[: look.most], eligible, look.barred, None if kept else at)

    def _worth_waiting(self, look: _Look, candidates: Candidates) -> tuple[float, datetime | None]:
        """What the best of those costs who can be reached later, the waiting included, and from when on."""
        need, weights, overlooks = look.need, self._policy.weights, self._policy.asking.overlooks
        worth: tuple[float, datetime | None] = (math.inf, None)
        if need.urgency is Urgency.URGENT or not weights.patience:
            return worth
        later = candidates.find(need, SPARE, weights, overlooks | {Reason.NOT_REACHABLE})
        for name, cost in zip(later.volunteers, later.costs, strict=True):
            at = reached_later(need, candidates.get(name)) if name not in {*look.fit, *look.barred} else None
            if at is not None:
                worth = min(worth, (cost + weights.patience * waited(replace(need, now=at, placed_at=need.now)), at))
        return worth

    def _choice(
        self, look: _Look, candidates: Candidates, name: str, load: Load, habits: Mapping[str, Habits]
    ) -> Choice:
        member = candidates.get(name)
        assert member is not None  # noqa: S101 - the index found them a moment ago
        parts = cost_of(look.need, member, load, self._policy.weights, self._rules.areas)
        rules, need = self._rules.pairing, look.need
        part = part_of(need.now, need.local)
        likely = chance(habits.get(name, {}), need.urgency, part, rules.acceptance, rules.prior_answers)
        return Choice(name, parts, parts.total, likely)


class _Look:
    """One need while people are looked for."""

    def __init__(self, need: Need, most: int) -> None:
        self.need = need
        self.most = most
        self.names: Sequence[str] = ()
        self.eligible = 0
        self.unfit = 0
        self.fit: dict[str, Load] = {}
        self.barred: dict[str, Reason] = {}

    def check(
        self, candidates: Candidates, loads: Mapping[str, Load], rules: Community, overlooks: frozenset[Reason]
    ) -> None:
        """Keep who fits by what the database says now."""
        self.fit = {}
        for name in self.names:
            member, load = candidates.get(name), loads.get(name)
            if member is None or load is None:
                continue
            against = [one for one in reasons(self.need, member, load, rules.areas) if one not in overlooks]
            if not against:
                self.fit[name] = load
            elif against[0] not in PASSING:
                self.barred[name] = against[0]
        self.unfit = len(self.names) - len(self.fit)


def reached_later(need: Need, member: Member | None) -> datetime | None:
    """The first hour in which somebody who cannot be reached now can be, early enough for the answers of several."""
    if member is None:
        return None
    until = need.now + (need.due_at - need.now) * EARLY_ENOUGH
    hours = need.local.hours_between(need.now, until)
    return next((at for at in hours if member.hours.free_at(at, need.local)), None)


def part_now(now: datetime, rules: Community) -> int:
    """The part of the local day an instant lies in."""
    return part_of(now, rules.local_time)
