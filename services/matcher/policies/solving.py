"""Orders that wait together are paired together, at the least total cost (pairing rule 4); exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

_ABOVE_ZERO = 1.0
"""The sparse solver takes an edge of weight zero for none."""

_NO_ASK = -1
_Numbers = NDArray[np.int64]
_UNLIMITED: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One leg of the batch: how many to ask (``places``), what leaving one of these unasked costs (``stake``), and
    whom to ask at what cost. Nobody is named twice.
    """

    leg_id: str
    places: int
    stake: float
    candidates: Sequence[tuple[str, float]]


def pair(wanted: Sequence[Wanted], room: Mapping[str, int] = _UNLIMITED) -> list[list[str]]:
    """Whom to ask about each leg, the cheapest first.

    A volunteer is asked at most ``room`` times in the batch (once where it says nothing) and never twice about one
    leg. The sum of what is asked and what stays unasked is the least there is.
    """
    cheapest = [_cheapest(one) for one in wanted]
    asks = Counter(volunteer for chosen in cheapest for volunteer, _ in chosen)
    if all(count <= room.get(volunteer, 1) for volunteer, count in asks.items()):
        return [[volunteer for volunteer, _ in chosen] for chosen in cheapest]  # nobody is wanted too often
    return _solved(wanted, room)


def _cheapest(one: Wanted) -> list[tuple[str, float]]:
    worth = [(volunteer, cost) for volunteer, cost in one.candidates if cost < one.stake]
    return nsmallest(one.places, worth, key=lambda pair: (pair[1], pair[0]))


def _solved(wanted: Sequence[Wanted], room: Mapping[str, int]) -> list[list[str]]:
    """By a matching of least weight on a sparse graph (scipy's LAPJVsp, after Jonker and Volgenant 1987)."""
    asks = _Asks.of(wanted, room)
    chosen: list[list[tuple[float, str]]] = [[] for _ in wanted]
    for ask in asks.matched():
        chosen[asks.leg[ask]].append((float(asks.cost[ask]), asks.names[ask]))
    return [[volunteer for _, volunteer in sorted(found)] for found in chosen]


class _Asks:
    """Every ask that is worth its cost, as columns of numbers, and the graph they make.

    Rows are places, columns the turns a person has in the batch; each place has a column of its own that stands for
    staying unasked, so every row finds one.

    Where a leg has several places and a person several turns, the two could meet twice. Between them stands a gate:
    a column through which one place enters, and a row that then takes one of the person's turns, else the gate
    itself.
    """

    def __init__(
        self, wanted: Sequence[Wanted], asks: Sequence[tuple[int, str, float]], turns: Mapping[str, int]
    ) -> None:
        """``asks``: number of the leg, whom, at what cost; ``turns``: how often each may be asked."""
        self.leg, self.names = [leg for leg, _, _ in asks], [name for _, name, _ in asks]
        self.cost = np.array([cost for _, _, cost in asks])
        self._places = np.array([one.places for one in wanted])
        self._stakes = np.repeat([one.stake for one in wanted], self._places)
        self._turns = np.array(list(turns.values()), np.int64)
        number = {name: place for place, name in enumerate(turns)}
        self._person = np.array([number[name] for name in self.names], np.int64)

    @classmethod
    def of(cls, wanted: Sequence[Wanted], room: Mapping[str, int]) -> Self:
        """What a batch comes to."""
        asks = [
            (leg, volunteer, cost)
            for leg, one in enumerate(wanted)
            for volunteer, cost in one.candidates
            if one.places and cost < one.stake and room.get(volunteer, 1)
        ]
        return cls(wanted, asks, {volunteer: room.get(volunteer, 1) for _, volunteer, _ in asks})

    def matched(self) -> list[int]:
        """The asks that are made."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - takes long to load, and most batches need none of it
        from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415 - the same

        edges = self._edges()
        # every row is matched once, so that adding the same to every edge changes nothing but the sum
        weights = edges.cost + (_ABOVE_ZERO - edges.cost.min())
        shape = int(edges.row.max()) + 1, int(edges.column.max()) + 1
        rows, columns = min_weight_full_bipartite_matching(csr_array((weights, (edges.row, edges.column)), shape=shape))
        taken = np.full(shape[0], -1)
        taken[rows] = columns
        made = edges.ask[taken[edges.row] == edges.column]
        return [ask for ask in made.tolist() if ask != _NO_ASK]

    def _edges(self) -> _Edges:
        places, turns = self._places[self.leg], self._turns[self._person]
        first_place, first_turn = _starts(self._places)[self.leg], _starts(self._turns)[self._person]
        gated = (places > 1) & (turns > 1)
        count, all_turns = int(self._places.sum()), int(self._turns.sum())
        unasked = _Edges(np.arange(count), all_turns + np.arange(count), self._stakes, np.full(count, _NO_ASK))
        plain = np.flatnonzero(~gated)
        times, each = _spread(np.maximum(places[plain], turns[plain]))
        ask = plain[times]
        row = first_place[ask] + np.where(places[ask] > 1, each, 0)
        column = first_turn[ask] + np.where(turns[ask] > 1, each, 0)
        found = [unasked, _Edges(row, column, self.cost[ask], ask)]
        through = np.flatnonzero(gated)
        gate_row, gate_column = count + np.arange(len(through)), all_turns + count + np.arange(len(through))
        times, each = _spread(places[through])
        entering = through[times]
        found.append(_Edges(first_place[entering] + each, gate_column[times], self.cost[entering], entering))
        found.append(_free(gate_row, gate_column))
        times, each = _spread(turns[through])
        found.append(_free(gate_row[times], first_turn[through][times] + each))
        return _Edges(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


class _Edges(NamedTuple):
    """Edges of the graph, a column each; ``ask``: which ask an edge makes, ``_NO_ASK`` for none."""

    row: _Numbers
    column: _Numbers
    cost: NDArray[np.float64]
    ask: _Numbers


def _free(row: _Numbers, column: _Numbers) -> _Edges:
    """Edges that cost nothing and ask nobody."""
    return _Edges(row, column, np.zeros(len(row)), np.full(len(row), _NO_ASK))


def _starts(counts: _Numbers) -> _Numbers:
    """Where each begins, when so many of each lie in a row."""
    return np.cumsum(counts) - counts


def _spread(counts: _Numbers) -> tuple[_Numbers, _Numbers]:
    """So many of each in a row: which it is, and the how-manyth of its kind."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - _starts(counts)[which]
