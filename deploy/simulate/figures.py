"""The figures of one run, made from what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from deploy.simulate.counting import VOLUNTEER, Count, Life
from deploy.simulate.course import MINUTE
from services.matcher.use_cases.steps import By
from shared.community.areas import GRID
from shared.contracts.words import Outcome, Urgency


@dataclass(frozen=True)
class Figures:
    """One policy's figures. Minutes are from placed to the last place taken by a volunteer; shares are of all orders
    (``urgent_…``: of the urgent ones), of volunteers, or of the holders of posts.

    ``vain_yeses``: yeses in time that another was preferred to, for each volunteer who was ever asked. Gini: 0 when
    all carry the same, near 1 when one carries everything; of asks, and of assignments served. ``peers_…``: among the
    holders of one skill's posts, whose orders they share, on average over holders.

    What mission.md's numbers are held against: ``answered``: orders that have an outcome; ``asked_minutes_p50``: until
    the first person was asked; of those who said how it went, ``solved_at_once``: not "not fixed" at the first go, and
    ``content``: fixed in the end; ``closed_at``: the highest tier an order had come to when it was settled first.
    """

    policy: str
    days: int
    orders: int
    urgent: int
    minutes_p50: float
    minutes_p95: float
    urgent_minutes_p50: float
    urgent_minutes_p95: float
    asks_per_order: float
    taken: float
    settled_by_volunteer: float
    settled_at_grid: float
    settled_above: float
    unmatched: float
    urgent_unmatched: float
    never_asked: float
    holders_never_asked: float
    gini_asks: float
    gini_load: float
    holders_gini_asks: float
    holders_gini_load: float
    peers_gini_asks: float
    peers_gini_load: float
    yes_share: float
    vain_yeses: float
    expired_offers: int
    taken_from_pool: float
    taken_by_call_up: float
    call_ups: int
    open_at_the_end: int
    without_holder: int
    answered: float
    asked_minutes_p50: float
    solved_at_once: float
    content: float
    closed_at: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Names and numbers; the same for the same seed."""
        return asdict(self)


def figures_of(
    policy: str,
    days: int,
    count: Count,
    volunteers: Collection[str],
    holders_of: Mapping[str, Collection[str]],
    tiers: Sequence[str],
) -> Figures:
    """Everything from one run's count. ``holders_of``: the volunteers who hold a post of a skill; ``tiers``:
    those of the ladder, from the bottom.
    """
    holders = set().union(*holders_of.values())
    lives = list(count.lives.values())
    urgent = [life for life in lives if life.wish.urgency is Urgency.URGENT]
    settled = Counter(_settled(life) for life in lives)
    asks, asked = count.asks.total(), len(count.asks)
    told = [life for life in lives if life.outcome not in {None, Outcome.NO_REPLY}]
    closed = Counter(life.closed_at for life in lives if life.closed_at)
    return Figures(
        policy=policy,
        days=days,
        orders=len(lives),
        urgent=len(urgent),
        minutes_p50=percentile(_minutes(lives), 0.5),
        minutes_p95=percentile(_minutes(lives), 0.95),
        urgent_minutes_p50=percentile(_minutes(urgent), 0.5),
        urgent_minutes_p95=percentile(_minutes(urgent), 0.95),
        asks_per_order=_share(asks, len(lives)),
        taken=1 - _unmatched(lives),
        settled_by_volunteer=_share(settled["volunteer"], len(lives)),
        settled_at_grid=_share(settled["grid"], len(lives)),
        settled_above=_share(settled["above"], len(lives)),
        unmatched=_unmatched(lives),
        urgent_unmatched=_unmatched(urgent),
        never_asked=_never(count.asks, volunteers),
        holders_never_asked=_never(count.asks, holders),
        gini_asks=gini([count.asks[one] for one in volunteers]),
        gini_load=gini([count.served[one] for one in volunteers]),
        holders_gini_asks=gini([count.asks[one] for one in holders]),
        holders_gini_load=gini([count.served[one] for one in holders]),
        peers_gini_asks=_among_peers(count.asks, holders_of.values()),
        peers_gini_load=_among_peers(count.served, holders_of.values()),
        yes_share=_share(count.answers["yes"], asks),
        vain_yeses=_share(len(count.hopes - count.won), asked),
        expired_offers=count.expired,
        taken_from_pool=_share(sum(life.staffed_by == By.POOL for life in lives), len(lives)),
        taken_by_call_up=_share(sum(life.staffed_by == By.CALL_UP for life in lives), len(lives)),
        call_ups=count.call_ups,
        open_at_the_end=sum(not life.ended for life in lives),
        without_holder=count.unheld,
        answered=_share(sum(life.ended for life in lives), len(lives)),
        asked_minutes_p50=percentile([(one.asked_at - one.placed_at) / MINUTE for one in lives if one.asked_at], 0.5),
        solved_at_once=_share(sum(one.first_outcome is not Outcome.NOT_FIXED for one in told), len(told)),
        content=_share(sum(one.content for one in told), len(told)),
        closed_at={tier: _share(closed[tier], closed.total()) for tier in tiers},
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 for no values."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def gini(values: Sequence[float]) -> float:
    """How unevenly a sum is spread: half the mean difference of two people, relative to the mean; 0 for no sum."""
    ordered, total = sorted(values), sum(values)
    if not total:
        return 0.0
    weighted = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return 2 * weighted / (len(ordered) * total) - (len(ordered) + 1) / len(ordered)


def _among_peers(carried: Counter[str], groups: Collection[Collection[str]]) -> float:
    people = sum(len(group) for group in groups)
    return _share(sum(len(group) * gini([carried[one] for one in group]) for group in groups), people)


def _minutes(lives: Sequence[Life]) -> list[float]:
    return [(life.staffed_at - life.placed_at) / MINUTE for life in lives if life.staffed_at is not None]


def _unmatched(lives: Sequence[Life]) -> float:
    return _share(sum(life.staffed_at is None for life in lives), len(lives))


def _never(asks: Counter[str], people: Collection[str]) -> float:
    return _share(sum(not asks[one] for one in people), len(people))


def _settled(life: Life) -> str:
    if life.settled_by in {None, VOLUNTEER}:
        return life.settled_by or "open"
    return "grid" if life.settled_by == GRID else "above"


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
