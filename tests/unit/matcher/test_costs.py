"""Pairing rule 3: nearness, fair load, rest and continuity, as one cost that can be explained."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from services.matcher.policies.costs import Parts, cost_of, stake_of, tie
from shared.community.definition import Community
from shared.community.pairing import Weights
from shared.contracts.words import Urgency
from tests.unit.matcher import drawn
from tests.unit.matcher.people import GRID, NOW, load, member, need

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEIGHTS = Weights(near=1, load=10, rest=100, continuity=1000, urgent=20, waiting=10)


def parts(rules: Community, changed_member: dict[str, Any], changed_load: dict[str, Any], **changed: Any) -> Parts:
    """The cost of an ordinary pair with something changed."""
    return cost_of(need(**changed), member(**changed_member), load(**changed_load), WEIGHTS, rules.areas)


@pytest.mark.parametrize(
    ("expected", "home"),
    [(0, GRID), (1, "maoling-east-g1-b01-s1"), (2, "maoling-east-g2"), (3, "maoling-west-g1"), (4, "qindu")],
)
def test_each_step_of_distance_costs_the_same(rules: Community, expected: int, home: str) -> None:
    """The grid itself, a building of it, the community, the sub-district, the county whose office it is."""
    assert Parts(expected, 0, 0, 0, tie("l-1", "v-1")) == parts(rules, {"home": home}, {})


@pytest.mark.parametrize(
    ("expected", "carried"),
    [
        (0, {}),
        (10, {"held": 1}),
        (20, {"held": 1, "asked": 1}),
        (10, {"served_minutes": 120}),
        (20, {"served_minutes": 360}),  # three hours more weigh like the first two
        (160, {"held": 3, "served_minutes": 10**9}),
    ],
)
def test_load_is_what_is_held_asked_and_served(rules: Community, expected: float, carried: dict[str, int]) -> None:
    """One for each assignment or open offer and for two hours served, then for each doubling; never more than 16."""
    assert pytest.approx(expected) == parts(rules, {}, carried).load


@pytest.mark.parametrize(
    ("expected", "asked_at"),
    [
        (0, None),
        (100, NOW),
        (100, NOW + HOUR),  # clocks of two processes differ
        (36.788, NOW - 2 * DAY),
        (0.055, NOW - 15 * DAY),
    ],
)
def test_an_ask_is_forgotten_over_the_days(rules: Community, expected: float, asked_at: datetime | None) -> None:
    """Two days take it to a third, two weeks to nothing that counts; who was never asked is rested."""
    assert pytest.approx(expected, abs=1e-3) == parts(rules, {}, {"asked_at": asked_at}).rest


def test_who_served_the_resident_well_costs_less(rules: Community) -> None:
    """Continuity is taken off, and may make a pair cheaper than nothing."""
    found = [parts(rules, {}, {}, continued=frozenset(some)).total < 0 for some in (["v-1"], ["v-2"])]
    assert [True, False] == found


def test_ties_are_settled_anew_for_every_leg() -> None:
    """A millionth decides among equals, and neither name is first for ever."""
    legs = [f"l-{number}" for number in range(100)]
    firsts = {min("v-1", "v-2", key=lambda name: tie(leg, name)) for leg in legs}
    assert ({"v-1", "v-2"}, True) == (firsts, all(0 <= tie(leg, "v-1") < 1e-6 for leg in legs))


@given(drawn.members("v-1"), drawn.loads(), drawn.needs())
def test_leaving_a_place_unasked_costs_more_than_any_pair(
    rules: Community, one: Any, carried: Any, wanted: Any
) -> None:
    """So an order stays unasked only when nobody is left, also after re-arranging dozens of others."""
    weights = Weights()
    assert 60 * cost_of(wanted, one, carried, weights, rules.areas).total < stake_of(wanted, weights)


def test_urgent_orders_and_those_that_waited_have_more_at_stake() -> None:
    """The urgent share, and the share of the dispatch clock that has passed, from none to all."""
    ordinary = stake_of(need(), WEIGHTS)
    changed: list[dict[str, Any]] = [
        {"urgency": Urgency.URGENT},
        {"placed_at": NOW - 4 * HOUR},
        {"placed_at": NOW - 4 * HOUR, "due_at": NOW - HOUR},
        {"placed_at": NOW + HOUR},
        {"placed_at": NOW, "due_at": NOW},
    ]
    found = [stake_of(need(**each), WEIGHTS) - ordinary for each in changed]
    assert pytest.approx([20, 5, 10, 0, 10]) == found
