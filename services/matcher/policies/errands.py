"""Errands at a counter (行政代办): who serves a leg that no post serves, until when, how far it has come."""

from __future__ import annotations

from datetime import datetime

from shared.community.definition import Community
from shared.community.departments import Department
from shared.contracts.refusal import Conflict
from shared.contracts.words import ErrandStep, Window

_IN_TURN = tuple(ErrandStep)


class NotAnErrand(Conflict):
    """Only what a counter does for a resident has steps."""

    title = "Only errands at a counter have steps"


class StepPassed(Conflict):
    """An errand goes forward only."""

    title = "This errand has come further already"


def server_of(rules: Community, department: str | None, service: str, grid: str) -> Department | None:
    """Who serves a leg without a post: the department it names, else for what staff do the counter of the grid.

    None where nobody does who is known here and answers for the grid: then a coordinator decides.
    """
    if department is not None:
        named = rules.departments_by_code.get(department)
        return named if named is not None and named.answers_for(rules.areas, grid) else None
    known = rules.services_by_code.get(service)
    return rules.counter_of(grid) if known is not None and known.at_a_counter else None


def appointment_end(
    rules: Community, counter: Department, service: str, window: Window | None, now: datetime
) -> datetime | None:
    """By when a counter has served what needs presence in person: when the appointment ends. None where there is none,
    or it lies in the past.
    """
    known = rules.services_by_code.get(service)
    expected = known is not None and known.in_person and counter.is_counter
    return window.to if expected and window is not None and window.to > now else None


def check_advance(department: Department | None, reached: ErrandStep | None, step: ErrandStep) -> None:
    """Raises ``NotAnErrand`` unless a counter has it, ``StepPassed`` unless the step lies ahead. One may be left out:
    what is ready at once was never in progress.
    """
    if department is None or not department.is_counter:
        raise NotAnErrand
    if reached is not None and _IN_TURN.index(step) <= _IN_TURN.index(reached):
        raise StepPassed


def step_after(reached: ErrandStep | None) -> ErrandStep | None:
    """The step that usually comes next; None once it is ready to collect."""
    ahead = _IN_TURN[_IN_TURN.index(reached) + 1 :] if reached is not None else _IN_TURN
    return ahead[0] if ahead else None
