"""The visit code is the same on both pages, and only theirs."""

from __future__ import annotations

from shared.identity.visit_codes import VisitCodes

KEY = b"k" * 32


def test_two_services_with_one_key_say_the_same_code() -> None:
    """Four digits, the leading zeros too; they hang on the assignment and the key alone."""
    codes = [VisitCodes(KEY).of(f"assignment-{number}") for number in range(1000)]
    assert codes == [VisitCodes(KEY).of(f"assignment-{number}") for number in range(1000)]
    assert {4} == {len(code) for code in codes if code.isdecimal()}
    assert any(code.startswith("0") for code in codes)


def test_a_code_tells_nothing_of_another() -> None:
    """Assignments in a row, and other keys, have other codes."""
    codes = [VisitCodes(KEY).of(f"assignment-{number}") for number in range(1000)]
    assert len(set(codes)) > 900
    assert VisitCodes(b"j" * 32).of("assignment-1") != codes[1]
