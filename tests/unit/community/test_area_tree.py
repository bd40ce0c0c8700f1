"""The tree of areas: who is above, what is below, how near two places are, whose desk an order comes to."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.definitions import REFERENCE_COUNTY
from shared.community.areas import Area, AreaTree, UnknownArea
from shared.community.definition import load
from shared.community.text import Text

TREE = load(REFERENCE_COUNTY).areas
CODES = [area.code for area in TREE]
HOME = "chenguang-g3-b02-s1"
PLACES = Path(__file__).parents[2] / "data" / "places"

any_code = st.sampled_from(CODES)


def test_ancestors_run_from_the_area_to_the_root() -> None:
    """Nearest first, the area itself included."""
    expected = (HOME, "chenguang-g3-b02", "chenguang-g3", "chenguang", "maquan", "qindu")
    assert expected == TREE.ancestors(HOME)


def test_community_and_grid_of_an_area() -> None:
    """At or above; none where the area lies above them."""
    assert ("chenguang", "chenguang-g3") == (TREE.community_of(HOME), TREE.grid_of(HOME))
    assert ("chenguang", "chenguang-g3") == (TREE.community_of("chenguang-g3"), TREE.grid_of("chenguang-g3"))
    assert ("chenguang", None) == (TREE.community_of("chenguang"), TREE.grid_of("chenguang"))
    assert (None, None) == (TREE.community_of("maquan"), TREE.grid_of("maquan"))


@pytest.mark.parametrize(
    ("other", "distance"),
    [
        (HOME, 0),
        ("chenguang-g3-b02-s2", 0),
        ("chenguang-g3-b02", 0),
        ("chenguang-g3-b03", 1),
        ("chenguang-g3", 1),
        ("chenguang-g4-b01", 2),
        ("shanguang-g1-b01", 3),
        ("maquan", 3),
        ("qindu", 4),
    ],
)
def test_distance_is_the_kind_of_the_nearest_common_area(other: str, distance: int) -> None:
    """0 same building, 1 same grid, 2 same community, 3 same sub-district, 4 county (mission.md, pairing rule 3)."""
    assert distance == TREE.distance(HOME, other)


def test_an_area_is_at_no_distance_from_itself() -> None:
    """Even a county, whose own kind is the furthest."""
    assert [0] * len(CODES) == [TREE.distance(code, code) for code in CODES]


@given(one=any_code, other=any_code)
def test_distance_is_the_same_both_ways_and_agrees_with_the_tree(one: str, other: str) -> None:
    """Symmetric; below 2 exactly within one grid, below 3 exactly within one community."""
    distance = TREE.distance(one, other)
    assert distance == TREE.distance(other, one)
    if TREE.grid_of(one) and TREE.grid_of(other):
        assert (distance <= 1) == (TREE.grid_of(one) == TREE.grid_of(other))
        assert (distance <= 2) == (TREE.community_of(one) == TREE.community_of(other))


@given(code=any_code, top=any_code)
def test_at_or_below_is_being_among_the_ancestors(code: str, top: str) -> None:
    """The three ways to ask about belonging agree."""
    assert (top in TREE.ancestors(code)) == TREE.at_or_below(code, top) == (code in set(TREE.below(top)))


@given(code=any_code, one=any_code, other=any_code)
def test_within_several_areas_is_being_below_one_of_them(code: str, one: str, other: str) -> None:
    """Each code once, also where one area lies in the other."""
    below = TREE.all_below((one, other))
    assert {*TREE.below(one), *TREE.below(other)} == set(below)
    assert (len(set(below)), code in below) == (len(below), TREE.within(code, (one, other)))


def test_below_lists_one_kind_in_the_order_of_the_definition() -> None:
    """What a coordinator's desk asks for."""
    expected = tuple(f"chenguang-g{number}" for number in range(1, 6))
    assert expected == TREE.below("chenguang", "grid")
    assert len(TREE) == len(TREE.below("qindu"))


def test_the_ladder_climbs_grid_community_subdistrict_county() -> None:
    """Each tier's next is the nearest coordinated area above; at the top there is none."""
    assert "chenguang-g3" == TREE.coordinator_area(HOME)
    climbed = ["chenguang-g3"]
    while (above := TREE.coordinator_area_above(climbed[-1])) is not None:
        climbed.append(above)
    assert ["chenguang-g3", "chenguang", "maquan", "qindu"] == climbed


def test_an_area_without_a_coordinator_falls_to_the_nearest_above() -> None:
    """A no-owner node has a holder all the same."""
    tree = AreaTree(TREE.root, TREE.kinds, {"qindu", "chenguang"})
    assert ("chenguang", "qindu") == (tree.coordinator_area(HOME), tree.coordinator_area("shanguang-g1"))


def test_an_unknown_area_is_refused() -> None:
    """Look-ups refuse it; `get` knows nothing of it and it lies below nothing."""
    for ask in (TREE.__getitem__, TREE.ancestors, TREE.community_of, TREE.grid_of, TREE.below, TREE.coordinator_area):
        with pytest.raises(UnknownArea):
            ask("atlantis")
    with pytest.raises(UnknownArea):
        TREE.distance(HOME, "atlantis")
    with pytest.raises(UnknownArea):
        TREE.distance("atlantis", HOME)
    with pytest.raises(UnknownArea):
        TREE.distance("atlantis", "atlantis")
    assert (None, False, False) == (TREE.get("atlantis"), TREE.at_or_below("atlantis", "qindu"), "atlantis" in TREE)
    assert not TREE.at_or_below("atlantis", "atlantis")


def test_look_ups_give_the_area_with_what_is_below_it() -> None:
    """`get`, `[]` and `of_kind` give the same nodes."""
    grid = TREE["chenguang-g3"]
    assert (grid, "grid") == (TREE.get("chenguang-g3"), grid.kind)
    assert grid in TREE.of_kind("grid")
    assert {"building"} == {child.kind for child in grid.children}


def test_odd_names_of_real_communities_fit_an_area() -> None:
    """Rare characters and 33-character names of the national list are kept as they are."""
    with (PLACES / "odd_community_names.csv").open(encoding="utf-8", newline="") as places:
        names = [row["name"] for row in csv.DictReader(places)]
    areas = [Area(code="odd", name=Text(zh=name, en="Odd"), kind="community") for name in names]
    assert names == [Area.model_validate_json(area.model_dump_json()).name.zh for area in areas]
    assert 33 == max(len(name) for name in names)
