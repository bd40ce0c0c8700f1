"""What needs presence in person: the resident comes to the counter, in its hours of opening, by appointment."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.community.opening import is_open, openings
from shared.contracts.refusal import FieldError, Invalid
from shared.contracts.words import Window


class ComeInPerson(Invalid):
    """Nobody can do it for the resident; ``appointments`` has times at which the counter is open."""

    title = "This needs you in person; please choose a time at the counter"


def appointments(rules: Community, service: Service, grid: str, now: datetime) -> list[Window]:
    """The next times at which somebody of a grid can come for a service; none where it does not need presence, or no
    counter answers for the grid: then a coordinator agrees on a time with them.
    """
    counter = rules.counter_of(grid) if service.in_person else None
    if counter is None or counter.hours is None:
        return []
    least = timedelta(minutes=service.duration_minutes)
    return openings(counter.hours, rules.local_time, now, counter.appointments, least)


def check_presence(
    rules: Community, service: Service, grid: str, window: Window | None, now: datetime, *, for_another: bool = False
) -> None:
    """Raises ``ComeInPerson`` unless who orders comes themself, at a time at which the counter is open."""
    counter = rules.counter_of(grid) if service.in_person else None
    errors = []
    if service.in_person and for_another:
        errors.append(FieldError("/on_behalf_of", "whom it is for has to come in person and order it themself"))
    if counter is not None and counter.hours is not None:
        if window is None:
            errors.append(FieldError("/window", "please choose a time at which the counter is open"))
        elif not is_open(counter.hours, rules.local_time, window):
            errors.append(FieldError("/window", "the counter is not open then"))
    if errors:
        times = appointments(rules, service, grid, now)
        told = [{"from": one.from_.isoformat(), "to": one.to.isoformat()} for one in times]
        raise ComeInPerson(errors=errors, members={"appointments": told})
