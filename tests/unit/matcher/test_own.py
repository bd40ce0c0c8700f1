"""Public cards, certificates, thanks and free time: rules over plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.matcher.policies.cards import EmployerHidden, NobodyThere, check_showable, family_name
from services.matcher.policies.certificates import (
    CertificateCodes,
    NothingServed,
    PeriodAhead,
    Served,
    Statement,
    check_period,
    counted,
    number_of,
)
from services.matcher.policies.free_time import FILLED_BY, WeekPart, free_spans, turned
from services.matcher.policies.thanks import is_thanks
from shared.community.calendar import official
from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Outcome, Window

CHINA = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 22)
SAID = Statement("261122-ABCD-EFGH", DAY, DAY, (Served("moving", 2, 90),), DAY)
CODES = CertificateCodes(bytes(range(32)))


@pytest.mark.parametrize(
    ("name", "family"), [("王芳", "王"), ("欧阳海", "欧阳"), ("欧阳", "欧"), ("Ann Li", "Li"), ("", "")]
)
def test_a_family_name_may_have_two_characters(name: str, family: str) -> None:
    """Of a name in letters it is the last word."""
    assert family == family_name(name)


def test_who_is_hidden_or_gone_shows_no_card() -> None:
    """Whatever they wish."""
    check_showable(there=True, hidden=False)
    for there, hidden, refusal in ((False, False, NobodyThere), (True, True, EmployerHidden)):
        with pytest.raises(refusal):
            check_showable(there=there, hidden=hidden)


@pytest.mark.parametrize(
    ("outcome", "rating", "thanked"),
    [
        (Outcome.FIXED, None, True),
        (Outcome.FIXED, 4, True),
        (Outcome.FIXED, 3, False),
        (Outcome.PARTLY, 5, False),
        (Outcome.NOT_FIXED, None, False),
    ],
)
def test_thanks_are_for_what_is_fixed_and_not_rated_badly(outcome: Outcome, rating: int | None, thanked: bool) -> None:
    """A verdict without a rating counts by its outcome."""
    assert thanked == is_thanks(outcome, rating)


def test_a_code_changes_with_the_name_and_with_every_figure() -> None:
    """And fits however it is typed."""
    code = CODES.of("王芳", SAID)
    changed = [
        replace(SAID, first_day=date(2026, 1, 1)),
        replace(SAID, issued_on=date(2026, 11, 23)),
        replace(SAID, number="261122-ABCD-EFGJ"),
        replace(SAID, services=(Served("moving", 2, 91),)),
    ]
    assert CODES.fits(f" {code.lower()} ", "王 芳", SAID)
    assert [False] * 4 == [CODES.fits(code, "王芳", one) for one in changed]
    assert not CODES.fits(code, "王方", SAID)
    assert not CertificateCodes(bytes(32)).fits(code, "王芳", SAID)


def test_numbers_tell_the_day_and_nothing_else() -> None:
    """Eight characters of a random id."""
    first, second = number_of("a", DAY), number_of("b", DAY)
    assert ("261122-", 16, True) == (first[:7], len(first), first != second)


def test_hours_are_counted_by_service() -> None:
    """Nothing at all cannot be certified, nor what lies ahead."""
    assert [Served("haircut", 1, 0), Served("moving", 2, 75)] == counted(
        [("moving", 30), ("haircut", 0), ("moving", 45)]
    )
    with pytest.raises(NothingServed):
        counted([])
    for first, last in ((DAY, DAY - timedelta(days=1)), (DAY, DAY + timedelta(days=1))):
        with pytest.raises(PeriodAhead):
            check_period(first, last, DAY)


def test_a_part_of_the_week_is_turned_on_and_off() -> None:
    """What is free in part becomes free as a whole; other hours stay."""
    evenings = FILLED_BY[WeekPart.EVENINGS]
    some = WeekHours.of({3, *sorted(evenings)[:2]})
    whole = turned(some, WeekPart.EVENINGS)
    assert ({3} | evenings, {3}) == (set(whole), set(turned(whole, WeekPart.EVENINGS)))


def test_free_hours_follow_the_official_calendar_without_absences() -> None:
    """On 1 October, a Thursday and a holiday, Sunday's hours hold; an absence cuts the hours it touches."""
    local = LocalTime(CHINA, official("china"))
    hours = WeekHours.parse("thu 18-20; sun 8-10; sun 23-24")
    start = datetime(2026, 10, 1, 8, 30, tzinfo=CHINA)
    away = [Window(from_=start, to=start + timedelta(minutes=10))]
    spans = free_spans(hours, away, date(2026, 10, 1), 1, local)
    told = [(span.start.astimezone(UTC).hour, span.end.astimezone(UTC).hour) for span in spans]
    assert [(1, 2), (15, 16)] == told
