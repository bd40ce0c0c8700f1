"""I2: nobody has a place too many, nobody is in two places at once, and the counters agree with the rows."""

from __future__ import annotations

from sqlalchemy import func, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.tables import ASSIGNMENTS, LEGS, VOLUNTEERS
from services.matcher.policies.acceptance import ACTIVE

_ACTIVE = [state.value for state in ACTIVE]


async def places_are_taken_once(databases: Databases) -> list[str]:
    """I2: a leg has at most as many active assignments as its headcount; a volunteer never two with
    overlapping windows.
    """
    taken = (
        select(LEGS.c.leg_id, LEGS.c.headcount, func.count().label("taken"))
        .join(ASSIGNMENTS, ASSIGNMENTS.c.leg_id == LEGS.c.leg_id)
        .where(ASSIGNMENTS.c.state.in_(_ACTIVE))
        .group_by(LEGS.c.leg_id, LEGS.c.headcount)
        .having(func.count() > LEGS.c.headcount)
    )
    broken = [
        f"leg {row.leg_id} has {row.taken} active assignments for {row.headcount} places"
        async for row in rows(databases.matcher, taken)
    ]
    one, other = ASSIGNMENTS.alias(), ASSIGNMENTS.alias()
    overlapping = (
        select(one.c.volunteer_id, one.c.assignment_id, other.c.assignment_id.label("with_"))
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
        f"volunteer {row.volunteer_id} has overlapping {row.assignment_id} and {row.with_}"
        async for row in rows(databases.matcher, overlapping)
    ]


async def counters_agree(databases: Databases) -> list[str]:
    """I2: what a volunteer is said to hold is what they hold."""
    held = (
        select(ASSIGNMENTS.c.volunteer_id, func.count().label("held"))
        .where(ASSIGNMENTS.c.state.in_(_ACTIVE))
        .group_by(ASSIGNMENTS.c.volunteer_id)
        .subquery()
    )
    counted = func.coalesce(held.c.held, 0)
    wrong = (
        select(VOLUNTEERS.c.volunteer_id, VOLUNTEERS.c.held, counted.label("counted"))
        .outerjoin(held, held.c.volunteer_id == VOLUNTEERS.c.volunteer_id)
        .where(VOLUNTEERS.c.held != counted)
    )
    return [
        f"volunteer {row.volunteer_id} is said to hold {row.held} and holds {row.counted}"
        async for row in rows(databases.matcher, wrong)
    ]
