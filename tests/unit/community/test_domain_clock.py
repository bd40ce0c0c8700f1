"""Domain time: real, or started anywhere at any speed, and the same in every process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.community.clock import DomainClock

START = "2026-11-22T19:00+08:00"


class Wall:
    """A wall clock that moves when told."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def test_an_empty_spec_is_real_time() -> None:
    """Without a spec the domain lives in wall time, in UTC."""
    clock = DomainClock.parse("", wall=Wall(1_700_000_000.0))
    assert datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC) == clock.now()
    assert (1.0, "", 90.0) == (clock.speed, clock.spec, clock.wall_seconds(90))


def test_real_time_is_the_present() -> None:
    """The default wall is the system's clock."""
    before = datetime.now(UTC)
    assert before <= DomainClock.parse("").now() <= datetime.now(UTC)


def test_domain_time_runs_at_its_speed_from_its_epoch() -> None:
    """START held at EPOCH; a wall second later SPEED seconds have passed."""
    wall = Wall(1_000.0)
    clock = DomainClock.parse(f"{START}@60/1000", wall=wall)
    assert datetime(2026, 11, 22, 11, 0, tzinfo=UTC) == clock.now()
    wall.seconds += 90
    assert datetime(2026, 11, 22, 12, 30, tzinfo=UTC) == clock.now()
    assert UTC == clock.now().tzinfo


def test_a_spec_without_an_epoch_starts_now() -> None:
    """`--clock START@SPEED` begins at the moment it is read."""
    clock = DomainClock.parse(f"{START}@60", wall=Wall(5_000.25))
    assert (5_000.25, datetime(2026, 11, 22, 11, 0, tzinfo=UTC)) == (clock.epoch, clock.now())


def test_a_spec_without_a_speed_runs_like_the_wall() -> None:
    """`--clock START` only moves the start."""
    wall = Wall(0.0)
    clock = DomainClock.parse(f"{START}/0", wall=wall)
    wall.seconds = 3_600
    assert (1.0, datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) == (clock.speed, clock.now())


def test_processes_with_one_spec_agree() -> None:
    """The spec with its epoch makes the same clock anywhere."""
    wall = Wall(777.0)
    first = DomainClock.parse(f"{START}@30", wall=wall)
    wall.seconds = 801.5
    second = DomainClock.parse(first.spec, wall=wall)
    assert (first, first.now()) == (second, second.now())


@given(
    start=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(timezone(timedelta(hours=8)))),  # noqa: DTZ001 - bounds
    speed=st.floats(0.01, 86_400),
    epoch=st.floats(0, 4e9),
)
def test_every_clock_reads_its_own_spec_back(start: datetime, speed: float, epoch: float) -> None:
    """`parse(clock.spec)` is an equal clock."""
    clock = DomainClock(start, speed, epoch)
    assert clock == DomainClock.parse(clock.spec)


def test_sleeping_is_shorter_when_the_domain_runs_faster() -> None:
    """A domain minute at speed 60 is one wall second; the past is not waited for."""
    clock = DomainClock.parse(f"{START}@60")
    assert (1.0, 0.0) == (clock.wall_seconds(60), clock.wall_seconds(-5))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("yesterday@60", "START 'yesterday' is no ISO 8601 time"),
        ("@60", "START '' is no ISO 8601 time"),
        ("2026-11-22T19:00", "needs an offset"),
        (f"{START}@", "SPEED '' is no number"),
        (f"{START}@fast", "SPEED 'fast' is no number"),
        (f"{START}@0", "SPEED '0' must be above 0"),
        (f"{START}@-1", "SPEED '-1' must be above 0"),
        (f"{START}@86401", "at most 86400"),
        (f"{START}@nan", "SPEED 'nan' must be finite"),
        (f"{START}@60/", "EPOCH '' is no number"),
        (f"{START}@60/-1", "EPOCH '-1' must not be negative"),
        (f"{START}@60/inf", "EPOCH 'inf' must be finite"),
    ],
)
def test_a_spec_that_cannot_be_read_says_which_part(spec: str, message: str) -> None:
    """START, SPEED and EPOCH are named in the error."""
    with pytest.raises(ValueError, match=message):
        DomainClock.parse(spec)
