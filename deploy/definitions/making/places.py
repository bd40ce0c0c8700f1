"""Areas and their coordinators: as many buildings and stairwells as the residents of each grid need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from deploy.definitions.making.outline import CommunityOutline, Outline
from shared.community.text import Text

HOUSEHOLD = 2.6
"""Residents a household (the last census has 2.62)."""

LOW_RISE = (12, (2, 3, 4, 5))  # six floors of two doors a stairwell, and how many stairwells
HIGH_RISE = (72, (1, 2, 2, 3))  # eighteen floors of four doors

_ORDINALS = "一二三四五六七八九"


@dataclass(frozen=True)
class AreaMade:
    """One row of the table of areas."""

    code: str
    kind: str
    parent: str
    name: Text


def areas_of(outline: Outline, random: Random) -> list[AreaMade]:
    """The whole tree, each area before those below it."""
    county, subdistrict = outline.county, outline.subdistrict
    made = [
        AreaMade(county.code, "county", "", county.name),
        AreaMade(subdistrict.code, "subdistrict", county.code, subdistrict.name),
    ]
    for community in outline.communities:
        made.append(AreaMade(community.code, "community", subdistrict.code, community.name))
        for number in range(1, community.grids + 1):
            made.extend(_grid(community, number, random))
    return made


def _grid(community: CommunityOutline, number: int, random: Random) -> Iterator[AreaMade]:
    code = f"{community.code}-g{number}"
    name = Text(zh=f"第{_ORDINALS[number - 1]}网格", en=f"Grid {number}")
    yield AreaMade(code, "grid", community.code, name)
    households = community.residents / community.grids / HOUSEHOLD
    building = 0
    while households > 0:
        building += 1
        doors, choices = HIGH_RISE if random.random() < 0.35 else LOW_RISE
        stairwells = random.choice(choices)
        households -= doors * stairwells
        yield from _building(code, building, stairwells)


def _building(grid: str, number: int, stairwells: int) -> Iterator[AreaMade]:
    code = f"{grid}-b{number:02}"
    yield AreaMade(code, "building", grid, Text(zh=f"{number}号楼", en=f"Building {number}"))
    for stairwell in range(1, stairwells + 1):
        name = Text(zh=f"{stairwell}单元", en=f"Stairwell {stairwell}")
        yield AreaMade(f"{code}-s{stairwell}", "stairwell", code, name)


def coordinated(areas: list[AreaMade]) -> list[str]:
    """The areas that have a coordinator."""
    return [area.code for area in areas if area.kind in {"county", "subdistrict", "community", "grid"}]
