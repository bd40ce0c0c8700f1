"""I2: nobody has a place too many, nobody is in two places at once, and the counters agree with the rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.tables import ASSIGNMENTS, CLAIMS, LEGS, OFFERS, POSTS, VOLUNTEERS
from services.matcher.policies.acceptance import ACTIVE, ASKING, AssignmentState

_ACTIVE = [state.value for state in ACTIVE]
_TAKEN = [*_ACTIVE, AssignmentState.COMPLETED.value]
"""A place somebody has served is theirs as well: nobody else may be given it."""

_ASKING = [state.value for state in ASKING]


async def places_are_taken_once(look: Look) -> list[Breach]:
    """I2: a leg has at most as many active assignments as its headcount; a volunteer never two with
    overlapping windows.
    """
    places = ASSIGNMENTS.c.place
    taken = (
        select(LEGS.c.order_id, LEGS.c.leg_id, LEGS.c.headcount, func.count().label("taken"))
        .join(ASSIGNMENTS, ASSIGNMENTS.c.leg_id == LEGS.c.leg_id)
        .where(ASSIGNMENTS.c.state.in_(_TAKEN))
        .group_by(LEGS.c.order_id, LEGS.c.leg_id, LEGS.c.headcount)
        .having(or_(func.count() > LEGS.c.headcount, func.count() > func.count(places.distinct())))
    )
    broken = [
        Breach(row.order_id, f"leg {row.leg_id} has {row.taken} assignments for {row.headcount} places")
        async for row in rows(look.databases.matcher, taken)
    ]
    one, other = ASSIGNMENTS.alias(), ASSIGNMENTS.alias()
    overlapping = (
        select(one.c.order_id, one.c.volunteer_id, one.c.assignment_id, other.c.assignment_id.label("with_"))
        .join(other, one.c.volunteer_id == other.c.volunteer_id)
        .where(
            one.c.assignment_id < other.c.assignment_id,
            one.c.state.in_(_ACTIVE),
            other.c.state.in_(_ACTIVE),
            one.c.window_from < other.c.window_to,
            other.c.window_from < one.c.window_to,
        )
    )
    return broken + [
        Breach(row.order_id, f"volunteer {row.volunteer_id} has overlapping {row.assignment_id} and {row.with_}")
        async for row in rows(look.databases.matcher, overlapping)
    ]


async def counters_agree(look: Look) -> list[Breach]:
    """I2: what a volunteer is said to hold and to be asked for is what they hold, and what may still become theirs."""
    return [
        *[line async for line in _miscounted(look.databases, VOLUNTEERS.c.held, ASSIGNMENTS, _ACTIVE)],
        *[line async for line in _miscounted(look.databases, VOLUNTEERS.c.asked, OFFERS, _ASKING)],
    ]


async def posts_are_held_once(look: Look) -> list[Breach]:
    """I2: a post has at most as many claims, held or waiting to be vetted, as its headcount."""
    taken = (
        select(POSTS.c.post_id, POSTS.c.headcount, func.count().label("taken"))
        .join(CLAIMS, CLAIMS.c.post_id == POSTS.c.post_id)
        .group_by(POSTS.c.post_id, POSTS.c.headcount)
        .having(func.count() > POSTS.c.headcount)
    )
    return [
        Breach("", f"post {row.post_id} has {row.taken} claims for {row.headcount} places")
        async for row in rows(look.databases.matcher, taken)
    ]


async def _miscounted(databases: Databases, counter: Any, table: Any, states: Sequence[str]) -> AsyncIterator[Breach]:
    there = (
        select(table.c.volunteer_id, func.count().label("there"))
        .where(table.c.state.in_(states))
        .group_by(table.c.volunteer_id)
        .subquery()
    )
    counted = func.coalesce(there.c.there, 0)
    wrong = (
        select(VOLUNTEERS.c.volunteer_id, counter.label("said"), counted.label("counted"))
        .outerjoin(there, there.c.volunteer_id == VOLUNTEERS.c.volunteer_id)
        .where(counter != counted)
    )
    async for row in rows(databases.matcher, wrong):
        told = f"{counter.name} says {row.said}, there are {row.counted} {table.name}"
        yield Breach("", f"volunteer {row.volunteer_id}: {told}")
