"""I7 for matcher: the steps a dispatch took, told by its own facts, were legal ones and led to where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.replaying import fact_of_row
from deploy.verify.tables import DISPATCHES, INTAKE_OUTBOX, MATCHER_INBOX, MATCHER_OUTBOX
from services.matcher.policies.lifecycle import Step, may, state_after
from shared.contracts import intake, matcher
from shared.contracts.envelope import Event
from shared.contracts.words import NextStep, OrderState

_STEPS: dict[type[Event], Step] = {
    matcher.OfferMade: Step.OFFER,
    matcher.LegRequested: Step.OFFER,
    matcher.LegHandedBack: Step.HAND_BACK,
    matcher.OrderEscalated: Step.ESCALATE,
    matcher.OrderReferred: Step.ESCALATE,
    matcher.LegTaken: Step.TAKE,
    matcher.OrderDone: Step.FINISH,
}
"""The step each fact tells of; those of a team or a sequence depend on what is next."""

_BY_NEXT: dict[type[Event], tuple[NextStep, Step]] = {
    matcher.LegAssigned: (NextStep.START, Step.ASSIGN),
    matcher.LegStarted: (NextStep.COMPLETE, Step.START),
    matcher.LegCompleted: (NextStep.OFFER, Step.FOLLOW_ON),
}

_ENDS: dict[type[Event], OrderState] = {
    intake.OrderClosed: OrderState.CLOSED,
    intake.OrderCancelled: OrderState.CANCELLED,
    intake.OrderMerged: OrderState.MERGED,
}
_HEARD = (*(event.type() for event in _ENDS), intake.OrderReopened.type())


@dataclass
class _Course:
    """One dispatch's course: the facts matcher told, how often intake reopened it, and the end that was heard."""

    told: list[matcher.DispatchEvent] = field(default_factory=list)
    reopened: int = 0
    ended: OrderState | None = None


async def dispatches_step_legally(look: Look) -> list[Breach]:
    """I7: from fact to fact only legal steps; an end is intake's, and no step leads out of it.

    Times are not compared: a clock may have jumped between two facts.
    """
    broken: list[Breach] = []
    async for piece in look.pieces(look.databases.matcher, DISPATCHES.c.order_id):
        courses = await _courses(look.databases, piece)
        standing = select(DISPATCHES.c.order_id, DISPATCHES.c.state).where(DISPATCHES.c.order_id.in_(piece))
        async for row in rows(look.databases.matcher, standing):
            course = courses.get(row.order_id, _Course())
            broken += [Breach(row.order_id, f"dispatch {row.order_id} {line}") for line in _wrong(course, row.state)]
    return broken


async def _courses(databases: Databases, piece: Sequence[str]) -> dict[str, _Course]:
    courses: dict[str, _Course] = {}
    told = select(MATCHER_OUTBOX).where(MATCHER_OUTBOX.c.about.in_(piece)).order_by(MATCHER_OUTBOX.c.version)
    async for row in rows(databases.matcher, told):
        event = fact_of_row(row).event
        if isinstance(event, matcher.DispatchEvent):
            courses.setdefault(row.about, _Course()).told.append(event)
    heard = await _heard(databases, piece)
    for row in heard:
        event, course = fact_of_row(row).event, courses.setdefault(row.about, _Course())
        if isinstance(event, intake.OrderReopened):
            course.reopened += 1
        else:
            course.ended = _ENDS[type(event)]
    return courses


async def _heard(databases: Databases, piece: Sequence[str]) -> list[Any]:
    """What matcher has heard of intake's ends and reopenings."""
    published = select(INTAKE_OUTBOX).where(INTAKE_OUTBOX.c.about.in_(piece), INTAKE_OUTBOX.c.type.in_(_HEARD))
    facts = {row.event_id: row async for row in rows(databases.intake, published)}
    taken = select(MATCHER_INBOX.c.event_id)
    taken = taken.where(MATCHER_INBOX.c.durable == "matcher_from_intake", MATCHER_INBOX.c.event_id.in_(list(facts)))
    return [facts[row.event_id] async for row in rows(databases.matcher, taken)]


def _wrong(course: _Course, stands: str) -> list[str]:
    state, reopened = OrderState.PLACED, course.reopened
    for event in course.told:
        step = _step(event)
        if step is None:
            continue
        if state is OrderState.DONE and reopened:  # intake's word: no fact of matcher's tells of it
            state, reopened = OrderState.PLACED, reopened - 1
        if not may(state, step):
            return [f"took the step {step.value} from {state.value} at v{event.version}"]
        state = state_after(state, step)
    if state is OrderState.DONE and reopened:
        state = OrderState.PLACED
    expected = course.ended or state
    if stands != expected:
        return [f"is {stands}, its facts lead to {expected.value}"]
    return []


def _step(event: matcher.DispatchEvent) -> Step | None:
    if type(event) in _BY_NEXT:
        following, step = _BY_NEXT[type(event)]
        return step if event.next_step is following else None
    return _STEPS.get(type(event))
