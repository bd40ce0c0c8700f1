"""What an edited definition touches, and what stands in the way of starting with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.community.areas import UnknownArea
from shared.community.definition import Community, DefinitionInvalid, load
from shared.community.editing import EditStandsInTheWay, Named, check_edit, joined, touched_by
from tests.unit.community import small_county

WITHOUT_G2 = ("areas.csv", "east-g2,grid,east,二网格,Grid 2\n", "")


def edited(folder: Path, *changes: tuple[str, str, str]) -> Community:
    """The small county after several edits of its files."""
    path = small_county.write(folder)
    for name, before, after in changes:
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")
    return load(path)


def without_grid_two(folder: Path, successor: str = "") -> Community:
    """The second grid of the east is no more."""
    goes_on = f'\n[successors]\neast-g2 = "{successor}"\n' if successor else ""
    coordinator = ("coordinators.csv", "c-3,east-g2,老网格长,Senior grid leader\n", "")
    header = ("small.toml", '\n[[kinds]]\ncode = "county"', f'{goes_on}\n[[kinds]]\ncode = "county"')
    return edited(folder, WITHOUT_G2, coordinator, header)


def test_nothing_is_touched_by_a_definition_that_has_everything(tmp_path: Path) -> None:
    """The same definition again, and one that only adds."""
    named = Named(areas={"east-g1": 3}, desks={"east-g1": 3}, homes={"east-g1-b1": 1}, services={"homework": 3})
    assert [] == touched_by(load(small_county.write(tmp_path)), named)


@pytest.mark.parametrize(
    "named", [Named(areas={"east-g2": 2}), Named(desks={"east-g2": 1}), Named(homes={"east-g2": 4})]
)
def test_an_area_that_is_gone_without_a_successor_stands_in_the_way(tmp_path: Path, named: Named) -> None:
    """A wrong letter in a code must move nobody: whoever edits says who goes on."""
    with pytest.raises(EditStandsInTheWay, match=r"east-g2: is gone.*\[successors\]: east-g2 = "):
        check_edit(without_grid_two(tmp_path), named)


def test_a_gone_area_that_nothing_names_may_go(tmp_path: Path) -> None:
    """Only what is open, and who is there, needs somebody."""
    assert [] == check_edit(without_grid_two(tmp_path), Named(areas={"east-g1": 1}))


def test_a_successor_answers_for_a_gone_area_and_nobody_chooses_it(tmp_path: Path) -> None:
    """Look-ups, desks and distances go on; it is in no list and gives nobody a right."""
    areas = without_grid_two(tmp_path, "east").areas
    assert ("east", "small") == areas.ancestors("east-g2")
    assert ("east", "small", None) == (
        areas.community_of("east-g2"), areas.coordinator_area("east-g2"), areas.grid_of("east-g2"),
    )  # fmt: skip
    assert areas.at_or_below("east-g2", "east")
    assert not areas.at_or_below("east-g2", "east-g2")
    assert ("east-g2" in areas, areas.knows("east-g2"), "east-g2" in areas.below("east")) == (False, True, False)
    assert {"east", "east-g1", "east-g2"} == set(areas.desks(["east"]))
    assert areas.distance("east", "east-g1") == areas.distance("east-g2", "east-g1")
    with pytest.raises(UnknownArea):
        areas.ancestors("nowhere")


def test_what_becomes_of_everything_else_is_said(tmp_path: Path) -> None:
    """A desk without its coordinator, and codes that are gone, stand in nobody's way."""
    named = Named(
        desks={"east-g2": 2},
        services={"gone": 1},
        skills={"gone": 2},
        departments={"gone": 3},
        posts={"gone": 4, "tutoring-east": 3},
    )
    rules = edited(
        tmp_path,
        ("coordinators.csv", "c-2,east-g1,,\nc-3,east-g2,老网格长,Senior grid leader\nc-4,west-g1,,\n", ""),
        ("small.toml", '[[tiers]]\nkind = "grid"\ntitle = { zh = "网格长", en = "Grid leader" }\n', ""),
    )
    told = [(one.what, one.code, one.count, one.in_the_way) for one in check_edit(rules, named)]
    assert [
        ("desk", "east-g2", 2, False),
        ("service", "gone", 1, False),
        ("skill", "gone", 2, False),
        ("department", "gone", 3, False),
        ("post", "gone", 4, False),
        ("post", "tutoring-east", 3, False),
    ] == told


@pytest.mark.parametrize("successors", ['east-g1 = "east"', 'gone = "nowhere"'])
def test_a_successor_is_an_area_of_today_for_one_that_is_not(tmp_path: Path, successors: str) -> None:
    """Anything else is a slip of the pen."""
    header = (
        "small.toml",
        '\n[[kinds]]\ncode = "county"',
        f'\n[successors]\n{successors}\n\n[[kinds]]\ncode = "county"',
    )
    with pytest.raises(DefinitionInvalid, match="successors"):
        edited(tmp_path, header)


def test_two_services_count_the_same_orders_once() -> None:
    """Intake and matcher both name an order's grid."""
    both = joined([Named(areas={"a": 2}, services={"s": 1}), Named(areas={"a": 3, "b": 1})])
    assert Named(areas={"a": 3, "b": 1}, services={"s": 1}) == both
