"""What makes an order acceptable: a known service and place, a possible time, somebody to reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.contracts.refusal import FieldError, Invalid
from shared.contracts.words import Urgency, Window

FURTHEST = timedelta(days=90)
LONGEST = timedelta(days=14)
_PHONE = re.compile(r"\+?[0-9]{5,15}")


class OrderInvalid(Invalid):
    """Something about the order cannot be; ``errors`` says which field and why."""

    title = "The order cannot be accepted like this"


@dataclass(frozen=True)
class Accepted:
    """An order that can be: its service, place and clocks; ``phone`` as dialled. ``due_at`` ends the dispatch clock."""

    service: Service
    area: str
    grid: str
    community: str | None
    urgency: Urgency
    due_at: datetime
    phone: str | None


def accept(
    rules: Community,
    *,
    service: str,
    area: str,
    urgency: Urgency | None,
    window: Window | None,
    phone: str | None,
    now: datetime,
) -> Accepted:
    """Judge what was asked. Raises ``OrderInvalid`` with every field that is wrong, not only the first."""
    errors: list[FieldError] = []
    known = rules.services_by_code.get(service)
    if known is None:
        errors.append(FieldError("/service", "there is no such service"))
    grid = rules.areas.grid_of(area) if area in rules.areas else None
    if area not in rules.areas:
        errors.append(FieldError("/area", "there is no such area"))
    elif grid is None:
        errors.append(FieldError("/area", "an order names a grid or a place in one"))
    errors += window_errors(window, now)
    dialled = normal_phone(phone) if phone else None
    if phone and dialled is None:
        errors.append(FieldError("/contact/phone", "this is not a phone number"))
    if errors or known is None or grid is None:
        raise OrderInvalid(errors=errors)
    chosen = urgency or known.urgency
    return Accepted(
        service=known,
        area=area,
        grid=grid,
        community=rules.areas.community_of(area),
        urgency=chosen,
        due_at=dispatch_due(rules, chosen, window, now),
        phone=dialled,
    )


def dispatch_due(rules: Community, urgency: Urgency, window: Window | None, now: datetime) -> datetime:
    """When somebody must have the order: the dispatch clock, never later than the end of the window."""
    due = now + rules.clocks.of(urgency).dispatch
    return min(due, window.to) if window is not None else due


def window_errors(window: Window | None, now: datetime) -> list[FieldError]:
    """What is wrong with a window, as seen at ``now``."""
    if window is None:
        return []
    if window.to <= now:
        return [FieldError("/window/to", "the window has passed")]
    if window.from_ > now + FURTHEST:
        return [FieldError("/window/from", "the window is more than 90 days ahead")]
    if window.to - window.from_ > LONGEST:
        return [FieldError("/window/to", "the window is longer than 14 days")]
    return []


def normal_phone(typed: str) -> str | None:
    """A phone number as dialled: digits, with ``+`` where it was typed; None when it is no phone number."""
    dialled = re.sub(r"[\s()\-.]", "", typed)
    return dialled if _PHONE.fullmatch(dialled) else None
