"""The 1,877 volunteers, 280 of whom hold the posts. Names are random characters; no phone of theirs can ring.

Phones begin with ``shared.community.phones.NEVER_RINGS`` (it says why) and count up, so that anybody sees
that they were made and none is there twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from deploy.definitions.making.outline import PeopleOutline
from deploy.definitions.making.places import AreaMade
from deploy.definitions.making.posts import Free, PostMade
from deploy.definitions.making.units import UnitMade
from shared.community.hours import VolunteerKind
from shared.community.phones import NEVER_RINGS
from shared.community.posts import Skill

VOLUNTEERS = 1877
HOLDERS = 280

_IN_SERVICE, _RETIRED = VolunteerKind.IN_SERVICE, VolunteerKind.RETIRED
_KINDS = {_IN_SERVICE: 78, _RETIRED: 13, VolunteerKind.STUDENT: 5, VolunteerKind.PARTNER: 4}
_ON_SHIFTS = "daily 19-9"
_HOURS_OF_HOLDERS = {
    Free.EVENINGS: "",
    Free.SOME_EVENINGS: "mon-thu 19-22; sat-sun 9-21",
    Free.DAYS: "",
    Free.NIGHTS: _ON_SHIFTS,
}
_HOURS_IN_SERVICE = (
    *("",) * 12,
    "mon-fri 19-22; sat-sun 9-18",
    "sat-sun 8-22",
    "mon-fri 12-14; mon-fri 18-21; sat 8-20",
    "tue-thu 18-22; sun 8-22",
    _ON_SHIFTS,
)


@dataclass
class VolunteerMade:
    """One volunteer, growing until the row is written."""

    name: str
    kind: VolunteerKind
    unit: str
    profession: str
    home: str
    hours: str
    posts: list[str] = field(default_factory=list)
    vetted_posts: list[str] = field(default_factory=list)
    capacity: int = 2
    is_secretary: bool = False


class Crowd:
    """Makes volunteers who fit the units, the areas and the posts."""

    def __init__(
        self, units: Sequence[UnitMade], areas: Sequence[AreaMade], names: PeopleOutline, random: Random
    ) -> None:
        self._units, self._names, self._random = units, names, random
        self._buildings: dict[str, list[str]] = {}
        for area in areas:
            if area.kind == "building":
                self._buildings.setdefault(area.parent, []).append(area.code)
        self._grids = list(self._buildings)

    def holders_of(self, post: PostMade, skill: Skill) -> Iterator[VolunteerMade]:
        """Those who hold a post at the start: of a fitting profession, at home in its area."""
        for free in post.holders:
            kind = _RETIRED if free is Free.DAYS else _IN_SERVICE
            unit, profession = self._work(kind, skill.professions)
            home = self._home(post.area)
            made = VolunteerMade(self.name(), kind, unit, profession, home, _HOURS_OF_HOLDERS[free])
            give(made, post, skill)
            yield made

    def rest(self, count: int) -> Iterator[VolunteerMade]:
        """Those who hold no post: they serve open ones, or wait to claim."""
        kinds = self._random.choices(list(_KINDS), weights=list(_KINDS.values()), k=count)
        for number, kind in enumerate(kinds):
            unit, profession = self._work(kind, ())
            hours = self._random.choice(_HOURS_IN_SERVICE) if kind is _IN_SERVICE else ""
            home = self._home(self._grids[number % len(self._grids)])
            yield VolunteerMade(self.name(), kind, unit, profession, home, hours)

    def name(self) -> str:
        """A name by chance, nobody's in particular."""
        names, random = self._names, self._random
        given = "".join(random.choice(names.given) for _ in range(1 if random.random() < 0.2 else 2))
        return random.choice(names.family) + given

    def _work(self, kind: VolunteerKind, fitting: Sequence[str]) -> tuple[str, str]:
        """A unit with members of this kind and a profession of its; retired members stay with their old unit."""
        employed = _IN_SERVICE if kind is _RETIRED else kind
        choices = [
            (unit.unit_id, profession)
            for unit in self._units
            if unit.kind is employed
            for profession in unit.professions
            if not fitting or profession in fitting
        ]
        return self._random.choice(choices)

    def _home(self, area: str) -> str:
        grids = [grid for grid in self._grids if grid == area or grid.startswith(f"{area}-g")] or self._grids
        return self._random.choice(self._buildings[self._random.choice(grids)])


def give(volunteer: VolunteerMade, post: PostMade, skill: Skill) -> None:
    """Let a volunteer hold a post, vetted where it needs that."""
    volunteer.posts.append(post.post_id)
    if skill.needs_vetting:
        volunteer.vetted_posts.append(post.post_id)
    volunteer.capacity = 3


def name_secretaries(volunteers: Sequence[VolunteerMade]) -> None:
    """Every unit has one secretary, the first of its members in service; where nobody is, the first who works there."""
    led: dict[str, VolunteerMade] = {}
    for volunteer in volunteers:
        first = led.get(volunteer.unit)
        if first is None or (volunteer.kind is _IN_SERVICE and first.kind is not _IN_SERVICE):
            led[volunteer.unit] = volunteer
    for volunteer in led.values():
        volunteer.is_secretary = True


def phone_of(number: int) -> str:
    """The phone of the nth volunteer."""
    return f"{NEVER_RINGS}{number:08}"
