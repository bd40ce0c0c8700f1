"""When a notice may ring: quiet hours, digest, company, and a measure a day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifier.commands import Group
from services.notifier.policies.manners import Manner
from services.notifier.policies.times import NO_WISHES, Times, Waiting, Wishes, leaves_at

ZONE = ZoneInfo("Asia/Shanghai")
TIMES = Times(ZONE, time(22), time(7), time(18), timedelta(minutes=1), 3)


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def waiting(
    manner: Manner, made_at: datetime, *, group: Group | None = None, has_waited: bool = False, sent_today: int = 0
) -> Waiting:
    return Waiting(manner, group, made_at, has_waited, sent_today)


@pytest.mark.parametrize("hour", range(7, 22))
def test_by_day_what_is_prompt_leaves_at_once(hour: int) -> None:
    """From the end of the quiet hours until they begin."""
    assert at(hour) == leaves_at(waiting(Manner.PROMPT, at(hour)), NO_WISHES, TIMES, at(hour))


@pytest.mark.parametrize(("now", "until"), [(at(22), at(7, day=24)), (at(23, 59), at(7, day=24)), (at(6, 59), at(7))])
def test_in_quiet_hours_everything_waits_for_their_end(now: datetime, until: datetime) -> None:
    """What is urgent as well, unless its person agreed to be woken."""
    for manner in Manner:
        assert until == leaves_at(waiting(manner, now, has_waited=True), NO_WISHES, TIMES, now)
    woken = Wishes(urgent_at_night=True)
    assert now == leaves_at(waiting(Manner.URGENT, now), woken, TIMES, now)
    assert until == leaves_at(waiting(Manner.PROMPT, now), woken, TIMES, now)


def test_quiet_hours_of_ones_own_take_the_place_of_the_installations() -> None:
    """In the afternoon, over midnight, or none at all."""
    one = waiting(Manner.PROMPT, at(13))
    assert at(15) == leaves_at(one, Wishes(quiet_from=time(12), quiet_until=time(15)), TIMES, at(13))
    none = Wishes(quiet_from=time(0), quiet_until=time(0))
    assert at(3) == leaves_at(waiting(Manner.PROMPT, at(3)), none, TIMES, at(3))


def test_what_can_wait_waits_for_company_once() -> None:
    """A minute from when it was made; then it goes."""
    made = at(10)
    assert at(10, 1) == leaves_at(waiting(Manner.SOON, made), NO_WISHES, TIMES, at(10))
    assert at(10, 5) == leaves_at(waiting(Manner.SOON, made), NO_WISHES, TIMES, at(10, 5))
    assert at(10) == leaves_at(waiting(Manner.SOON, made, has_waited=True), NO_WISHES, TIMES, at(10))


def test_a_digest_takes_what_can_wait_and_nothing_else() -> None:
    """At its hour, the next day's after it; what needs an answer is not kept back."""
    wishes = Wishes(digest=True)
    assert at(18) == leaves_at(waiting(Manner.QUIET, at(10)), wishes, TIMES, at(10))
    assert at(18, day=24) == leaves_at(waiting(Manner.SOON, at(18)), wishes, TIMES, at(18))
    assert at(10) == leaves_at(waiting(Manner.PROMPT, at(10)), wishes, TIMES, at(10))


def test_beyond_the_measure_of_a_day_what_can_wait_comes_with_the_digest() -> None:
    """And once it has waited it goes, so that nobody is told never."""
    over = waiting(Manner.SOON, at(10), sent_today=3)
    assert at(18) == leaves_at(over, NO_WISHES, TIMES, at(10))
    assert at(10) == leaves_at(waiting(Manner.PROMPT, at(10), sent_today=9), NO_WISHES, TIMES, at(10))
    assert at(18) == leaves_at(waiting(Manner.SOON, at(10), has_waited=True, sent_today=9), NO_WISHES, TIMES, at(18))


def test_what_somebody_does_without_never_leaves_the_letterbox() -> None:
    """By its group; what belongs to none has to be heard."""
    wishes = Wishes(muted=frozenset({Group.THANKS}))
    assert None is leaves_at(waiting(Manner.QUIET, at(10), group=Group.THANKS), wishes, TIMES, at(10))
    assert at(10) == leaves_at(waiting(Manner.PROMPT, at(10), group=Group.REMINDERS), wishes, TIMES, at(10))
