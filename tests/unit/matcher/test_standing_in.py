"""Who may have whom stand in, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.matcher.models import StandIn
from services.matcher.policies.standing_in import (
    StandInNeedless,
    StandInOver,
    StandInTimes,
    StandInUnknown,
    check_fits,
    check_settable,
    check_times,
)
from shared.community.definition import Community
from shared.contracts.refusal import NotFound, Refusal
from tests.unit.matcher.people import NOW

GRID, COMMUNITY, OTHER = "maoling-east-g1", "maoling-east", "shanguang"
HOUR = timedelta(hours=1)


def made() -> StandIn:
    """From now on for an hour."""
    return StandIn(stand_in_id="s-1", area=GRID, coordinator_id="c-2", starts_at=NOW, ends_at=NOW + HOUR, set_by="c-1")


@pytest.mark.parametrize("mine", [GRID, COMMUNITY])
def test_the_coordinator_of_the_area_or_above_may_set_it(rules: Community, mine: str) -> None:
    """Nothing is raised."""
    assert None is check_settable(rules, GRID, mine)  # type: ignore[func-returns-value]  # raises or not


@pytest.mark.parametrize(("area", "mine"), [(COMMUNITY, GRID), (GRID, OTHER), ("nowhere", GRID)])
def test_elsewhere_and_above_there_is_nothing_to_set(rules: Community, area: str, mine: str) -> None:
    """What is not yours does not exist."""
    with pytest.raises(NotFound):
        check_settable(rules, area, mine)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("c-nobody", StandInUnknown), (f"c-{GRID}", StandInNeedless), (f"c-{COMMUNITY}", StandInNeedless)],
)
def test_somebody_else_who_is_known_stands_in(rules: Community, who: str, refusal: type[Refusal]) -> None:
    """Who answers for the area in any case is not needed."""
    with pytest.raises(refusal):
        check_fits(rules, GRID, who)


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1), (-2, -1), (-1, 0)])
def test_it_ends_after_it_starts_and_in_the_future(start: int, end: int) -> None:
    """Anything else would give no right at any time."""
    with pytest.raises(StandInTimes):
        check_times(NOW + start * HOUR, NOW + end * HOUR, NOW)


def test_it_is_ended_once_and_not_after_its_time() -> None:
    """The second time, and after the last minute, it is over."""
    one, late = made(), made()
    one.end(NOW)
    for stand_in, now in ((one, NOW), (late, NOW + HOUR)):
        with pytest.raises(StandInOver):
            stand_in.end(now)
    assert (NOW, None) == (one.ended_at, late.ended_at)
