"""The tree of areas (辖区): county → sub-district → community → grid → building → stairwell; depth and kinds
are data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from shared.community.text import Code, Text
from shared.contracts.refusal import Invalid

COMMUNITY = "community"
GRID = "grid"


class UnknownArea(Invalid):
    """The definition has no area of that code."""

    title = "There is no such area"


class AreaKind(BaseModel):
    """One kind of area. ``nearness`` is the distance of two places whose nearest common ancestor is of this
    kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text
    nearness: int = Field(ge=0)


class Area(BaseModel):
    """A node of the tree with everything below it. ``kind`` is the code of an :class:`AreaKind`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text
    kind: Code
    children: tuple[Area, ...] = ()


class AreaTree:
    """Look-ups over one tree, all of them constant time or a walk up a few levels.

    ``coordinated`` are the codes that have a coordinator. ``successors``: areas that are no more, each with the one
    that goes on for it; orders, people and posts of before still name them. They are in no list to choose from and
    give nobody a right; every look-up answers for their successor. Look-ups raise :class:`UnknownArea` for any other
    code that the tree does not have, apart from ``get`` (None) and ``at_or_below`` (False: an unknown area gives
    nobody a right).
    """

    def __init__(
        self,
        root: Area,
        kinds: Sequence[AreaKind],
        coordinated: Collection[str] = (),
        successors: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.successors = successors
        self.root = root
        self.kinds = tuple(kinds)
        self._coordinated = frozenset(coordinated)
        self._areas: dict[str, Area] = {}
        self._lines: dict[str, tuple[str, ...]] = {}
        self._plant(root, ())
        self._above = {code: frozenset(line) for code, line in self._lines.items()}
        nearness = {kind.code: kind.nearness for kind in self.kinds}
        self._nearness = {code: nearness[area.kind] for code, area in self._areas.items()}
        self._communities = self._nearest_of_kind(COMMUNITY)
        self._grids = self._nearest_of_kind(GRID)
        self._going_on: dict[str, list[str]] = {}
        for gone, following in successors.items():
            self._going_on.setdefault(following, []).append(gone)

    def _plant(self, area: Area, above: tuple[str, ...]) -> None:
        line = (area.code, *above)
        self._areas[area.code] = area
        self._lines[area.code] = line
        for child in area.children:
            self._plant(child, line)

    def _nearest_of_kind(self, kind: str) -> Mapping[str, str | None]:
        return {
            code: next((above for above in line if self._areas[above].kind == kind), None)
            for code, line in self._lines.items()
        }

    def __contains__(self, code: str) -> bool:
        """Whether it is an area of today: what people may choose, and who may act, is asked this way."""
        return code in self._areas

    def knows(self, code: str) -> bool:
        """Whether look-ups answer for a code: an area of today, or one that another goes on for."""
        return code in self._areas or code in self.successors

    def going_on_for(self, code: str) -> str:
        """The area that answers for a code today; any other code as it is."""
        return code if code in self._areas else self.successors.get(code, code)

    def __len__(self) -> int:
        return len(self._areas)

    def __iter__(self) -> Iterator[Area]:
        """Every area, an area before those below it."""
        return iter(self._areas.values())

    def __getitem__(self, code: str) -> Area:
        try:
            return self._areas[self.going_on_for(code)]
        except KeyError:
            raise UnknownArea from None

    def get(self, code: str) -> Area | None:
        """The area of that code, or None."""
        return self._areas.get(self.going_on_for(code))

    def of_kind(self, kind: str) -> tuple[Area, ...]:
        """All areas of a kind, in the order of the definition."""
        return tuple(area for area in self if area.kind == kind)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes from the area itself up to the root, nearest first."""
        try:
            return self._lines[self.going_on_for(code)]
        except KeyError:
            raise UnknownArea from None

    def below(self, code: str, kind: str | None = None) -> tuple[str, ...]:
        """The codes at or below an area, all or those of one kind; for a coordinator's desk, say."""
        found: list[str] = []
        waiting = [self[code]]
        while waiting:
            area = waiting.pop()
            if kind is None or area.kind == kind:
                found.append(area.code)
            waiting.extend(reversed(area.children))
        return tuple(found)

    def community_of(self, code: str) -> str | None:
        """The community at or above an area; None above the communities."""
        self.ancestors(code)
        return self._communities[self.going_on_for(code)]

    def grid_of(self, code: str) -> str | None:
        """The grid at or above an area; None above the grids."""
        self.ancestors(code)
        return self._grids[self.going_on_for(code)]

    def at_or_below(self, code: str, top: str) -> bool:
        """Whether ``code`` lies in the part of the tree that starts at ``top``."""
        return top in self._above.get(self.going_on_for(code), ())

    def within(self, code: str, tops: Iterable[str]) -> bool:
        """Whether ``code`` lies in the part of the tree that starts at one of ``tops``."""
        return any(self.at_or_below(code, top) for top in tops)

    def all_below(self, tops: Iterable[str], kind: str | None = None) -> tuple[str, ...]:
        """The codes that rows at or below any of ``tops`` may name, each once: all, or those of one kind, with the
        areas that they go on for.
        """
        today = dict.fromkeys(code for top in tops for code in self.below(top, kind))
        return (*today, *(gone for code in today for gone in self._going_on.get(code, ())))

    def desks(self, tops: Iterable[str]) -> tuple[str, ...]:
        """The codes of desks at or below any of ``tops``: grids and what is above them, also where there is no
        coordinator any more, or not even the area. What lies there is the next coordinator's above.
        """
        return tuple(
            code
            for code in self.all_below(tops)
            if self._grids[self.going_on_for(code)] in {None, self.going_on_for(code)}
        )

    def distance(self, one: str, other: str) -> int:
        """Nearness by the tree (mission.md, pairing rule 3): 0 for the same node, else by the kind of the
        nearest common ancestor; in the reference county 0 building, 1 grid, 2 community, 3 sub-district, 4
        county.
        """
        one, other = self.going_on_for(one), self.going_on_for(other)
        if one == other:
            self.ancestors(one)
            return 0
        above = self._above.get(other)
        if above is None:
            raise UnknownArea
        return next(self._nearness[code] for code in self.ancestors(one) if code in above)

    def coordinator_area(self, code: str) -> str:
        """The nearest area at or above that has a coordinator: whose desk an order of this area comes to."""
        return self._coordinated_in(self.ancestors(code)) or self.root.code

    def coordinator_area_above(self, code: str) -> str | None:
        """The next tier of the ladder: the nearest area above with a coordinator; None at the top."""
        return self._coordinated_in(self.ancestors(code)[1:])

    def _coordinated_in(self, line: tuple[str, ...]) -> str | None:
        return next((code for code in line if code in self._coordinated), None)
