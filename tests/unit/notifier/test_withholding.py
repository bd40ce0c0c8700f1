"""Small cells of public figures are withheld so that no arithmetic brings them back."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.policies.withholding import Cell, Dimension, Figures, withhold

LEAST = 5
AREA = Dimension({"county": None, "north": "county", "south": "county", "n1": "north", "n2": "north", "s1": "south"})
SERVICE = Dimension({"all": None, "repair": "all", "moving": "all"})
MONTH = Dimension({"ever": None, "2026-10": "ever", "2026-11": "ever"})
ALL = (AREA, SERVICE, MONTH)
LEAVES: list[Cell] = list(product(("n1", "n2", "s1"), ("repair", "moving"), ("2026-10", "2026-11")))


def everything(_cell: Cell) -> bool:
    """Every combination is published."""
    return True


def rank(rows: list[list[Fraction]]) -> int:
    """The rank of a matrix, exactly."""
    rows, found = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(found, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for n in range(found + 1, len(rows)):
            if factor := rows[n][column] / rows[found][column]:
                rows[n] = [one - factor * other for one, other in zip(rows[n], rows[found], strict=True)]
        found += 1
    return found


def row_of(cell: Cell) -> list[Fraction]:
    """A cell as a sum of leaves."""
    lines = [[one.line(node) for one, node in zip(ALL, leaf, strict=True)] for leaf in LEAVES]
    return [Fraction(all(node in line for node, line in zip(cell, of, strict=True))) for of in lines]


def computable(figures: Figures) -> list[Cell]:
    """The withheld cells that sums and differences of the published ones give."""
    cells = list(product(*({node for leaf in of for node in one.line(leaf)} for one, of in _of_each())))
    known = [row_of(cell) for cell in cells if figures.shown(cell) is not None]
    base = rank(known)
    return [cell for cell in cells if figures.shown(cell) is None and rank([*known, row_of(cell)]) == base]


def _of_each() -> list[tuple[Dimension, list[str]]]:
    return [(one, [leaf[place] for leaf in LEAVES]) for place, one in enumerate(ALL)]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 12), min_size=len(LEAVES), max_size=len(LEAVES)))
def test_no_withheld_cell_can_be_worked_out(counts: list[int]) -> None:
    """Over area, service and month: whatever is added or subtracted, and no small cell is shown."""
    orders: dict[Cell, int] = {leaf: count for leaf, count in zip(LEAVES, counts, strict=True) if count}
    figures = withhold(orders, ALL, everything, LEAST)
    assert [] == computable(figures)
    shown = [figures.shown(cell) for cell in figures.counts]
    assert all(count is None or count >= LEAST for count in shown)


def test_withholding_small_cells_alone_would_be_seen_through() -> None:
    """The check can fail: a total less its siblings gives the small one."""
    orders = dict.fromkeys(LEAVES, 9) | {LEAVES[0]: 2}
    whole = withhold(orders, ALL, everything, LEAST)
    alone = Figures(whole.counts, frozenset({LEAVES[0]}))
    assert [LEAVES[0]] == computable(alone)
    assert [] == computable(whole)


def test_large_figures_are_all_shown() -> None:
    """Nothing small, nothing withheld; nothing at all is no small cell."""
    orders = dict.fromkeys(LEAVES[:-1], 7)
    figures = withhold(orders, ALL, everything, LEAST)
    assert frozenset() == figures.withheld
    assert (7 * (len(LEAVES) - 1), 0) == (figures.shown(("county", "all", "ever")), figures.shown(LEAVES[-1]))


def test_as_little_as_possible_goes_with_a_small_cell() -> None:
    """One of two areas' months is small: two areas, two services, two months; the totals stay."""
    orders = dict.fromkeys(LEAVES, 9) | {("n1", "repair", "2026-10"): 2}
    figures = withhold(orders, ALL, everything, LEAST)
    assert set(product(("n1", "n2"), ("repair", "moving"), ("2026-10", "2026-11"))) == figures.withheld


@pytest.mark.parametrize("count", [1, LEAST - 1])
def test_a_community_with_hardly_an_order_shows_nothing(count: int) -> None:
    """Where everything is small, so is the total."""
    figures = withhold({LEAVES[0]: count}, ALL, everything, LEAST)
    assert figures.shown(("county", "all", "ever")) is None
    assert [] == computable(figures)
