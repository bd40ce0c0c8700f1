"""Retries, subject patterns, and whose letterbox opens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier.access import NoLetterbox, letterbox_of
from services.notifier.commands import Recipient
from services.notifier.policies.retries import Retries
from services.notifier.policies.subjects import PatternInvalid, tokens_of
from shared.contracts.words import Role
from shared.identity.tokens import Caller

RETRIES = Retries(first=timedelta(seconds=1), longest=timedelta(minutes=1), most=4)


def test_the_pause_between_attempts_doubles_up_to_a_bound() -> None:
    """1, 2, 4 … seconds, and never longer than the longest, however many attempts there were."""
    assert [1, 2, 4, 8, 16, 32, 60, 60] == [RETRIES.pause(n).total_seconds() for n in range(1, 9)]
    assert timedelta(minutes=1) == RETRIES.pause(10_000)


def test_a_delivery_is_given_up_after_its_last_attempt() -> None:
    """Not before it."""
    assert [False, False, False, True] == [RETRIES.exhausted(n) for n in range(1, 5)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", {}),
        (">", {}),
        ("matcher", {"publisher": "matcher"}),
        ("matcher.>", {"publisher": "matcher"}),
        ("*.order_placed.v1.*.*", {"name": "order_placed", "major": "v1"}),
        (
            "intake.order_placed.v1.east.0197-abc",
            {
                "publisher": "intake",
                "name": "order_placed",
                "major": "v1",
                "community": "east",
                "about": "0197-abc",
            },
        ),
    ],
)
def test_a_pattern_fixes_the_tokens_it_names(pattern: str, expected: dict[str, str]) -> None:
    """``*`` is any one token, ``>`` all that follow, and a pattern that ends early goes on with anything."""
    assert expected == tokens_of(pattern)


@pytest.mark.parametrize(
    "pattern", ["a..b", ".", "a.>.b", "a b", "票", "a.b.c.d.e.f", "x.y.one", "%", "a.b.v1.c.d.>.>", "a.b.vvv"]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    """With a pointer to the field, for the problem's errors."""
    with pytest.raises(PatternInvalid) as refused:
        tokens_of(pattern)
    assert ["/subject"] == [error.pointer for error in refused.value.errors]


@pytest.mark.parametrize(
    ("caller", "owner"),
    [
        (Caller(Role.VOLUNTEER, "v-1"), Recipient(Role.VOLUNTEER, "v-1")),
        (Caller(Role.COORDINATOR, "c-1", "east-g1"), Recipient(Role.COORDINATOR, "east-g1")),
        (Caller(Role.RESIDENT, "0197-order"), Recipient(Role.RESIDENT, "0197-order")),
    ],
)
def test_a_letterbox_opens_to_its_owner(caller: Caller, owner: Recipient) -> None:
    """A coordinator's is that of their area: whoever holds the office reads it."""
    assert owner == letterbox_of(caller)


@pytest.mark.parametrize("caller", [Caller(Role.OPS, "ops"), Caller(Role.COORDINATOR, "c-1")])
def test_who_is_sent_no_notices_has_no_letterbox(caller: Caller) -> None:
    """Ops, and a coordinator of nowhere."""
    with pytest.raises(NoLetterbox):
        letterbox_of(caller)
