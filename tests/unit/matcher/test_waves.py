"""Pairing rule 5: as few asks as make a yes likely by the due time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.waves import Situation, SlackWaves, asks_needed, chance_of_enough
from shared.contracts.words import Urgency
from tests.unit.matcher.people import NOW

OFFER = timedelta(minutes=30)
OURS = SlackWaves(0.9, 0.5)
ORDINARY = Situation(Urgency.NORMAL, 1, (0.3,) * 32, NOW, NOW + OFFER, OFFER, eligible=1000)

chances = st.lists(st.floats(0, 1), max_size=9)
situations = st.builds(
    Situation,
    st.sampled_from(list(Urgency)),
    st.integers(1, 4),
    st.lists(st.floats(0.01, 0.99), max_size=32),
    st.just(NOW),
    st.integers(-1, 600).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.just(OFFER),
    st.integers(0, 300),
    st.integers(1, 60),
)


def waves(**changed: object) -> int:
    """The wave of an ordinary situation with something changed."""
    return OURS.wave(replace(ORDINARY, **changed))  # type: ignore[arg-type]  # by name


@given(chances, st.integers(0, 5))
def test_the_chance_of_enough_is_that_of_all_ways_to_answer(likely: list[float], places: int) -> None:
    """Against the naive model: every combination of yes and no."""
    ways = product([True, False], repeat=len(likely))
    expected = sum(
        prod(one if yes else 1 - one for one, yes in zip(likely, way, strict=True))
        for way in ways
        if sum(way) >= places
    )
    assert pytest.approx(expected, abs=1e-9) == chance_of_enough(likely, places)


@given(st.lists(st.floats(0.01, 0.99), max_size=20), st.integers(1, 4), st.floats(0.05, 0.99))
def test_the_asks_are_enough_and_not_one_too_many(likely: list[float], places: int, target: float) -> None:
    """The smallest number of the first people that reaches the target; everybody where it cannot be reached."""
    asks = asks_needed(likely, places, target)
    assert chance_of_enough(likely[:asks], places) >= target or asks == len(likely)
    assert asks == 0 or chance_of_enough(likely[: asks - 1], places) < target


def test_one_wave_takes_the_whole_target_and_many_waves_little() -> None:
    """By hand, everybody at 0.3: 1 - 0.7^7 > 0.9 in one wave; 4 in two; 1 with the seven waves of four hours."""
    found = [waves(due_at=NOW + number * OFFER) for number in (1, 2, 3, 4, 8)]
    assert [7, 4, 3, 2, 1] == found


def test_an_urgent_order_is_worth_the_whole_target_in_every_wave() -> None:
    """Its time is never spent on waiting for the next wave."""
    assert 7 == waves(urgency=Urgency.URGENT, due_at=NOW + 8 * OFFER)


def test_the_target_falls_as_people_grow_scarce() -> None:
    """By hand: with 7 people a leg the target stands; with 4 it is 0.5 + 0.4 · 4/7 = 0.73, which takes four; with one
    it is nearly the least, which would take two, but one is the fair share.
    """
    found = [waves(eligible=eligible, competing=10) for eligible in (70, 40, 20, 10, 5)]
    assert [7, 4, 2, 1, 1] == found


@given(situations)
def test_each_place_has_an_ask_as_long_as_there_are_people(situation: Situation) -> None:
    """Never fewer than the places, however scarce people are; never more than there are."""
    asks = OURS.wave(situation)
    assert min(situation.places, len(situation.chances)) <= asks <= len(situation.chances)


@given(situations, st.integers(1, 10))
def test_more_time_never_means_more_asks(situation: Situation, waves: int) -> None:
    """Slack before the due time is used."""
    later = replace(situation, due_at=situation.due_at + waves * OFFER)
    assert OURS.wave(later) <= OURS.wave(situation)


@given(situations, st.integers(1, 100))
def test_fewer_people_never_mean_more_asks(situation: Situation, fewer: int) -> None:
    """Nor do more legs that want the same people."""
    scarce = replace(situation, eligible=max(situation.eligible - fewer, 0))
    crowded = replace(situation, competing=situation.competing + fewer)
    asks = OURS.wave(situation)
    assert (True, True) == (OURS.wave(scarce) <= asks, OURS.wave(crowded) <= asks)


def test_a_team_is_asked_for_as_a_whole() -> None:
    """Three places: by hand the smallest n with P(at least 3 of n at 0.5) ≥ 0.9 is 9."""
    assert 9 == waves(places=3, chances=(0.5,) * 32)
