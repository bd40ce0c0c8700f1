"""Small cells of public figures are withheld, and as many others that none of them can be worked out from the rest.

Figures are counts over several dimensions at once, each a tree: an area is the sum of those below it, all services of
each, and so on. Whoever reads them may add and subtract as they like. A cell is safe when there is a way to change it
that leaves every published figure as it is: here, one order more in it and one less in a sibling, balanced in every
dimension. So with each small cell go its sibling in every dimension, their combinations, and whatever lies between
them and single leaves; all of those are then changed by the same balance, and nothing that is published is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

Cell = tuple[str, ...]
"""A node of each dimension, in the order of the dimensions."""

Path = tuple[str, ...]


class Dimension:
    """A tree of nodes by their parents; the one without a parent is the top."""

    def __init__(self, parents: Mapping[str, str | None]) -> None:
        self._below: dict[str, list[str]] = {node: [] for node in parents}
        for node, parent in parents.items():
            if parent is not None:
                self._below[parent].append(node)
        self._parents = dict(parents)
        self.nodes = self._parents
        (self.top,) = (node for node, parent in parents.items() if parent is None)

    def line(self, node: str) -> Path:
        """A node and all above it, itself first."""
        above: str | None = node
        found = []
        while above is not None:
            found.append(above)
            above = self._parents[above]
        return tuple(found)

    def below(self, node: str) -> list[str]:
        """Its children."""
        return self._below[node]

    def siblings(self, node: str) -> list[str]:
        """The others below the same parent."""
        parent = self._parents[node]
        return [other for other in self._below[parent] if other != node] if parent is not None else []

    def leaf_below(self, node: str) -> str:
        """Some leaf at or below a node."""
        while below := self._below[node]:
            node = below[0]
        return node

    def climb(self, node: str) -> str:
        """The nearest at or above a node that has siblings, else the top."""
        return next((above for above in self.line(node) if self.siblings(above)), self.top)


@dataclass(frozen=True)
class Figures:
    """Counts by cell (those that are not there are 0), and which cells may not be shown."""

    counts: Mapping[Cell, int]
    withheld: frozenset[Cell]

    def shown(self, cell: Cell) -> int | None:
        """A cell's count, None where it is withheld."""
        return None if cell in self.withheld else self.counts.get(cell, 0)


def withhold(
    orders: Mapping[Cell, int], dimensions: Sequence[Dimension], is_published: Callable[[Cell], bool], least: int
) -> Figures:
    """Add up counts of leaves into all published cells, and withhold what is smaller than ``least`` (but not nothing)
    together with what would give it away."""
    return _Withholding(orders, dimensions, is_published).figures(least)


class _Withholding:
    def __init__(
        self, orders: Mapping[Cell, int], dimensions: Sequence[Dimension], is_published: Callable[[Cell], bool]
    ) -> None:
        self._dimensions = dimensions
        self._is_published = is_published
        self._counts: dict[Cell, int] = {}
        self._example: dict[Cell, Cell] = {}
        for leaf, count in orders.items():
            for cell in product(*(one.line(node) for one, node in zip(dimensions, leaf, strict=True))):
                if is_published(cell):
                    self._counts[cell] = self._counts.get(cell, 0) + count
                    self._example.setdefault(cell, leaf)

    def figures(self, least: int) -> Figures:
        withheld: set[Cell] = set()
        small = [cell for cell, count in self._counts.items() if 0 < count < least]
        for cell in sorted(small, key=self._coarse_first):
            if cell not in withheld:  # else it has a balance already
                withheld.update(filter(self._is_published, product(*self._paths(cell))))
        return Figures(self._counts, frozenset(withheld))

    def _coarse_first(self, cell: Cell) -> tuple[int, int, Cell]:
        depth = sum(len(one.line(node)) for one, node in zip(self._dimensions, cell, strict=True))
        return depth, self._counts[cell], cell

    def _paths(self, cell: Cell) -> list[Path]:
        """In each dimension, the nodes whose combinations are withheld."""
        leaf = self._example[cell]
        return [self._path(place, cell, leaf[place]) for place in range(len(cell))]

    def _path(self, place: int, cell: Cell, leaf: str) -> Path:
        dimension = self._dimensions[place]
        end = dimension.climb(cell[place])
        path = _up_to(dimension.line(leaf), end)
        if end == dimension.top:
            return path
        at = (*cell[:place], end, *cell[place + 1 :])
        partner = min(dimension.siblings(end), key=lambda other: self._loss(at, place, other))
        example = self._example.get((*at[:place], partner, *at[place + 1 :]))
        other_leaf = example[place] if example else dimension.leaf_below(partner)
        return path + _up_to(dimension.line(other_leaf), partner)

    def _loss(self, cell: Cell, place: int, other: str) -> tuple[bool, int, str]:
        """What withholding a sibling costs: the fewest orders, but some: that nobody is there may be known."""
        count = self._counts.get((*cell[:place], other, *cell[place + 1 :]), 0)
        return count == 0, count, other


def _up_to(line: Path, end: str) -> Path:
    return line[: line.index(end) + 1]
