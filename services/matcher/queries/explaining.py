"""Why somebody was asked, why nobody was, and where holders are missing; never what anybody answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from services.matcher.models import Dispatch, Leg, Offer
from services.matcher.models.legs import NO_HOLDERS
from services.matcher.policies.acceptance import OfferState
from services.matcher.policies.eligibility import Reason
from services.matcher.queries.looking import Looking
from services.matcher.queries.views import ChoiceView, GapView, LegExplanationView
from shared.community.definition import Community
from shared.contracts.refusal import NotFound
from shared.contracts.requests import Blocked, ExplanationTold, told_aloud
from shared.persistence.engine import Database

SILENT = frozenset({Reason.ASKED_BEFORE.value})
"""Reasons that would tell how people answered."""


class ExplainingQueries(Looking):
    """Explanations. Raises ``NotFound`` and ``Unavailable``."""

    def __init__(self, database: Database, rules: Community) -> None:
        super().__init__(database)
        self._rules = rules

    async def order(self, order_id: str, now: datetime) -> ExplanationTold:
        """How the pairing of an order stands, as its resident may know: an answer is told from when its offer's time is
        over, so that a no is silence to whoever looks.
        """
        async with self._looking() as session:
            dispatch = await session.get(Dispatch, order_id)
            if dispatch is None:
                raise NotFound
            legs = select(Leg).where(col(Leg.order_id) == order_id).order_by(col(Leg.round), col(Leg.position))
            current = next((leg for leg in await session.scalars(legs) if not leg.completed), None)
            found = list(await session.scalars(select(Offer).where(col(Offer.order_id) == order_id)))
        running, veiled = _asked(found, now), _veiled(found, now)
        blocked = _counts(current.blocked if current and not current.eligible and not veiled else None)
        eligible = current.eligible if current else 0
        return ExplanationTold(
            order_id=order_id,
            state=dispatch.state,
            eligible=max(eligible, veiled),
            asked=running,
            blocked=tuple(Blocked.of(reason, count) for reason, count in blocked.most_common()),
            waves=current.waves if current else 0,
            next_look_at=current.ask_at if current and not veiled else None,
            due_at=dispatch.due_at,
        )

    async def leg(self, leg_id: str, areas: Sequence[str], now: datetime) -> LegExplanationView:
        """How the pairing of a leg on a desk in ``areas`` stands, as its coordinator may know: why those who have it
        were chosen, and what keeps others from being asked. An answer is told as ``order`` tells it.
        """
        async with self._looking() as session:
            leg = await session.get(Leg, leg_id)
            dispatch = await session.get(Dispatch, leg.order_id) if leg else None
            if leg is None or dispatch is None or dispatch.desk_area not in areas:
                raise NotFound
            offers = list(await session.scalars(select(Offer).where(col(Offer.leg_id) == leg_id)))
        veiled = _veiled(offers, now)
        return LegExplanationView(
            leg_id=leg_id,
            order_id=leg.order_id,
            eligible=told_aloud(max(leg.eligible, veiled)),
            asked=told_aloud(_asked(offers, now)),
            waves=leg.waves,
            looked_at=None if veiled else leg.looked_at,
            next_look_at=None if veiled else leg.ask_at,
            draw_ends_at=leg.draw_ends_at,
            blocked={} if veiled or leg.eligible else blocked_of(leg),
            chosen=[_choice(offer) for offer in offers if offer.state == OfferState.ACCEPTED.value],
            counters=sorted(
                (
                    counter
                    for offer in offers
                    if offer.state == OfferState.COUNTERED.value and (counter := offer.counter)
                ),
                key=lambda window: window.from_,
            ),
        )

    async def gaps(self, grids: Sequence[str], since: datetime, limit: int) -> list[GapView]:
        """Where nobody could be asked since then: legs by post, grid, part of the day and the reason of most people."""
        count = func.count().label("legs")
        keys = (col(Leg.post), col(Dispatch.grid), col(Leg.blocked_part), col(Leg.blocked_by))
        found = (
            select(*keys, count)
            .join(Dispatch, col(Dispatch.order_id) == col(Leg.order_id))
            .where(col(Leg.blocked_by).is_not(None), col(Leg.looked_at) >= since, col(Dispatch.grid).in_(grids))
            .group_by(*keys)
            .order_by(count.desc(), *keys)
            .limit(limit)
        )
        return [self._gap(*row) for row in await self._all(found)]

    def _gap(self, post: str, grid: str, part: int, reason: str, legs: int) -> GapView:
        skill, area = self._rules.skills_by_code.get(post), self._rules.areas.get(grid)
        return GapView(
            post=post,
            post_name=skill.name if skill else None,
            area=grid,
            area_name=area.name if area else None,
            part_of_day=part,
            reason=reason,
            legs=legs,
        )


def _asked(offers: Sequence[Offer], now: datetime) -> int:
    """How many may still answer, for all that anybody is told."""
    return sum(offer.is_asking for offer in offers) + _veiled(offers, now)


def _veiled(offers: Sequence[Offer], now: datetime) -> int:
    """How many said no, and would still have had time to answer: nobody learns of it before (mission.md, fairness)."""
    return sum(offer.state == OfferState.DECLINED.value and offer.expires_at > now for offer in offers)


def _choice(offer: Offer) -> ChoiceView:
    return ChoiceView(
        volunteer_id=offer.volunteer_id,
        source=offer.source,
        parts=json.loads(offer.parts),
        eligible=offer.eligible,
    )


def blocked_of(leg: Leg) -> dict[str, int]:
    """People by the first reason against asking them, the most on top; none at all where nobody holds the post."""
    counts = _counts(leg.blocked)
    return dict(counts.most_common()) or ({NO_HOLDERS: 0} if leg.blocked_by == NO_HOLDERS else {})


def _counts(blocked: str | None) -> Counter[str]:
    counts: dict[str, int] = json.loads(blocked) if blocked else {}
    return Counter({reason: count for reason, count in counts.items() if reason not in SILENT})
