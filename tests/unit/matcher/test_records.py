"""The rules over many people at once are those for one person, reason by reason and part by part."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.costs import cost_of, tie
from services.matcher.policies.crowd import Bars, Crowd
from services.matcher.policies.eligibility import Load, Member, Need, reasons
from services.matcher.policies.ground import Ground
from services.matcher.policies.records import RECORD, fill, free_at, free_for, ties, week_of
from services.matcher.policies.register import Register
from shared.community.definition import Community
from shared.community.hours import WeekHours
from shared.community.pairing import Weights
from tests.unit.matcher import drawn
from tests.unit.matcher.people import LOCAL, NOW, member

gaps = st.sets(st.integers(0, 167), max_size=12).map(lambda busy: WeekHours.of(set(range(168)) - busy))


def records_of(*people: Member) -> np.ndarray:
    """Records of people who carry nothing and live in area 0."""
    records = np.zeros(len(people), RECORD)
    fill(records, people, [0] * len(people))
    return records


def crowd_of(rules: Community, roster: dict[str, tuple[Member, Load]], wanted: Need) -> tuple[Crowd, Bars]:
    """Everybody who may serve a need as far as posts go."""
    loads = {name: carried for name, (_, carried) in roster.items()}
    register = Register(rules.areas, [person for person, _ in roster.values()], loads)
    group = register.group(wanted)
    people = [register.known(row)[0] for row in group.rows.tolist()]
    distances = np.array([float(rules.areas.distance(person.home, wanted.grid)) for person in people])
    bars = Bars(
        register.rows_of(wanted.excluded),
        register.rows_of(wanted.refused),
        [register.ground.range(area) for area in wanted.excluded_areas],
    )
    return Crowd(group.rows, register.records[group.rows], group.vetted, distances, register), bars


@given(
    st.lists(drawn.weeks | gaps, min_size=1, max_size=4),
    st.integers(0, 10_000_000),
    st.timedeltas(timedelta(seconds=1), timedelta(days=3)) | st.timedeltas(timedelta(days=2), timedelta(days=40)),
    st.integers(0, 200) | st.integers(0, 1440),
)
def test_a_free_stretch_is_found_for_all_at_once(
    weeks: list[WeekHours], seconds: int, length: timedelta, minutes: int
) -> None:
    """Against ``longest_free_minutes``, person by person; spans begin and end within hours and cross holidays."""
    start = NOW - timedelta(days=60) + timedelta(seconds=seconds)
    expected = [each.longest_free_minutes(start, start + length, LOCAL) >= minutes for each in weeks]
    records = records_of(*(member(hours=each) for each in weeks))
    assert expected == free_for(records, LOCAL.stretch(start, start + length), minutes).tolist()


@given(st.lists(drawn.weeks | gaps, max_size=4), st.integers(0, 167))
def test_free_hours_are_read_from_the_records(weeks: list[WeekHours], hour: int) -> None:
    """Each by itself, and all hours of anybody together."""
    records = records_of(*(member(hours=each) for each in weeks))
    free = [hour in set(each) for each in weeks]
    assert (free, any(free)) == (free_at(records, *divmod(hour, 24)).tolist(), hour in set(week_of(records)))


@given(st.lists(st.text(max_size=9), max_size=6), st.text(max_size=9))
def test_the_tie_is_the_checksum_of_leg_and_person(names: list[str], leg_id: str) -> None:
    """Worked out for all from what is known of each, to the last bit."""
    assert [tie(leg_id, name) for name in names] == ties(records_of(*map(member, names)), leg_id).tolist()


@given(drawn.rosters(), drawn.needs())
def test_every_reason_speaks_against_the_same_people(
    rules: Community, roster: dict[str, tuple[Member, Load]], wanted: Need
) -> None:
    """Not only whether somebody is eligible, but each reason in its order."""
    crowd, bars = crowd_of(rules, roster, wanted)
    masks = list(crowd.against(wanted, bars))
    for place, row in enumerate(crowd.rows.tolist()):
        person, carried = crowd.register.known(row)
        expected = list(reasons(wanted, person, carried, rules.areas))
        assert expected == [reason for reason, mask in masks if mask[place]]


@given(drawn.rosters(), drawn.needs())
def test_costs_are_those_of_each_pair(rules: Community, roster: dict[str, tuple[Member, Load]], wanted: Need) -> None:
    """Up to the last digits of floating point."""
    weights = Weights(near=1.5, load=0.7, rest=2.5, continuity=3)
    crowd, _ = crowd_of(rules, roster, wanted)
    people = [crowd.register.known(row) for row in crowd.rows.tolist()]
    expected = [cost_of(wanted, person, carried, weights, rules.areas).total for person, carried in people]
    continued = crowd.register.rows_of(wanted.continued)
    assert pytest.approx(expected, abs=1e-11) == crowd.costs(wanted, weights, continued).tolist()


def test_numbers_of_areas_are_the_tree(rules: Community) -> None:
    """A range holds exactly what lies at or below an area; levels are the tree's distances, nearest first."""
    ground = Ground(rules.areas)
    codes = [area.code for area in rules.areas][::37]
    for top in codes:
        first, end = ground.range(top)
        expected = [rules.areas.at_or_below(code, top) for code in codes]
        assert expected == [first <= ground.number[code] < end for code in codes]
        levels = ground.levels(top)
        for code in codes:
            number = ground.number[code]
            nearest = next(level.distance for level in levels if level.first <= number < level.end)
            assert rules.areas.distance(code, top) == nearest
