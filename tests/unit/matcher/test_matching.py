"""Pairing rule 3: nearness, then fair load."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.eligibility import Load, is_eligible
from services.matcher.policies.matching import best, nearest, preference
from tests.unit.matcher.people import NOW, load, member, need

LONG_AGO, LATELY = NOW - timedelta(days=9), NOW - timedelta(hours=1)


def chosen(rings: list[list[str]], loads: dict[str, Load], count: int = 1, **changed: Any) -> list[str]:
    """Ids of the best of these people."""
    people = [[member(name) for name in ring] for ring in rings]
    return [one.volunteer_id for one in best(need(**changed), people, loads, count)]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"held": 0, "served_minutes": 900}, {"held": 1}),
        ({"held": 0}, {"asked": 1}),
        ({"served_minutes": 10, "asked_at": LATELY}, {"served_minutes": 20}),
        ({"asked_at": LONG_AGO}, {"asked_at": LATELY}),
        ({}, {"asked_at": LONG_AGO}),
    ],
)
def test_fair_load_decides_among_equally_near_people(better: dict[str, Any], worse: dict[str, Any]) -> None:
    """Least held or asked, then fewest minutes served, then longest unasked."""
    loads = {"v-1": load(**worse), "v-2": load(**better)}
    assert ["v-2"] == chosen([["v-1", "v-2"]], loads)


def test_the_nearest_come_first_whatever_their_load() -> None:
    """A farther ring is looked at only when the nearer ones did not suffice."""
    loads = {"near": load(held=1, served_minutes=900), "far": load()}
    assert [["near"], ["near", "far"]] == [chosen([["near"], ["far"]], loads, count) for count in (1, 2)]


def test_somebody_near_who_cannot_gives_way_to_somebody_farther() -> None:
    """Nearness chooses among the eligible."""
    loads = {"near": load(held=2), "far": load()}
    assert ["far"] == chosen([["near"], ["far"]], loads)


def test_nobody_is_chosen_when_nobody_can() -> None:
    """Also somebody without a load, who has left the roster, is not asked."""
    assert [] == chosen([["gone", "full"]], {"full": load(held=2)})


def test_equal_people_take_turns_from_leg_to_leg_and_each_choice_is_stable() -> None:
    """The tie is settled by a hash of leg and person: no name comes first for ever, and repeating changes nothing."""
    names = [f"v-{number}" for number in range(5)]
    loads = {name: load() for name in names}
    first = [chosen([names], loads, leg_id=f"l-{leg}")[0] for leg in range(100)]
    again = [chosen([names[::-1]], loads, leg_id=f"l-{leg}")[0] for leg in range(100)]
    assert (first, set(names)) == (again, set(first))


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100)), max_size=5), max_size=4),
    st.integers(0, 6),
)
def test_the_choice_is_the_best_by_ring_and_preference(rings: list[list[tuple[int, int]]], count: int) -> None:
    """Against the naive model: sort every eligible person by ring and preference, take the first."""
    people = [[member(f"v-{ring}-{number}") for number in range(len(row))] for ring, row in enumerate(rings)]
    loads = {
        one.volunteer_id: load(held=held, served_minutes=minutes)
        for row, ring in zip(people, rings, strict=True)
        for one, (held, minutes) in zip(row, ring, strict=True)
    }
    wanted = need()
    ranked = sorted(
        (ring, preference(wanted, one, loads[one.volunteer_id]), one.volunteer_id)
        for ring, row in enumerate(people)
        for one in row
        if is_eligible(wanted, one, loads[one.volunteer_id])
    )
    expected = [volunteer_id for _, _, volunteer_id in ranked[:count]]
    assert expected == [one.volunteer_id for one in best(wanted, people, loads, count)]


@given(st.lists(st.integers(0, 5), max_size=6), st.integers(0, 20))
def test_the_nearest_rings_are_whole_and_no_more_than_needed(sizes: list[int], enough: int) -> None:
    """Enough people with the last ring taken, too few without it; all rings when there are never enough."""
    rings = [[member(f"v-{ring}-{number}") for number in range(size)] for ring, size in enumerate(sizes)]
    found = nearest(rings, enough)
    people = sum(len(ring) for ring in found)
    assert rings[: len(found)] == list(found)
    assert people >= enough or len(found) == len(rings)
    assert not found or people - len(found[-1]) < enough or len(found) == 1
