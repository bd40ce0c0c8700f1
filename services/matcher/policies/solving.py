"""Orders that wait together are paired together, at the least total cost (pairing rule 4); exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from types import MappingProxyType

_ABOVE_ZERO = 1.0
"""The sparse solver takes an edge of weight zero for none."""

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
    graph = _Graph(room)
    for one in wanted:
        graph.add(one)
    chosen: list[list[tuple[float, str]]] = [[] for _ in wanted]
    for leg, volunteer, cost in graph.matched():
        chosen[leg].append((cost, volunteer))
    return [[volunteer for _, volunteer in sorted(found)] for found in chosen]


@dataclass(frozen=True, slots=True)
class _Ask:
    leg: int
    volunteer: str
    cost: float


class _Graph:
    """Rows are places, columns the turns a person has in the batch; each place has a column of its own that stands
    for staying unasked, so every row finds one.

    Where a leg has several places and a person several turns, the two could meet twice. Between them stands a gate:
    a column through which one place enters, and a row that then takes one of the person's turns, else the gate
    itself.
    """

    def __init__(self, room: Mapping[str, int]) -> None:
        self._room = room
        self._edges: list[tuple[int, int, float, _Ask | None]] = []
        self._turns: dict[str, range] = {}
        self._legs = self._rows = self._columns = 0

    def add(self, one: Wanted) -> None:
        """One leg with all its places."""
        places = range(self._rows, self._rows + one.places)
        self._rows += one.places
        for row in places:
            self._edge(row, self._new_columns(1)[0], one.stake)
        for volunteer, cost in one.candidates:
            if cost < one.stake:
                self._ask(places, _Ask(self._legs, volunteer, cost))
        self._legs += 1

    def _ask(self, places: range, ask: _Ask) -> None:
        turns = self._turns.get(ask.volunteer)
        if turns is None:
            turns = self._turns[ask.volunteer] = self._new_columns(self._room.get(ask.volunteer, 1))
        if len(places) == 1 or len(turns) == 1:
            entries: Sequence[int] = turns
        else:
            entries = self._new_columns(1)
            for column in (entries[0], *turns):
                self._edge(self._rows, column, 0.0)
            self._rows += 1
        for row in places:
            for column in entries:
                self._edge(row, column, ask.cost, ask)

    def _new_columns(self, count: int) -> range:
        self._columns += count
        return range(self._columns - count, self._columns)

    def _edge(self, row: int, column: int, cost: float, ask: _Ask | None = None) -> None:
        self._edges.append((row, column, cost, ask))

    def matched(self) -> Iterator[tuple[int, str, float]]:
        """Who is asked about which leg at what cost.

        Every row is matched once, so that adding the same to every edge changes nothing but the sum.
        """
        from scipy.sparse import csr_array  # noqa: PLC0415 - takes long to load, and most batches need none of it
        from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415 - the same

        rows, columns, costs, _ = zip(*self._edges, strict=True)
        shift = _ABOVE_ZERO - min(costs)
        weights = [cost + shift for cost in costs]
        graph = csr_array((weights, (rows, columns)), shape=(self._rows, self._columns))
        pairs = set(zip(*(side.tolist() for side in min_weight_full_bipartite_matching(graph)), strict=True))
        for row, column, _, ask in self._edges:
            if ask is not None and (row, column) in pairs:
                yield ask.leg, ask.volunteer, ask.cost
