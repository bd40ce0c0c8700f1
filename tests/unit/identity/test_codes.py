"""One-time codes: good once, for a while, for who asked; bounded in attempts and in number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.refusal import Refusal
from shared.identity.codes import (
    CodeColumns,
    CodeDead,
    CodeLimits,
    CodeNotAccepted,
    Codes,
    CodesAsked,
    TooManyCodes,
    hash_of_claim,
    new_claim,
)

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
CODES = Codes(b"k" * 32)
LIMITS = CodeLimits()
CLAIM = "the claim of one browser"


def asked(code: str | None = "123456") -> CodeColumns:
    """A code that was asked for now."""
    made = CODES.print_of(CLAIM, code) if code else None
    return CodeColumns(
        claim_hash=hash_of_claim(CLAIM), phone_print="phone", address_print="address", code_print=made, asked_at=NOW
    )


def enter(row: CodeColumns, code: str = "123456", *, phone: str = "phone", after: float = 0) -> type[Refusal] | None:
    """What a code is refused with, ``after`` minutes; None where it is accepted."""
    try:
        row.enter(phone, CODES.print_of(CLAIM, code), NOW + timedelta(minutes=after), LIMITS)
    except Refusal as refusal:
        return type(refusal)
    return None


def test_a_code_is_six_digits_and_its_print_another_for_each_claim() -> None:
    """Neither the table nor another claim gives it away."""
    code = CODES.new()
    assert (6, True) == (len(code), code.isdecimal())
    prints = {CODES.print_of("a", code), CODES.print_of("b", code), Codes(b"z" * 32).print_of("a", code)}
    assert 3 == len(prints)
    assert new_claim() != new_claim()


def test_a_code_is_good_once() -> None:
    """The second time it is not, and its print is gone."""
    row = asked()
    assert [None, CodeNotAccepted] == [enter(row), enter(row)]
    assert row.code_print is None


@pytest.mark.parametrize(("minutes", "expected"), [(9.99, None), (10, CodeNotAccepted), (60, CodeNotAccepted)])
def test_a_code_lives_ten_minutes(minutes: float, expected: type[Refusal] | None) -> None:
    """At the tenth it is over."""
    assert expected is enter(asked(), after=minutes)


def test_five_attempts_and_the_code_is_dead() -> None:
    """The sixth is too many, also with the right code."""
    row = asked()
    assert [*[CodeNotAccepted] * 5, CodeDead, CodeDead] == [enter(row, code) for code in ["000000"] * 6 + ["123456"]]


def test_the_fifth_attempt_may_be_right() -> None:
    """Four mistakes are forgiven."""
    row = asked()
    assert [*[CodeNotAccepted] * 4, None] == [enter(row, code) for code in ["000000"] * 4 + ["123456"]]


def test_another_phone_is_not_shown_by_this_code() -> None:
    """The code of one phone opens no other, and trying counts."""
    row = asked()
    assert CodeNotAccepted is enter(row, phone="another")
    assert 1 == row.attempts


def test_a_phone_that_no_code_was_made_for_is_refused_alike() -> None:
    """As often, and in the same words."""
    row = asked(None)
    assert [*[CodeNotAccepted] * 5, CodeDead] == [enter(row) for _ in range(6)]


@pytest.mark.parametrize(
    "limits",
    [CodeLimits(per_phone=2), CodeLimits(per_address=2), CodeLimits(in_all=2)],
    ids=["phone", "address", "in all"],
)
def test_the_third_is_one_too_many(limits: CodeLimits) -> None:
    """Each bound holds by itself, and what was refused is not counted."""
    counted = CodesAsked()
    counted.add("p", "a", limits)
    counted.add("p", "a", limits)
    with pytest.raises(TooManyCodes):
        counted.add("p", "a", limits)
    assert 2 == counted.in_all


def test_who_stays_within_the_bounds_is_not_harmed_by_others() -> None:
    """Another phone from another address is its own."""
    limits, counted = CodeLimits(per_phone=1, per_address=1), CodesAsked()
    counted.add("p", "a", limits)
    counted.add("q", "b", limits)
    assert 2 == counted.in_all
