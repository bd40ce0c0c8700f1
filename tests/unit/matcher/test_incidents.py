"""Before whom a danger comes, and by when somebody has to answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.matcher.policies.incidents import Before, first_before, next_before
from shared.community.definition import Community

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
CLOCK, DAILY = timedelta(minutes=15), timedelta(days=1)
GRID, COMMUNITY = "maoling-east-g1", "maoling-east"


def test_a_danger_is_first_the_desks_coordinators_then_the_next_above(rules: Community) -> None:
    """Each has the clock of the definition."""
    first = first_before(rules.areas, GRID, NOW, CLOCK)
    following = next_before(rules.areas, first.area, NOW, CLOCK, DAILY)
    assert [Before(GRID, NOW + CLOCK), Before(COMMUNITY, NOW + CLOCK)] == [first, following]


def test_at_the_top_it_stays_and_comes_again_every_day(rules: Community) -> None:
    """Nobody is above."""
    top = rules.areas.root.code
    assert Before(top, NOW + DAILY) == next_before(rules.areas, top, NOW, CLOCK, DAILY)
