"""The number a resident reads over the phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.intake.policies.references import ALPHABET, reference_of
from shared.community.definition import Community

DAY = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


@given(st.uuids(version=4))
def test_a_reference_has_no_letter_that_is_mistaken_for_another(order_id: object) -> None:
    """Six digits of the day, then eight characters without 0, O, 1, I, L and U."""
    assert re.fullmatch(r"261122-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", reference_of(str(order_id), DAY))


def test_the_alphabet_is_unambiguous() -> None:
    """Thirty characters, each once, none that sounds or looks like another."""
    assert 30 == len(set(ALPHABET)) == len(ALPHABET)
    assert set() == set(ALPHABET) & set("01OILU")


def test_the_day_is_the_residents_own(rules: Community) -> None:
    """Half past one at night in Shanghai is the next day there, whatever UTC says."""
    placed_at = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert "261123" == reference_of("some-order", rules.local(placed_at))[:6]


def test_the_reference_is_made_of_the_orders_id_alone() -> None:
    """The same order has the same number; ten thousand orders of a day have as many."""
    assert reference_of("order-1", DAY) == reference_of("order-1", DAY)
    assert 10_000 == len({reference_of(f"order-{number}", DAY) for number in range(10_000)})
