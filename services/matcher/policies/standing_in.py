"""Who may act for an absent coordinator, and when that is set."""

from __future__ import annotations

from datetime import datetime

from shared.community.definition import Community
from shared.contracts.refusal import Conflict, FieldError, Invalid, NotFound


class StandInOver(Conflict):
    """Its time is over, or somebody ended it."""

    title = "This stand-in has ended already"


class StandInUnknown(Invalid):
    """The definition has no coordinator of that id."""

    title = "There is no such coordinator"


class StandInNeedless(Invalid):
    """The coordinator answers for this area in any case: it is theirs, or lies below theirs."""

    title = "This coordinator answers for this area already"


class StandInTimes(Invalid):
    """It has to end after it starts, and later than now."""

    title = "The stand-in must end after it starts, and in the future"


def check_settable(rules: Community, area: str, mine: str) -> None:
    """The coordinator of the area, or one above it, sets a stand-in. ``NotFound`` for an area that is elsewhere or has
    no coordinator of its own: there is nobody to stand in for.
    """
    if area not in rules.ladder.by_area or not rules.areas.at_or_below(area, mine):
        raise NotFound


def check_fits(rules: Community, area: str, coordinator_id: str) -> None:
    """Raises ``StandInUnknown`` and ``StandInNeedless``."""
    coordinator = rules.ladder.by_id.get(coordinator_id)
    if coordinator is None:
        raise StandInUnknown(errors=[FieldError("/coordinator", StandInUnknown.title)])
    if rules.areas.at_or_below(area, coordinator.area):
        raise StandInNeedless(errors=[FieldError("/coordinator", StandInNeedless.title)])


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises ``StandInTimes``."""
    if ends_at <= max(starts_at, now):
        raise StandInTimes(errors=[FieldError("/to", StandInTimes.title)])
