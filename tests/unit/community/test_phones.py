"""Mobile numbers in one form, and a range that rings nowhere."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.community.phones import NEVER_RINGS, mobile


@pytest.mark.parametrize(
    "written",
    [
        "15400000001",
        "154 0000 0001",
        "+86 154-0000-0001",
        "008615400000001",
        "+8615400000001",
        "１５４０００００００１",
    ],
)
def test_a_number_has_one_form_however_it_is_written(written: str) -> None:
    """Spaces, hyphens, country code and full-width digits make no difference."""
    assert "+8615400000001" == mobile(written)


@pytest.mark.parametrize(
    "written",
    ["", "110", "1540000000", "154000000011", "02981234567", "+12025550100", "1540000000A", "abc", "+", "1.54E+10",
     "15400000001 ext 5", "10012345678", "12000000000"],
)  # fmt: skip
def test_what_is_no_chinese_mobile_number_is_refused(written: str) -> None:
    """Too short, too long, a landline, a foreign number, letters; the message does not repeat it."""
    with pytest.raises(ValueError, match=r"^this is not a mobile number$"):
        mobile(written)


@given(rest=st.integers(0, 10**8 - 1))
def test_a_generated_number_looks_like_a_mobile_number_and_is_nobodys(rest: int) -> None:
    """The prefix is allotted to no network; should an update of the plan allot it, this fails and another is due."""
    written = f"{NEVER_RINGS}{rest:08}"
    number = phonenumbers.parse(written, "CN")
    assert phonenumbers.is_possible_number(number)
    assert not phonenumbers.is_valid_number(number)
    assert f"+86{written}" == mobile(written)


def test_a_number_of_an_allotted_prefix_is_taken() -> None:
    """The number that the library gives as its example of a Chinese mobile."""
    example = phonenumbers.example_number_for_type("CN", phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164) == mobile(written)
