"""What somebody means on the phone: when, and which service."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.intake.policies.entry import DayHours, When, quick_window, service_meant

SERVICES = [
    {"code": "haircut", "name": "Haircut at home"},
    {"code": "repair", "name": "Repairs at home"},
    {"code": "mediation", "name": "Mediation"},
]


def local(text: str) -> datetime:
    """A local time of the community."""
    return datetime.fromisoformat(f"{text}:00+08:00")


@pytest.mark.parametrize(
    ("when", "now", "start", "end"),
    [
        (When.EVENING, "2026-11-23T10:00", "2026-11-23T18:00", "2026-11-23T21:00"),
        (When.EVENING, "2026-11-23T19:30", "2026-11-23T19:30", "2026-11-23T21:00"),
        (When.EVENING, "2026-11-23T21:00", "2026-11-24T18:00", "2026-11-24T21:00"),
        (When.TOMORROW, "2026-11-30T10:00", "2026-12-01T09:00", "2026-12-01T21:00"),
        (When.WEEKEND, "2026-11-23T10:00", "2026-11-28T09:00", "2026-11-29T21:00"),
        (When.WEEKEND, "2026-11-28T15:00", "2026-11-28T15:00", "2026-11-29T21:00"),
        (When.WEEKEND, "2026-11-29T15:00", "2026-11-29T15:00", "2026-11-29T21:00"),
        (When.WEEKEND, "2026-11-29T21:30", "2026-12-05T09:00", "2026-12-06T21:00"),
    ],
)
def test_a_quick_choice_is_a_window_that_has_not_passed(when: When, now: str, start: str, end: str) -> None:
    """It begins now at the earliest, and when it is over it means the next one."""
    window = quick_window(when, local(now), DayHours())
    assert window is not None
    assert (local(start), local(end)) == (window.from_, window.to)


@pytest.mark.parametrize("when", [When.SOON, When.OTHER])
def test_soon_has_no_window(when: When) -> None:
    """As soon as somebody can; another time is given apart."""
    assert quick_window(when, local("2026-11-23T10:00"), DayHours()) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Haircut at home", "haircut"),
        ("HAIRCUT", "haircut"),
        (" repairs ", "repair"),
        ("at home", None),
        ("rockets", None),
        ("", None),
    ],
)
def test_a_service_is_meant_when_one_alone_fits(typed: str, code: str | None) -> None:
    """By its code, its name or a part of it; what could be two is asked again."""
    assert code == service_meant(typed, SERVICES)
