"""Until when: due times and the life of an offer, all in domain time and aware."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.contracts.words import Urgency, Window

_FIRST_LOOK = datetime(1970, 1, 1, tzinfo=UTC)

_HASTE = {Urgency.FLEXIBLE: 0, Urgency.NORMAL: 1, Urgency.URGENT: 2}


def is_faster(urgency: Urgency, before: Urgency) -> bool:
    """Whether an order was made more urgent."""
    return _HASTE[urgency] > _HASTE[before]


def service_due(window: Window | None, now: datetime, service: timedelta) -> datetime:
    """When a volunteer's serving is due: at the end of the window, else by the service clock.

    A window that is over already (a coordinator assigns late) leaves the service clock.
    """
    return window.to if window is not None and window.to > now else now + service


def offer_expiry(now: datetime, offer: timedelta, due_at: datetime, window: Window | None) -> datetime:
    """The end of an offer's life: its clock, never after the order's due time or the end of its window."""
    ends = [now + offer, due_at] + ([window.to] if window is not None else [])
    return min(ends)


def amended_due(due_at: datetime, afresh: datetime, *, faster: bool) -> datetime:
    """The dispatch clock of an order whose urgency or window was changed: it starts afresh with the change, but an
    order made more urgent (``faster``) never gains time by it.
    """
    return min(afresh, due_at) if faster else afresh


def next_look(now: datetime, pause: timedelta) -> datetime:
    """When to look again for people: at whole multiples of the pause, the same for all who wait, so that they are
    looked at, and paired, together.
    """
    return _FIRST_LOOK + pause * ((now - _FIRST_LOOK) // pause + 1)
