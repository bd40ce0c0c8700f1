"""How likely somebody says yes: a prior, then their own answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.chance import PARTS_OF_DAY, Habits, Tally, chance, part_of
from shared.contracts.words import Urgency
from tests.unit.matcher.people import LOCAL, NOW

NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT

cells = st.tuples(st.sampled_from(list(Urgency)), st.integers(0, PARTS_OF_DAY - 1))
tallies = st.integers(0, 500).flatmap(lambda asked: st.builds(Tally, st.just(asked), st.integers(0, asked)))
histories = st.dictionaries(cells, tallies, max_size=6)
priors = st.floats(0.01, 0.99)
strengths = st.floats(0.5, 50)


def test_the_day_has_six_parts() -> None:
    """Four hours each, by the local clock; a Sunday evening at seven is the fifth."""
    midnight = NOW - timedelta(hours=19)
    assert [0, 0, 1, 4, 5] == [part_of(midnight + timedelta(hours=hour), LOCAL) for hour in (0, 3, 4, 19, 23)]


@given(histories, cells, priors, strengths)
def test_nobody_is_certain_and_nobody_is_hopeless(
    habits: Habits, cell: tuple[Urgency, int], prior: float, strength: float
) -> None:
    """Strictly between no and yes, whatever the history."""
    assert 0 < chance(habits, *cell, prior, strength) < 1


@given(cells, priors, strengths)
def test_without_history_it_is_the_prior(cell: tuple[Urgency, int], prior: float, strength: float) -> None:
    """A newcomer is like anybody."""
    assert pytest.approx(prior) == chance({}, *cell, prior, strength)


@given(histories, cells, cells, priors, strengths)
def test_one_more_yes_never_makes_a_yes_less_likely(
    habits: dict[tuple[Urgency, int], Tally],
    changed: tuple[Urgency, int],
    cell: tuple[Urgency, int],
    prior: float,
    strength: float,
) -> None:
    """Neither for the same kind of offer nor for another; one more silence never makes it likelier."""
    tally = habits.get(changed, Tally(0, 0))
    yes = habits | {changed: Tally(tally.asked + 1, tally.accepted + 1)}
    silence = habits | {changed: Tally(tally.asked + 1, tally.accepted)}
    less, same, more = (chance(each, *cell, prior, strength) for each in (silence, habits, yes))
    assert less <= same <= more


@given(priors, strengths, st.floats(0, 1))
def test_many_answers_outweigh_the_prior(prior: float, strength: float, rate: float) -> None:
    """With a hundred thousand answers it is their own rate."""
    asked = 100_000
    habits = {(NORMAL, 4): Tally(asked, round(asked * rate))}
    assert pytest.approx(rate, abs=2e-3) == chance(habits, NORMAL, 4, prior, strength)


def test_evenings_tell_of_evenings_first_and_of_mornings_a_little() -> None:
    """By hand: 9 yeses of 10 on evenings, prior 0.3 worth 6 answers: (9 + 1.8) / 16 = 0.675 for the person, then
    (9 + 0.675 · 6) / 16 for evenings and 0.675 for mornings.
    """
    habits = {(NORMAL, 4): Tally(10, 9)}
    found = [chance(habits, *cell, 0.3, 6) for cell in ((NORMAL, 4), (NORMAL, 2), (URGENT, 4))]
    assert pytest.approx([0.815625, 0.675, 0.675]) == found
