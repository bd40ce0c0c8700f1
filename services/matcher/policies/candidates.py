"""For each need, who of the roster may be asked and who is cheapest.

A hint kept in memory, never the arbiter: every promise is checked by the database again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from types import MappingProxyType

import numpy as np

from services.matcher.policies.costs import cost_of
from services.matcher.policies.crowd import Bars, Crowd
from services.matcher.policies.eligibility import PASSING, Load, Member, Need, Reason, is_reachable
from services.matcher.policies.records import ABSENCES, Numbers, take, week_of
from services.matcher.policies.register import Register
from shared.community.definition import Community
from shared.community.pairing import Weights

LOOK = 4096
"""Up to so many of the nearest people are looked at in any case, others only when they could be cheaper."""

_EQUAL = 1e-9
"""Costs nearer than this to each other are worked out again, person by person."""

_NO_LOADS: Mapping[str, Load] = MappingProxyType({})
_NOTHING: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """The cheapest eligible people, cheapest first, and what each costs (``costs.cost_of``).

    ``eligible``: how many there are among all who were looked at; of posts that is everybody who holds one.
    """

    volunteers: list[str]
    eligible: int
    costs: list[float]


class Candidates(Register):
    """The index of one roster. ``revision`` is the caller's: which facts it has heard. ``look``: see ``LOOK``."""

    def __init__(
        self,
        rules: Community,
        members: Iterable[Member] = (),
        loads: Mapping[str, Load] | None = None,
        look: int = LOOK,
    ) -> None:
        super().__init__(rules.areas, members, loads if loads is not None else _NO_LOADS)
        self.revision = 0
        self._look = look

    def find(self, need: Need, most: int, weights: Weights, overlooking: frozenset[Reason] = _NOTHING) -> Found:
        """The ``most`` cheapest of the eligible, as ``eligibility.reasons`` and ``costs.cost_of`` have it."""
        bars, continued = self._bars(need), self.rows_of(need.continued)
        known = weights.continuity if continued else 0.0
        rows, costs = np.empty(0, np.int32), np.empty(0, np.float64)
        for crowd, farther in self._crowds(need, self._look):
            able = crowd.eligible(need, bars, overlooking)
            rows = np.concatenate([rows, able.rows])
            costs = np.concatenate([costs, able.costs(need, weights, continued)])
            if _dearest(costs, most) < weights.near * farther - known:
                break
        chosen = rows[costs <= _dearest(costs, most) + _EQUAL]
        ranked = sorted(self._priced(row, need, weights) for row in chosen.tolist())[:most]
        return Found([volunteer for _, volunteer in ranked], len(rows), [cost for cost, _ in ranked])

    def tally(self, need: Need) -> Counter[Reason]:
        """The first reason against each who is not eligible: of all who hold a post for the need; where anybody may
        serve, of those who live in the community of the order.
        """
        crowd = self._everybody(need)
        if need.open:
            first, end = self.ground.range(self.areas.community_of(need.grid) or self.areas.root.code)
            crowd = crowd.part((crowd.records["home"] >= first) & (crowd.records["home"] < end))
        found, clear = Counter[Reason](), np.ones(len(crowd.rows), np.bool_)
        for reason, mask in crowd.against(need, self._bars(need)):
            found[reason] = int(np.count_nonzero(mask & clear))
            clear &= ~mask
        return +found

    def prospect(self, need: Need, until: datetime) -> datetime | None:
        """When to look again: the first instant before ``until`` at which somebody can be reached whom nothing but
        passing reasons keeps from being asked; None when there is nobody.

        It is now where such a person can be reached already: capacities and budgets may change at any time.
        """
        crowd, bars = self._everybody(need), self._bars(need)
        crowd = crowd.eligible(need, bars, PASSING)
        if len(crowd.eligible(need, bars, frozenset(Reason) - {Reason.NOT_REACHABLE}).rows):
            return need.now if need.now < until else None
        return min(self._instants(need, crowd, until), default=None)

    def _instants(self, need: Need, crowd: Crowd, until: datetime) -> Iterator[datetime]:
        """When somebody of this crowd can be reached, the first such instant of each who has absences, and the first
        of all others together.
        """
        away = crowd.has(ABSENCES)
        others = week_of(crowd.records[~away])
        hours = list(need.local.hours_between(need.now, until))
        yield from islice((at for at in hours if others.free_at(at, need.local)), 1)
        for row in crowd.rows[away].tolist():
            member, _ = self.known(row)
            ends = (absence.end for absence in member.absences if need.now < absence.end < until)
            reached = (at for at in sorted({*hours, *ends}) if is_reachable(replace(need, now=at), member))
            yield from islice(reached, 1)

    def _crowds(self, need: Need, enough: int) -> Iterator[tuple[Crowd, float]]:
        """Whom posts allow, the nearest first, and how far away the next of them live."""
        group = self.group(need)
        for places, distances, farther in group.rings(self.ground.levels(need.grid), enough):
            rows = group.rows[places]
            yield Crowd(rows, take(self.records, rows), group.vetted[places], distances, self), farther

    def _everybody(self, need: Need) -> Crowd:
        return next(crowd for crowd, _ in self._crowds(need, len(self)))

    def _bars(self, need: Need) -> Bars:
        return Bars(
            excluded=self.rows_of(need.excluded),
            refused=self.rows_of(need.refused),
            homes=[self.ground.range(area) for area in need.excluded_areas],
        )

    def _priced(self, row: int, need: Need, weights: Weights) -> tuple[float, str]:
        member, load = self.known(row)
        return cost_of(need, member, load, weights, self.areas).total, member.volunteer_id


def _dearest(costs: Numbers, most: int) -> float:
    """What the last of the ``most`` cheapest costs; without end when there are not as many."""
    return float(np.partition(costs, most - 1)[most - 1]) if len(costs) >= most else float("inf")
