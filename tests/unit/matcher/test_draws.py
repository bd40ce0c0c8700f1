"""Within the draw window the best yes wins, not the first tap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.draws import Yes, winners

GOOD, BETTER, BEST = Yes("o-1", 3.0, asked=True), Yes("o-2", 2.0, asked=True), Yes("o-3", 1.0, asked=True)
FROM_POOL = Yes("o-4", 0.5, asked=False)

yeses = st.lists(
    st.builds(Yes, st.integers(0, 99).map(str), st.integers(0, 5).map(float), st.booleans()),
    max_size=8,
    unique_by=lambda yes: yes.offer_id,
)
costs = st.lists(st.integers(0, 5).map(float), max_size=8)


@pytest.mark.parametrize(
    ("expected", "yes", "open_costs", "places", "over"),
    [
        ([], [GOOD], [1.0], 1, False),  # somebody better may still say yes
        ([GOOD], [GOOD], [4.0], 1, False),  # nobody who may still answer is better
        ([GOOD], [GOOD], [1.0], 2, False),  # there is a place for the better one too
        ([BEST, BETTER], [GOOD, BETTER, BEST], [9.0], 2, False),
        ([BEST], [GOOD, BETTER, BEST], [1.5, 1.5], 2, False),  # the second place is still open to others
        ([], [GOOD], [3.0], 1, False),  # an equal may still say yes
        ([], [FROM_POOL], [], 1, False),  # others may still ask
        ([], [FROM_POOL, BEST], [], 1, False),  # the pool's is the better one, and waits
        ([BEST], [FROM_POOL, BEST], [], 2, False),
        ([GOOD], [GOOD], [1.0], 1, True),  # who has not answered by the end has lost
        ([FROM_POOL, BEST], [GOOD, BETTER, BEST, FROM_POOL], [], 2, True),
        ([], [GOOD], [], 0, True),
    ],
)
def test_who_wins_and_when(
    expected: list[Yes], yes: list[Yes], open_costs: list[float], places: int, over: bool
) -> None:
    """A place is given once nobody can beat the yes, and to the cheapest at the end."""
    assert expected == winners(yes, open_costs, places, over=over)


@given(yeses, costs, st.integers(0, 4))
def test_an_early_winner_wins_whatever_the_others_answer(yes: list[Yes], open_costs: list[float], places: int) -> None:
    """Even if everybody who was asked says yes, who won early is among the winners at the end."""
    late = [Yes(f"late-{number}", cost, asked=True) for number, cost in enumerate(open_costs)]
    early = winners(yes, open_costs, places, over=False)
    assert set(early) <= set(winners([*yes, *late], [], places, over=True))


@given(yeses, costs, st.integers(0, 4))
def test_at_the_end_the_cheapest_have_the_places(yes: list[Yes], open_costs: list[float], places: int) -> None:
    """As many as there are places, nobody left out who is cheaper, and the order of the yeses does not matter."""
    won = winners(yes, open_costs, places, over=True)
    assert sorted(one.cost for one in yes)[:places] == [one.cost for one in won]
    assert won == winners(yes[::-1], open_costs, places, over=True)
