"""What makes an order acceptable: each rule, several broken at once, and the clock that starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.commands import Party
from services.intake.policies.acceptance import Accepted, OrderInvalid, Wish, accept, normal_phone
from shared.community.definition import Community
from shared.contracts.words import Urgency, Window

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def window(start: float, end: float) -> Window:
    """A window in hours from now."""
    return Window(from_=NOW + timedelta(hours=start), to=NOW + timedelta(hours=end))


def judged(rules: Community, **changed: Any) -> Accepted:
    """An order that can be, with something changed."""
    asked: dict[str, Any] = {
        "service": "homework",
        "area": "east-g1-b1",
        "urgency": None,
        "window": None,
        "phone": None,
    }
    return accept(rules, Wish(**(asked | changed)), NOW)


def wrong(rules: Community, **changed: Any) -> list[tuple[str, str]]:
    """What is wrong with an order."""
    with pytest.raises(OrderInvalid) as refused:
        judged(rules, **changed)
    return [(error.pointer, error.detail) for error in refused.value.errors]


@pytest.mark.parametrize(
    ("changed", "pointer", "detail"),
    [
        ({"service": "rockets"}, "/service", "there is no such service"),
        ({"area": "moon"}, "/area", "there is no such area"),
        ({"area": "east"}, "/area", "an order names a grid or a place in one"),
        ({"area": "small"}, "/area", "an order names a grid or a place in one"),
        ({"window": window(-3, 0)}, "/window/to", "the window has passed"),
        ({"window": window(90 * 24 + 1, 90 * 24 + 2)}, "/window/from", "the window is more than 90 days ahead"),
        ({"window": window(1, 14 * 24 + 2)}, "/window/to", "the window is longer than 14 days"),
        ({"phone": "ask my daughter"}, "/contact/phone", "this is not a phone number"),
        ({"phone": "1234"}, "/contact/phone", "this is not a phone number"),
        ({"phone": "1" * 16}, "/contact/phone", "this is not a phone number"),
        ({"excluded": (Party(name="Wang"), Party(area="moon"))}, "/excluded/1/area", "there is no such area"),
        ({"excluded": (Party(phone="ask him"),)}, "/excluded/0/phone", "this is not a phone number"),
    ],
)
def test_each_rule_is_told_with_its_field(rules: Community, changed: dict[str, Any], pointer: str, detail: str) -> None:
    """One broken rule is one error at the field it is about."""
    assert [(pointer, detail)] == wrong(rules, **changed)


def test_everything_wrong_is_told_at_once(rules: Community) -> None:
    """Nobody has to send an order four times to learn of four errors."""
    told = wrong(rules, service="rockets", area="east", window=window(-3, -1), phone="none")
    assert ["/service", "/area", "/window/to", "/contact/phone"] == [pointer for pointer, _ in told]


@pytest.mark.parametrize("edge", [window(-1, 0.01), window(90 * 24, 90 * 24 + 1), window(0, 14 * 24)])
def test_the_edges_of_a_window_are_allowed(rules: Community, edge: Window) -> None:
    """A window that has begun, one in exactly 90 days and one of exactly 14 days can be."""
    assert "homework" == judged(rules, window=edge).service.code


def test_an_order_belongs_to_grid_and_community(rules: Community) -> None:
    """A building's order is its grid's, and its community's."""
    accepted = judged(rules)
    assert ("east-g1-b1", "east-g1", "east") == (accepted.area, accepted.grid, accepted.community)


@pytest.mark.parametrize(
    ("urgency", "minutes"), [(Urgency.URGENT, 30), (Urgency.NORMAL, 240), (Urgency.FLEXIBLE, 1440), (None, 240)]
)
def test_the_dispatch_clock_is_that_of_the_urgency(rules: Community, urgency: Urgency | None, minutes: int) -> None:
    """Clocks come from the definition; without an urgency the service's own holds."""
    assert NOW + timedelta(minutes=minutes) == judged(rules, urgency=urgency).due_at


def test_somebody_must_have_it_before_the_window_ends(rules: Community) -> None:
    """A window that ends before the dispatch clock ends the clock."""
    assert NOW + timedelta(hours=1) == judged(rules, window=window(0, 1)).due_at


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("138 0000 1111", "13800001111"),
        ("+86 (138) 0000-1111", "+8613800001111"),
        ("029.3332.1234", "02933321234"),
        ("12345", "12345"),
        ("１３８００００１１１１", None),
        ("138+0000", None),
        ("", None),
    ],
)
def test_a_phone_number_is_kept_as_dialled(typed: str, dialled: str | None) -> None:
    """Spaces and marks go; anything that cannot be dialled is none."""
    assert dialled == normal_phone(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 1111", "+8613800001111"),
        ("+86-138-0000-1111", "+8613800001111"),
        ("029 3333 4444", "02933334444"),
        (None, None),
    ],
)
def test_a_party_is_kept_with_one_spelling_of_a_number(rules: Community, typed: str | None, kept: str | None) -> None:
    """A mobile in E.164, as a roster has it, so that both sides make the same mark of it; a landline as dialled."""
    (party,) = judged(rules, excluded=(Party(name="Wang", phone=typed),)).parties
    assert kept == party.phone
