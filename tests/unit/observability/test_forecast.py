"""When a disk will be full: a forecast from noisy samples, and none where there is nothing to say."""

from __future__ import annotations

from math import inf

import pytest

from shared.observability.forecast import MOST_SAMPLES, Forecast, seconds_until_full

MINUTE = 60.0
GIB = 1024.0**3


def test_a_disk_that_fills_evenly_is_full_when_what_is_left_is_used() -> None:
    """One mebibyte a minute of ten gibibytes: full after 10,240 minutes, counted from the last sample."""
    samples = [(n * MINUTE, 10 * GIB + (59 - n) * 1024.0**2) for n in range(60)]
    assert 10_240 * MINUTE == pytest.approx(seconds_until_full(samples))


@pytest.mark.parametrize("step", [0.0, 1024.0**2])
def test_a_disk_that_does_not_fill_is_never_full(step: float) -> None:
    """Free room that stays or grows gives no forecast."""
    assert inf == seconds_until_full([(n * MINUTE, GIB + n * step) for n in range(60)])


def test_a_large_file_that_comes_and_goes_bends_nothing() -> None:
    """A backup of five gibibytes lies on the disk for a fifth of the time: the forecast is that of the rest."""
    even = [(n * MINUTE, 20 * GIB - n * 1024.0**2) for n in range(80)]
    bent = [(at, free - 5 * GIB if 30 <= n < 46 else free) for n, (at, free) in enumerate(even)]
    assert seconds_until_full(even) == pytest.approx(seconds_until_full(bent))


def test_too_little_is_known_at_the_beginning() -> None:
    """Seven samples, or samples of a few seconds, say nothing yet."""
    assert inf == seconds_until_full([(n * MINUTE, GIB - n) for n in range(7)])
    assert inf == seconds_until_full([(n / 10, GIB - n) for n in range(60)])


def test_a_forecast_looks_back_over_its_window_alone() -> None:
    """A disk that filled fast yesterday and is quiet now is not full tomorrow."""
    forecast = Forecast(window_seconds=MOST_SAMPLES * MINUTE)
    for n in range(MOST_SAMPLES):
        forecast.see(n * MINUTE, GIB - n * 1024.0**2)
    assert forecast.seconds < inf
    left = GIB - MOST_SAMPLES * 1024.0**2
    assert inf == [forecast.see((MOST_SAMPLES + n) * MINUTE, left) for n in range(MOST_SAMPLES)][-1]
