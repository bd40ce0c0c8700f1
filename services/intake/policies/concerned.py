"""What each of those who are concerned in an order may do, and when two sides can meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum

from shared.contracts.refusal import Conflict, Invalid
from shared.contracts.words import OrderState, Part, Role, Window


class Right(StrEnum):
    """What somebody may do with an order that concerns them; whoever ordered may do everything but answer as a party.

    ``withdraw`` is leaving, where others stay. ``photos``: see what was done, which may be inside somebody's home.
    """

    EXPLAIN = "explain"
    WITHDRAW = "withdraw"
    REVIEW = "review"
    CONSENT = "consent"
    PHOTOS = "photos"


RIGHTS: Mapping[Part | None, Collection[Right]] = {
    None: frozenset({Right.EXPLAIN, Right.WITHDRAW, Right.REVIEW, Right.PHOTOS}),
    Part.JOINED: frozenset({Right.EXPLAIN, Right.WITHDRAW, Right.REVIEW}),
    Part.PERSON: frozenset({Right.EXPLAIN, Right.WITHDRAW, Right.REVIEW, Right.PHOTOS}),
    Part.PARTY: frozenset({Right.CONSENT, Right.REVIEW}),
}
"""By part; None is who ordered. What is not theirs does not exist for them."""

PARTY_HEARS = frozenset(
    {"leg_assigned", "leg_started", "leg_completed", "order_done", "order_reopened", "order_closed", "order_cancelled"}
)
"""What a party sees of the timeline: whether somebody comes, and how it stands. Never who ordered, nor why."""

_OF_DANGER = frozenset({"incident_reported", "incident_raised", "incident_answered"})


def hears_of_danger(what: str, by: str, *, reports: bool) -> bool:
    """Whether an entry of the timeline is shown to a resident, so far as it tells of a danger: only to who reported
    one (``reports``), and never that whoever serves reported one. It may be them who is feared.
    """
    return what not in _OF_DANGER or (reports and by != Role.VOLUNTEER)


class NoLongerConcerned(Conflict):
    """They withdrew from this order."""

    title = "You no longer take part in this order"


class NoVerdictYet(Conflict):
    """Only what was served can be judged."""

    title = "This order is not done yet"


class SameOrder(Invalid):
    """An order is not merged into itself."""

    title = "An order cannot be merged into itself"


class CalledUnderItsNumber(Conflict):
    """Only who ordered is called: under another order's number, somebody who reads no messages would hear nothing."""

    title = "Whoever ordered reads no messages and is called under this number: merge the other order into this one"


class NoOtherSide(Conflict):
    """The service is between a resident and whoever serves it: there is no other side to hear."""

    title = "This service has no other side"


def check_verdict(state: OrderState) -> None:
    """Raises ``NoVerdictYet`` unless the order was served, or has been closed."""
    if state not in {OrderState.DONE, OrderState.CLOSED}:
        raise NoVerdictYet


def meeting(one: Window | None, other: Window | None, least: timedelta) -> Window | None:
    """The time that suits both, where it is at least ``least``; no window is any time. None: there is none."""
    if one is None or other is None:
        return one or other
    starts, ends = max(one.from_, other.from_), min(one.to, other.to)
    return Window(from_=starts, to=ends) if ends - starts >= least else None
