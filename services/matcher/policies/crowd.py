"""The rules of ``eligibility`` and ``costs`` over many people at once; a property test keeps the two equal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.policies import eligibility
from services.matcher.policies.costs import REST
from services.matcher.policies.eligibility import Load, Member, Need, Reason
from services.matcher.policies.records import (
    ABSENCES,
    AT_WORK,
    BUSY,
    MARKS,
    NO_OFFERS,
    ON_DUTY,
    ONE_OFFER,
    Mask,
    Numbers,
    Records,
    Rows,
    free_at,
    free_for,
    take,
    ties,
)
from services.matcher.policies.register import Register
from shared.community.pairing import Weights
from shared.contracts.words import Urgency

_ARITHMETIC = frozenset(Reason) - {Reason.ABSENT, Reason.WINDOW_TAKEN}
"""What the records alone answer for nearly everybody; the other reasons are looked up person by person, so last."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A need's exclusions by the numbers of the index: rows of people, and ranges of area numbers."""

    excluded: Sequence[int]
    refused: Sequence[int]
    homes: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some rows of the index with what is known of them.

    ``vetted``: whether a post of the need is vetted; ``distances`` to the grid. ``register`` knows member and load
    of a row, for what few people have: absences, windows taken, marks.
    """

    rows: Rows
    records: Records
    vetted: Mask
    distances: Numbers
    register: Register

    def against(self, need: Need, bars: Bars, overlooking: Collection[Reason] = ()) -> Iterator[tuple[Reason, Mask]]:
        """Each reason and whom it speaks against, in the order of ``eligibility.reasons``. Holders are assumed."""
        on_duty, at_work = self.has(ON_DUTY), self.has(AT_WORK) & need.reaches_at_work
        anytime = on_duty | at_work
        rules: dict[Reason, Callable[[], Mask]] = {
            Reason.NOT_VETTED: lambda: ~self.vetted & (need.needs_vetting and not need.open),
            Reason.PARTY: lambda: self._party(need, bars),
            Reason.EXCLUDED: lambda: self._among(bars.excluded),
            Reason.ASKED_BEFORE: lambda: self._among(bars.refused),
            Reason.ABSENT: lambda: self._some(ABSENCES, lambda member, _: eligibility.is_absent(need, member)),
            Reason.NOT_FREE: lambda: ~(anytime | self._free(need)),
            Reason.WINDOW_TAKEN: lambda: self._taken(need),
            Reason.NOT_REACHABLE: lambda: self._unreachable(need, anytime),
            Reason.AT_CAPACITY: lambda: self.records["room"] <= 0,
            Reason.BUDGET_SPENT: lambda: self._spent(need),
        }
        for reason, rule in rules.items():
            if reason not in overlooking:
                yield reason, rule()

    def eligible(self, need: Need, bars: Bars, overlooking: Collection[Reason] = ()) -> Crowd:
        """Those against whom nothing speaks that is not overlooked."""
        left = self.part(self._clear(need, bars, {*overlooking, Reason.ABSENT, Reason.WINDOW_TAKEN}))
        return left.part(left._clear(need, bars, {*overlooking, *_ARITHMETIC}))

    def _clear(self, need: Need, bars: Bars, overlooking: Collection[Reason]) -> Mask:
        barred = np.zeros(len(self.rows), np.bool_)
        for _, mask in self.against(need, bars, overlooking):
            barred |= mask
        return ~barred

    def part(self, chosen: Mask) -> Crowd:
        """Those of the crowd who are chosen."""
        places = np.flatnonzero(chosen)
        records = take(self.records, places)
        return Crowd(self.rows[places], records, self.vetted[places], self.distances[places], self.register)

    def costs(self, need: Need, weights: Weights, continued: Sequence[int]) -> Numbers:
        """``costs.cost_of(…).total`` of everybody, but for the last digits."""
        rested = np.maximum(need.now.timestamp() - self.records["asked_at"], 0) / REST.total_seconds()
        total: Numbers = weights.near * self.distances + weights.load * self.records["carried"]
        total += weights.rest * np.exp(-rested) + ties(self.records, need.leg_id)
        return total - weights.continuity * self._among(continued)

    def has(self, flag: int) -> Mask:
        """Whose record has this flag."""
        mask: Mask = (self.records["flags"] & np.uint16(flag)) != 0
        return mask

    def _among(self, rows: Sequence[int]) -> Mask:
        return np.isin(self.rows, rows) if rows else np.zeros(len(self.rows), np.bool_)

    def _some(self, flag: int, rule: Callable[[Member, Load], bool], among: Mask | None = None) -> Mask:
        """Whom a rule holds for, of those few with this flag."""
        mask = np.zeros(len(self.rows), np.bool_)
        few = self.has(flag) if among is None else self.has(flag) & among
        for place in np.flatnonzero(few).tolist():
            mask[place] = rule(*self.register.known(int(self.rows[place])))
        return mask

    def _unreachable(self, need: Need, anytime: Mask) -> Mask:
        now = ~(anytime | free_at(self.records, *need.local.row_hour(need.now)))
        return now | self._some(ABSENCES, lambda member, _: not eligibility.is_reachable(need, member), ~now)

    def _party(self, need: Need, bars: Bars) -> Mask:
        mask = np.zeros(len(self.rows), np.bool_)
        if need.party_marks:
            where, marks, areas = need.excluded_areas, need.party_marks, self.register.areas
            mask |= self._some(MARKS, lambda member, _: eligibility.is_party(member, where, marks, areas))
        for first, end in bars.homes:
            mask |= (self.records["home"] >= first) & (self.records["home"] < end)
        return mask

    def _free(self, need: Need) -> Mask:
        span = need.serving.span
        return free_for(self.records, need.local.stretch(span.start, span.end), need.serving.minutes)

    def _taken(self, need: Need) -> Mask:
        if not need.serving.fixed:
            return np.zeros(len(self.rows), np.bool_)
        return self._some(BUSY, lambda _, load: eligibility.is_taken(need, load))

    def _spent(self, need: Need) -> Mask:
        today = need.local.day(need.now).toordinal()
        kept = 0 if need.urgency is Urgency.URGENT else np.where(self.has(ONE_OFFER), 0, 1)
        spent: Mask = (self.records["asked_on"] == today) & (self.records["left"] <= kept)
        return self.has(NO_OFFERS) | spent
