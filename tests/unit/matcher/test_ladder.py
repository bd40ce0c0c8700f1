"""The ladder and the deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.matcher.policies.deadlines import amended_due, is_faster, offer_expiry, service_due
from services.matcher.policies.ladder import Cause, Rung, TopOfLadder, climb, rung_above, rung_of
from shared.community.definition import Community
from shared.contracts.words import Urgency, Window
from tests.unit.matcher.people import GRID, NOW

HOUR = timedelta(hours=1)
WINDOW = Window(from_=NOW + HOUR, to=NOW + 3 * HOUR)
PAST = Window(from_=NOW - 3 * HOUR, to=NOW - HOUR)


@pytest.mark.parametrize("area", [GRID, f"{GRID}-b01"])
def test_the_grids_coordinator_holds_what_is_in_the_grid(rules: Community, area: str) -> None:
    """The nearest coordinator at or above."""
    assert Rung(GRID, "grid") == rung_of(rules.areas, area)


def test_an_order_climbs_tier_by_tier_and_stays_at_the_top_overdue(rules: Community) -> None:
    """Grid → community → sub-district → county, and then again and again the county."""
    area, path = GRID, []
    for _ in range(5):
        rung, cause = climb(rules.areas, area)
        area = rung.area
        path.append((rung.tier, cause))
    expected = [
        ("community", Cause.CLOCK),
        ("subdistrict", Cause.CLOCK),
        ("county", Cause.CLOCK),
        ("county", Cause.OVERDUE),
        ("county", Cause.OVERDUE),
    ]
    assert expected == path


def test_nobody_is_above_the_top(rules: Community) -> None:
    """The county's coordinator cannot pass it up."""
    assert Rung("maoling-east", "community") == rung_above(rules.areas, GRID)
    with pytest.raises(TopOfLadder):
        rung_above(rules.areas, rules.areas.root.code)


def test_serving_is_due_at_the_end_of_the_window_else_by_the_service_clock() -> None:
    """A window that is over already leaves the service clock."""
    expected = [WINDOW.to, NOW + 2 * HOUR, NOW + 2 * HOUR]
    assert expected == [service_due(window, NOW, 2 * HOUR) for window in (WINDOW, None, PAST)]


@pytest.mark.parametrize(
    ("offer", "due", "window", "expected"),
    [(1, 4, None, 1), (5, 4, None, 4), (5, 4, WINDOW, 3), (1, 4, WINDOW, 1)],
)
def test_an_offer_never_outlives_the_due_time_or_the_window(
    offer: int, due: int, window: Window | None, expected: int
) -> None:
    """Hours from now, whichever ends first."""
    assert NOW + expected * HOUR == offer_expiry(NOW, offer * HOUR, NOW + due * HOUR, window)


@pytest.mark.parametrize(("faster", "afresh", "expected"), [(False, 4, 4), (True, 4, 2), (False, 1, 1), (True, 1, 1)])
def test_an_amended_order_starts_its_dispatch_clock_afresh(faster: bool, afresh: int, expected: int) -> None:
    """It was due in two hours; more urgent never means later."""
    assert NOW + expected * HOUR == amended_due(NOW + 2 * HOUR, NOW + afresh * HOUR, faster=faster)


def test_urgent_is_faster_than_normal_is_faster_than_flexible() -> None:
    """Every pair of urgencies."""
    order = [Urgency.FLEXIBLE, Urgency.NORMAL, Urgency.URGENT]
    found = [is_faster(one, other) for one in order for other in order]
    assert [False, False, False, True, False, False, True, True, False] == found
