"""What everybody sees of a name and a number who did not ask for the whole."""

from __future__ import annotations

import pytest

from services.intake.policies.masking import masked_name, masked_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+8613800001234", "138****1234"),
        ("008613800001234", "138****1234"),
        ("02988776655", "029****6655"),
        ("87654321", "******21"),
        ("110", "*10"),
        ("", ""),
    ],
)
def test_a_number_shows_where_it_begins_and_ends(number: str, shown: str) -> None:
    """Three in front and four behind of a mobile; of a short number the last two alone."""
    assert shown == masked_phone(number)


@pytest.mark.parametrize(("name", "shown"), [("李梅", "李**"), ("欧阳小红", "欧**"), ("", "")])
def test_a_name_shows_its_first_character_whatever_its_length(name: str, shown: str) -> None:
    """Its length tells nothing either."""
    assert shown == masked_name(name)
