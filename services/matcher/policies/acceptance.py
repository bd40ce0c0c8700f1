"""When an offer may be accepted and an assignment go on; each broken rule has its name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from shared.contracts.refusal import Conflict
from shared.contracts.words import Urgency

HAND_BACKS = 2
"""So many hand-backs of one leg bring it to the coordinator (mission.md, pairing rule 6)."""


class OfferState(StrEnum):
    """The life of an offer: ``open`` until it is answered, ``drawing`` from a yes until the best yes wins.

    ``standby``: a yes that did not get a place; who said it is asked first when one becomes free. ``countered``: "not
    then, but at another time", which the order's window does not allow. ``withdrawn``: no answer is needed any more.
    """

    OPEN = "open"
    DRAWING = "drawing"
    ACCEPTED = "accepted"
    STANDBY = "standby"
    DECLINED = "declined"
    COUNTERED = "countered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


ASKING = frozenset({OfferState.OPEN, OfferState.DRAWING})
"""Offers that may still become an assignment: they count against their volunteer's capacity."""


class Source(StrEnum):
    """How an offer came about: in a wave, again to somebody on standby, from the pool, by a unit's secretary."""

    WAVE = "wave"
    STANDBY = "standby"
    POOL = "pool"
    CALL_UP = "call_up"


class CallUpState(StrEnum):
    """The life of a call-up: ``open`` until the secretary names a member, lets it lapse, or nobody is needed."""

    OPEN = "open"
    NAMED = "named"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class LegState(StrEnum):
    """Whether a leg is still to be served."""

    OPEN = "open"
    COMPLETED = "completed"


class AssignmentState(StrEnum):
    """The life of an assignment; ``assigned`` and ``under_way`` are active and take a place of their leg.

    ``released``: ended by a coordinator, a cancellation or an amended window, for no fault of the volunteer's.
    """

    ASSIGNED = "assigned"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    HANDED_BACK = "handed_back"
    RELEASED = "released"


ACTIVE = frozenset({AssignmentState.ASSIGNED, AssignmentState.UNDER_WAY})


class HandBackReason(StrEnum):
    """Why a volunteer cannot, told at a decline or a hand-back; events carry these words and no others.

    ``window_changed``: the resident's doing. ``ill``, ``departed``: told once for everything they had, not for this
    one; ``suspended``, ``removed``: a coordinator stopped them. None of these five is told of one assignment.
    """

    NO_TIME = "no_time"
    UNWELL = "unwell"
    TOO_FAR = "too_far"
    NOT_MY_SKILL = "not_my_skill"
    RECUSAL = "recusal"
    NOBODY_HOME = "nobody_home"
    WINDOW_CHANGED = "window_changed"
    ILL = "ill"
    DEPARTED = "departed"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    OTHER = "other"

    @property
    def counts(self) -> bool:
        """Whether a hand-back with it is one of the two that bring a leg to the coordinator: not the resident's doing,
        not a recusal (回避), which is no refusal, not an illness that was told of and not a departure.
        """
        return self not in NOBODYS

    @classmethod
    def of(cls, told: str) -> HandBackReason:
        """The listed reason that was told, ``other`` for free words (which no event may carry)."""
        return cls(told) if told in set(cls) - UNTOLD else cls.OTHER


UNTOLD = frozenset(
    {
        HandBackReason.WINDOW_CHANGED,
        HandBackReason.ILL,
        HandBackReason.DEPARTED,
        HandBackReason.SUSPENDED,
        HandBackReason.REMOVED,
    }
)
"""What no volunteer tells of one assignment."""

NOBODYS = UNTOLD | {HandBackReason.RECUSAL}
"""Hand-backs that are nobody's doing, or a right: they count towards nothing."""


class OfferExpired(Conflict):
    """The offer's time was over, whether or not a clock has swept it yet."""

    title = "This offer has expired"


class OfferGone(Conflict):
    """The offer was answered or withdrawn."""

    title = "This offer is no longer open"


class CallUpOver(Conflict):
    """The call-up was answered, ran out, or is no longer needed."""

    title = "This call-up is over"


class NotForYou(Conflict):
    """Somebody may not serve this leg: another rule of eligibility says no."""

    title = "You cannot take this one"


class WindowPassed(Conflict):
    """A time proposed must lie ahead and be no longer than a day."""

    title = "Please propose a time that lies ahead"


class PlaceTaken(Conflict):
    """Somebody else has the last place of the leg."""

    title = "Somebody else has taken this; thank you"


class CapacityReached(Conflict):
    """The volunteer holds as many assignments as their capacity allows."""

    title = "No more assignments can be held at a time"


class WindowTaken(Conflict):
    """The window overlaps another assignment of the same volunteer."""

    title = "This overlaps another assignment"


class AlreadyAssigned(Conflict):
    """The volunteer has a place of this very leg."""

    title = "This volunteer has this assignment already"


class NotItsTurn(Conflict):
    """An earlier leg has to be served first."""

    title = "An earlier step comes first"


class HeldByVolunteer(Conflict):
    """A coordinator decides about what is on their desk; a volunteer holds this one."""

    title = "A volunteer holds this at the moment"


class AssignmentEnded(Conflict):
    """The assignment was completed, handed back or released."""

    title = "This assignment has ended"


class AlreadyStarted(Conflict):
    """The assignment is under way."""

    title = "This assignment is under way already"


class NotStarted(Conflict):
    """Only what was started can be completed."""

    title = "This assignment has not been started"


class LegServed(Conflict):
    """The leg was served already."""

    title = "This has been served already"


def late_yes(state: OfferState, expires_at: datetime, now: datetime, urgency: Urgency, *, staffed: bool) -> bool:
    """Whether a yes comes too late for a place and in time for standby: the offer was withdrawn because somebody else
    was better, its own time is not over, and the order is not an urgent one, where the first yes has settled it.
    """
    return state is OfferState.WITHDRAWN and staffed and now < expires_at and urgency is not Urgency.URGENT


def check_offer(state: OfferState, expires_at: datetime, now: datetime) -> None:
    """Raises ``OfferGone`` or ``OfferExpired`` unless the offer may be answered at ``now``."""
    if state is OfferState.EXPIRED or (state is OfferState.OPEN and now >= expires_at):
        raise OfferExpired
    if state is not OfferState.OPEN:
        raise OfferGone


def check_active(state: AssignmentState) -> None:
    """Raises ``AssignmentEnded`` unless the assignment is still the volunteer's."""
    if state not in ACTIVE:
        raise AssignmentEnded


def free_place(headcount: int, taken: Collection[int]) -> int | None:
    """The lowest place of a leg that nobody has, from 1; None when all are taken."""
    return next((place for place in range(1, headcount + 1) if place not in taken), None)
