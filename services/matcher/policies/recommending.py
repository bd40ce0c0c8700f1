"""Whom a coordinator could give a leg to, and what speaks for them. What anybody answered, and how likely a yes is, is
the pairing's alone (mission.md, "Fairness"): nothing here knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from services.matcher.policies.eligibility import Load, Member, Need, Reason
from shared.community.areas import AreaTree

RECOMMENDED = 3
"""So many are shown."""

RESTED = timedelta(days=7)
"""Who was not asked for so long was not asked for long."""

NO_BAR = frozenset({Reason.NOT_REACHABLE, Reason.BUDGET_SPENT})
"""Reasons not to send somebody an offer at this moment; a coordinator asks them in person."""


class Speaking(StrEnum):
    """What speaks for somebody, as coordinators are told."""

    KNOWN = "known"
    SAME_GRID = "same_grid"
    SAME_COMMUNITY = "same_community"
    ON_DUTY = "on_duty"
    FREE_THEN = "free_then"
    FEWEST_HOURS = "fewest_hours"
    LONG_UNASKED = "long_unasked"


@dataclass(frozen=True, slots=True)
class Recommended:
    """One of the recommended. ``nearness``: steps of distance by the tree; ``minutes``: served so far."""

    volunteer_id: str
    reasons: tuple[Speaking, ...]
    nearness: int
    minutes: int


def as_shown(load: Load) -> Load:
    """What somebody carries, without offers that wait for their answer: whether one was just answered would show."""
    return replace(load, asked=0)


def speaking_for(need: Need, member: Member, load: Load, areas: AreaTree, fewest: int) -> Iterator[Speaking]:
    """What speaks for somebody who may serve the leg; ``fewest``: the minutes of who served least among all these."""
    if member.volunteer_id in need.continued:
        yield Speaking.KNOWN
    yield from _near(need, member, areas)
    if member.on_duty:
        yield Speaking.ON_DUTY
    elif need.serving.fixed:
        yield Speaking.FREE_THEN
    if load.served_minutes <= fewest:
        yield Speaking.FEWEST_HOURS
    if load.asked_at is None or load.asked_at <= need.now - RESTED:
        yield Speaking.LONG_UNASKED


def _near(need: Need, member: Member, areas: AreaTree) -> Iterator[Speaking]:
    """An order is known here by its grid: who lives there is as near as can be told."""
    if areas.grid_of(member.home) == areas.grid_of(need.grid):
        yield Speaking.SAME_GRID
    elif areas.community_of(member.home) == areas.community_of(need.grid) is not None:
        yield Speaking.SAME_COMMUNITY
