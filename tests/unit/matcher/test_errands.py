"""Who serves a leg without a post, until when, and how an errand goes forward."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from deploy.definitions import REFERENCE_COUNTY
from services.matcher.policies.acceptance import HandBackReason
from services.matcher.policies.errands import (
    NotAnErrand,
    StepPassed,
    appointment_end,
    check_advance,
    server_of,
    step_after,
)
from shared.community.definition import Community, load
from shared.contracts.words import ErrandStep, Window

GRID, COUNTER = "maoling-east-g1", "counter-maoling-east"
NOW = datetime.fromisoformat("2026-11-23T09:00+08:00")
WINDOW = Window(from_=NOW + timedelta(hours=1), to=NOW + timedelta(hours=3))


@pytest.fixture(scope="module")
def county() -> Community:
    """The reference county."""
    return load(REFERENCE_COUNTY)


@pytest.mark.parametrize(
    ("department", "service", "expected"),
    [
        (None, "certificates", COUNTER),
        (None, "pension_papers", COUNTER),
        (None, "haircut", None),
        (None, "no_such_service", None),
        ("police", "certificates", "police"),
        ("property-garden", "lift_fault", None),
    ],
)
def test_the_department_a_leg_names_comes_before_the_counter(
    county: Community, department: str | None, service: str, expected: str | None
) -> None:
    """One that does not answer for the grid is nobody's stand-in: then a coordinator decides."""
    server = server_of(county, department, service, GRID)
    assert expected == (server.code if server else None)


def test_only_an_appointment_ahead_sets_when_it_is_due(county: Community) -> None:
    """Not the window of an errand, nor one that has passed, nor at a department."""
    counter, police = county.departments_by_code[COUNTER], county.departments_by_code["police"]
    late = NOW + timedelta(hours=4)
    assert [WINDOW.to, None, None, None, None] == [
        appointment_end(county, counter, "pension_papers", WINDOW, NOW),
        appointment_end(county, counter, "certificates", WINDOW, NOW),
        appointment_end(county, counter, "pension_papers", WINDOW, late),
        appointment_end(county, counter, "pension_papers", None, NOW),
        appointment_end(county, police, "pension_papers", WINDOW, NOW),
    ]


def test_steps_go_forward_and_the_next_is_known(county: Community) -> None:
    """From nothing to ready; what has been reached is refused."""
    counter = county.departments_by_code[COUNTER]
    reached: ErrandStep | None = None
    for step in ErrandStep:
        assert step is step_after(reached)
        check_advance(counter, reached, step)
        reached = step
        with pytest.raises(StepPassed):
            check_advance(counter, reached, step)
    assert None is step_after(reached)


def test_departments_have_no_errands(county: Community) -> None:
    """Nor has who is not known any more."""
    for department in (county.departments_by_code["police"], None):
        with pytest.raises(NotAnErrand):
            check_advance(department, None, ErrandStep.PAPERS_RECEIVED)


def test_a_recusal_is_no_hand_back_that_counts() -> None:
    """Nor is what the resident brought about."""
    assert not HandBackReason.RECUSAL.counts
    assert not HandBackReason.WINDOW_CHANGED.counts
    assert HandBackReason.NO_TIME.counts
