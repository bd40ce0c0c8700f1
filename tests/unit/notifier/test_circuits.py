"""A channel that fails again and again is left alone, and asked gently whether it is back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.notifier.policies.circuits import Circuit, Tolerance

WALL = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TOLERANCE = Tolerance(failures=3, first=30 * SECOND, longest=100 * SECOND)


def test_a_channel_is_left_alone_after_some_failures_in_a_row() -> None:
    """Not before; one that works in between begins again."""
    circuit = Circuit(TOLERANCE)
    for _ in range(2):
        circuit.failed(WALL)
    circuit.took()
    for _ in range(2):
        circuit.failed(WALL)
    assert (True, False) == (circuit.lets(WALL), circuit.is_open)
    circuit.failed(WALL)
    assert (False, True) == (circuit.lets(WALL), circuit.is_open)


def test_the_rest_doubles_up_to_a_bound_and_ends_with_a_success() -> None:
    """30, 60, 100, 100 seconds; then everything is as at the beginning."""
    circuit, rests = Circuit(TOLERANCE), []
    for _ in range(6):
        circuit.failed(WALL)
        rests.append((circuit.open_until or WALL) - WALL)
    assert [0, 0, 30, 60, 100, 100] == [rest.total_seconds() for rest in rests]
    assert [False, True] == [circuit.lets(WALL + 99 * SECOND), circuit.lets(WALL + 100 * SECOND)]
    circuit.took()
    assert (True, False) == (circuit.lets(WALL), circuit.is_open)
