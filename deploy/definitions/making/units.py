"""Units: where each sits and which grid it is paired with, so that every grid has at least three to call on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from deploy.definitions.making.outline import Outline
from deploy.definitions.making.places import AreaMade
from shared.community.hours import VolunteerKind
from shared.community.text import Text


@dataclass(frozen=True)
class UnitMade:
    """One row of the table of units, and what its members are."""

    unit_id: str
    name: Text
    located_in: str
    paired_with: str
    hidden: bool
    professions: tuple[str, ...]
    kind: VolunteerKind


def units_of(outline: Outline, areas: list[AreaMade], random: Random) -> list[UnitMade]:
    """All units: those of the county anywhere, the local ones in their community; each is paired with one
    grid.
    """
    grids = [area.code for area in areas if area.kind == "grid"]
    random.shuffle(grids)
    unpaired = [*_of_the_county(outline, random), *_of_the_communities(outline)]
    return [
        UnitMade(f"u-{number + 1:03}", name, located_in, grids[number % len(grids)], hidden, professions, kind)
        for number, (name, located_in, hidden, professions, kind) in enumerate(unpaired)
    ]


_Unpaired = tuple[Text, str, bool, tuple[str, ...], VolunteerKind]


def _of_the_county(outline: Outline, random: Random) -> Iterator[_Unpaired]:
    for sort in outline.units:
        for name in sort.names:
            yield name, random.choice(outline.communities).code, sort.hidden, sort.professions, sort.kind


def _of_the_communities(outline: Outline) -> Iterator[_Unpaired]:
    for community in outline.communities:
        place = community.name
        short = place.zh.removesuffix("社区")
        for local in outline.local_units:
            name = Text(zh=f"{short}{local.name.zh}", en=f"{place.en} {local.name.en}")
            yield name, community.code, False, local.professions, local.kind
