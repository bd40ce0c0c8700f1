"""The roster as the pairing looks at it: for a skill and a grid, who could serve, the nearest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.matcher.policies.eligibility import Member
from shared.community.areas import AreaTree
from shared.community.definition import Community

Rings = Sequence[Sequence[Member]]


class Directory:
    """One version of the roster, read only. Somebody whose home the definition no longer has is left out."""

    def __init__(self, rules: Community, members: Iterable[Member], version: str = "") -> None:
        self.version = version
        self._rules = rules
        self._members = {member.volunteer_id: member for member in members if member.home in rules.areas}
        self._holders: dict[str, list[Member]] = {}
        self._residents: dict[str, list[Member]] = {}
        self._rings: dict[tuple[str, str], Rings] = {}
        for member in self._members.values():
            for post_id in member.claims:
                self._holders.setdefault(post_id, []).append(member)
            for area in rules.areas.ancestors(member.home):
                self._residents.setdefault(area, []).append(member)

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def get(self, volunteer_id: str) -> Member | None:
        """One volunteer, None when the roster has no such."""
        return self._members.get(volunteer_id)

    def rings(self, skill: str, grid: str) -> Rings:
        """Holders of the skill's posts that cover the grid (any member for an open skill), by nearness."""
        known = self._rings.get((skill, grid))
        if known is None:
            known = self._rings[skill, grid] = self._make_rings(skill, grid)
        return known

    def _make_rings(self, skill: str, grid: str) -> Rings:
        if self._rules.skills_by_code[skill].open:
            return _rings_around(self._rules.areas, self._residents, grid)
        holders = {
            member.volunteer_id: member
            for post in self._rules.posts_covering(grid, skill)
            for member in self._holders.get(post.post_id, ())
        }
        rings: dict[int, list[Member]] = {}
        for member in holders.values():
            rings.setdefault(self._rules.areas.distance(member.home, grid), []).append(member)
        return [rings[distance] for distance in sorted(rings)]


def _rings_around(areas: AreaTree, residents: Mapping[str, Sequence[Member]], grid: str) -> Rings:
    rings: list[list[Member]] = []
    inside: set[str] = set()
    for area in areas.ancestors(grid):
        ring = [member for member in residents.get(area, ()) if member.volunteer_id not in inside]
        inside.update(member.volunteer_id for member in ring)
        rings.append(ring)
    return rings
