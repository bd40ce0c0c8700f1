"""Offers and assignments: what may still happen to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.models import Assignment, Leg, Offer
from services.matcher.policies.acceptance import (
    AlreadyStarted,
    AssignmentEnded,
    HandBackReason,
    LegServed,
    NotStarted,
    OfferExpired,
    OfferGone,
    OfferState,
    free_place,
)
from shared.contracts.refusal import Conflict
from tests.unit.matcher.people import NOW

MINUTE = timedelta(minutes=1)


def offer(**changed: Any) -> Offer:
    """An open offer with half an hour left."""
    ordinary: dict[str, Any] = {
        "offer_id": "f-1",
        "leg_id": "l-1",
        "order_id": "o-1",
        "wave_id": "w-1",
        "volunteer_id": "v-1",
        "made_at": NOW,
        "expires_at": NOW + 30 * MINUTE,
    }
    return Offer(**(ordinary | changed))


def assignment() -> Assignment:
    """An assignment that was just accepted."""
    return Assignment(
        assignment_id="a-1",
        leg_id="l-1",
        order_id="o-1",
        volunteer_id="v-1",
        place=1,
        by="offer",
        assigned_at=NOW,
    )


@pytest.mark.parametrize(
    ("state", "minutes", "refusal"),
    [
        (OfferState.OPEN, 30, OfferExpired),
        (OfferState.OPEN, 31, OfferExpired),
        (OfferState.EXPIRED, 1, OfferExpired),
        (OfferState.ACCEPTED, 1, OfferGone),
        (OfferState.DECLINED, 1, OfferGone),
        (OfferState.WITHDRAWN, 40, OfferGone),
    ],
)
def test_an_offer_is_answered_once_and_in_time(state: OfferState, minutes: int, refusal: type[Conflict]) -> None:
    """Its end counts, whether or not a clock has swept it."""
    for answer in (Offer.accept, lambda one, now: one.decline(now, None)):
        made = offer(state=state.value)
        with pytest.raises(refusal):
            answer(made, NOW + minutes * MINUTE)
        assert state.value == made.state


def test_an_answer_in_the_last_moment_counts() -> None:
    """The end itself is too late, a moment before is not."""
    made = offer()
    made.accept(NOW + 30 * MINUTE - timedelta(microseconds=1))
    assert ("accepted", NOW + 30 * MINUTE - timedelta(microseconds=1)) == (made.state, made.answered_at)


def test_an_assignment_is_started_then_completed() -> None:
    """The minutes are those since the start when none are told."""
    held = assignment()
    held.start(NOW + 10 * MINUTE)
    assert (35, "completed", b"sealed") == (held.complete(NOW + 45 * MINUTE, b"sealed", None), held.state, held.report)


@pytest.mark.parametrize(("told", "after", "expected"), [(50, 10, 50), (None, 0, 1), (None, 3 * 24 * 60, 24 * 60)])
def test_minutes_told_win_and_others_stay_within_a_day(told: int | None, after: int, expected: int) -> None:
    """Somebody who forgets to press the button does not serve for three days."""
    held = assignment()
    held.start(NOW)
    assert expected == held.complete(NOW + after * MINUTE, b"", told)


def test_what_was_not_started_cannot_be_completed() -> None:
    """First on the way, then done."""
    with pytest.raises(NotStarted):
        assignment().complete(NOW, b"", None)


def test_an_assignment_starts_once() -> None:
    """A second tap is refused, and the first start stays."""
    held = assignment()
    held.start(NOW)
    with pytest.raises(AlreadyStarted):
        held.start(NOW + MINUTE)
    assert NOW == held.started_at


VERBS: tuple[Callable[[Assignment], object], ...] = (
    lambda one: one.start(NOW),
    lambda one: one.complete(NOW, b"", None),
    lambda one: one.hand_back(NOW, HandBackReason.NO_TIME, None),
    lambda one: one.release(NOW),
)


@pytest.mark.parametrize("state", ["completed", "handed_back", "released"])
def test_what_has_ended_stays_ended(state: str) -> None:
    """No verb moves an assignment that is over."""
    for verb in VERBS:
        held = assignment()
        held.state = state
        with pytest.raises(AssignmentEnded):
            verb(held)


def test_a_leg_is_resolved_once() -> None:
    """The report of whoever was first stays."""
    leg = Leg(leg_id="l-1", order_id="o-1", position=1, round=1, post=None, headcount=1)
    leg.resolve("c-1", b"one")
    with pytest.raises(LegServed):
        leg.resolve("c-2", b"two")
    assert ("completed", "c-1", b"one") == (leg.state, leg.resolved_by, leg.report)


@given(st.integers(1, 8), st.sets(st.integers(1, 8)))
def test_the_lowest_free_place_is_taken(headcount: int, taken: set[int]) -> None:
    """Against the naive model; a full leg has none."""
    free = sorted(set(range(1, headcount + 1)) - taken)
    assert (free[0] if free else None) == free_place(headcount, taken)


@pytest.mark.parametrize(
    ("told", "expected"), [("unwell", HandBackReason.UNWELL), ("Mrs Wang shouted at me", HandBackReason.OTHER)]
)
def test_free_words_never_become_a_code(told: str, expected: HandBackReason) -> None:
    """An event carries a listed word only."""
    assert expected is HandBackReason.of(told)
