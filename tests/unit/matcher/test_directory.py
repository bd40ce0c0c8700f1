"""The directory: who could serve, the nearest first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.directory import Directory
from services.matcher.policies.eligibility import Member
from shared.community.definition import Community
from tests.unit.matcher.people import ALWAYS, GRID, POST, member


def rings(directory: Directory, skill: str, grid: str = GRID) -> list[list[str]]:
    """Ids by ring, empty rings left out."""
    return [[one.volunteer_id for one in ring] for ring in directory.rings(skill, grid) if ring]


def test_holders_of_posts_that_cover_the_grid_are_found_by_nearness(rules: Community) -> None:
    """Same grid, same community, same sub-district; a holder of another community's post is not there."""
    people = [
        member("far", home="shanguang-g1", claims={"mediation-maquan": True}),
        member("community", home="maoling-east-g2"),
        member("grid"),
        member("elsewhere", claims={"mediation-shanguang": True}),
        member("other-skill", claims={"safety-maoling-east-g1": True}),
    ]
    assert [["grid"], ["community"], ["far"]] == rings(Directory(rules, people), "mediation")


def test_somebody_with_two_fitting_posts_is_there_once(rules: Community) -> None:
    """A person is asked once, not once a post."""
    people = [member("v-1", claims={POST: True, "mediation-maquan": True})]
    assert [["v-1"]] == rings(Directory(rules, people), "mediation")


def test_an_open_skill_takes_any_member(rules: Community) -> None:
    """Sweeping needs no post; the nearest come first."""
    people = [member("far", home="shanguang-g1", claims={}), member("near", claims={})]
    assert [["near"], ["far"]] == rings(Directory(rules, people), "sweeping")


@given(st.data())
def test_the_rings_of_an_open_skill_are_those_of_the_tree(rules: Community, data: st.DataObject) -> None:
    """Against the tree's own distance: rings grow outward and hold everybody once."""
    areas = [area.code for area in rules.areas if rules.areas.grid_of(area.code)]
    homes = data.draw(st.lists(st.sampled_from(areas), max_size=12))
    grid = data.draw(st.sampled_from([area.code for area in rules.areas.of_kind("grid")]))
    people = [Member(f"v-{number}", home, ALWAYS, {}) for number, home in enumerate(homes)]
    found = Directory(rules, people).rings("moving", grid)
    flat = [one for ring in found for one in ring]
    levels = [rules.areas.distance(one.home, grid) for one in flat if one.home != grid]
    assert (sorted(levels), sorted(one.volunteer_id for one in people)) == (
        levels,
        sorted(one.volunteer_id for one in flat),
    )


def test_somebody_whose_home_is_gone_is_left_out(rules: Community) -> None:
    """The definition may change under a roster; nobody is then asked from nowhere."""
    directory = Directory(rules, [member("v-1"), member("v-2", home="no-such-grid")])
    assert (1, None) == (len(directory), directory.get("v-2"))
