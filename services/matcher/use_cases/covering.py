"""Which services of an area nobody could serve, or not at every part of the week. It writes nothing; it is one of the
use cases because the roster in memory is the pairing's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.policies.coverage import Covered, covered
from services.matcher.policies.register import Register
from services.matcher.repository import Unit
from services.matcher.use_cases.directories import Directories
from shared.community.areas import GRID
from shared.community.catalogue import Service
from shared.community.definition import Community


@dataclass(frozen=True)
class ServiceGap:
    """A service that a post serves and that is not covered; ``area``: a community, or a grid where its grids differ."""

    service: Service
    area: str
    covered: Covered


class Covering:
    """Looks for gaps under the posts and the catalogue of one community."""

    def __init__(self, rules: Community, directories: Directories) -> None:
        self._rules = rules
        self._directories = directories

    async def cover(self, uow: Unit, commands: Sequence[Sequence[str]]) -> list[list[ServiceGap]]:
        """For each list of areas the gaps at and below them: services without a holder first, then those without
        hours, as the catalogue and the tree have them.
        """
        candidates = await self._directories.current(uow.repository)
        return [self._gaps(candidates, areas) for areas in commands]

    def _gaps(self, register: Register, tops: Sequence[str]) -> list[ServiceGap]:
        places: dict[str, list[str]] = {}
        for grid in self._rules.areas.all_below(tops, GRID):
            places.setdefault(self._rules.areas.community_of(grid) or grid, []).append(grid)
        served = [service for service in self._rules.services if service.post is not None]
        pairs = [(service, place, grids) for service in served for place, grids in places.items()]
        found = [gap for pair in pairs for gap in self._of(register, *pair)]
        return sorted(found, key=lambda gap: gap.covered.holders > 0)

    def _of(self, register: Register, service: Service, community: str, grids: Sequence[str]) -> list[ServiceGap]:
        """One line for a community whose grids are alike, else one for each grid with a gap."""
        told = {grid: self._covered(register, service, grid) for grid in grids}
        first = told[grids[0]]
        if all(one == first for one in told.values()):
            return [] if first.whole else [ServiceGap(service, community if len(grids) > 1 else grids[0], first)]
        return [ServiceGap(service, grid, one) for grid, one in told.items() if not one.whole]

    def _covered(self, register: Register, service: Service, grid: str) -> Covered:
        skill = self._rules.skills_by_code[service.post or ""]
        area = self._rules.areas.community_of(grid) or grid
        posts = [post.post_id for post in self._rules.posts_covering(grid, skill.code)]
        return covered(register, None if skill.open else posts, area, vetted=skill.needs_vetting)
