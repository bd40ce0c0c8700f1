"""The tree of areas by numbers: everything at or below an area is one range, so that nearness is a matter of slices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.matcher.policies.records import Mask, Numbers, Rows
from shared.community.areas import AreaTree


@dataclass(frozen=True, slots=True)
class Level:
    """The areas from number ``first`` up to, and without, ``end``; who lives there but in no nearer level is at this
    ``distance``.
    """

    first: int
    end: int
    distance: float


class Ground:
    """Numbers for the areas of one tree, parents before children and each subtree without a gap."""

    def __init__(self, areas: AreaTree) -> None:
        self._areas = areas
        self.number = {area.code: number for number, area in enumerate(areas)}
        self.number |= {gone: self.number[following] for gone, following in areas.successors.items()}
        self._levels: dict[str, Sequence[Level]] = {}

    @cached_property
    def _end(self) -> dict[str, int]:
        end: dict[str, int] = {}
        for area in reversed(list(self._areas)):
            end[area.code] = end[area.children[-1].code] if area.children else self.number[area.code] + 1
        return end

    def range(self, code: str) -> tuple[int, int]:
        """The numbers of an area and all below it; an empty range for an area the tree does not have."""
        return (self.number[code], self._end[self._areas.going_on_for(code)]) if code in self.number else (0, 0)

    def levels(self, code: str) -> Sequence[Level]:
        """From the area itself up to the whole tree, farther and farther away (``AreaTree.distance``)."""
        known = self._levels.get(code)
        if known is None:
            nearness = {kind.code: float(kind.nearness) for kind in self._areas.kinds}
            itself = Level(self.number[code], self.number[code] + 1, 0.0)
            above = [Level(*self.range(each), nearness[self._areas[each].kind]) for each in self._areas.ancestors(code)]
            known = self._levels[code] = [itself, *above]
        return known


@dataclass(frozen=True, slots=True)
class Group:
    """People who may serve a need as far as posts go, in the order of the areas they live in.

    ``rows`` of the index, ``homes`` by number, ``vetted``: whether one of the posts is.
    """

    rows: Rows
    homes: Rows
    vetted: Mask

    @classmethod
    def of(cls, rows: Rows, homes: Rows, vetted: Mask) -> Group:
        """In the order of the areas."""
        order = np.argsort(homes, kind="stable")
        return cls(rows[order], homes[order], vetted[order])

    def rings(self, levels: Sequence[Level], enough: int) -> Iterator[tuple[Rows, Numbers, float]]:
        """Places in the group, how far away each lives, and how far those of the next ring live, nearest ring first.

        The first ring is the nearest levels that together hold at most ``enough`` people, every other one level: so the
        whole of a small group is one ring, and a big one is looked at step by step.
        """
        edges = np.searchsorted(self.homes, [(level.first, level.end) for level in levels]).tolist()
        distances = [level.distance for level in levels] + [float("inf")]
        inner = max((at for at, (begin, end) in enumerate(edges) if end - begin <= enough), default=0)
        begin, end = edges[inner]
        away = np.empty(end - begin, np.float64)
        for at in range(inner, -1, -1):
            away[edges[at][0] - begin : edges[at][1] - begin] = distances[at]
        yield np.arange(begin, end, dtype=np.int32), away, distances[inner + 1]
        for at in range(inner + 1, len(levels)):
            (begin, end), (low, high) = edges[at], edges[at - 1]
            places = np.concatenate([np.arange(begin, low, dtype=np.int32), np.arange(high, end, dtype=np.int32)])
            yield places, np.full(len(places), distances[at]), distances[at + 1]
