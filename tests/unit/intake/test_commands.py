"""Request bodies: what is refused before any rule is asked."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.commands import AmendOrder, CancelOrder, Command, Party, PlaceOrder, ReviewOrder

PLACE: dict[str, Any] = {"service": "homework", "area": "east-g1", "contact": {"name": "李梅", "phone": "13800001111"}}


def placed(**changed: Any) -> dict[str, Any]:
    """A body that can be read, with something changed."""
    return {**PLACE, **changed}


def places_wrong(command: type[Command], body: dict[str, Any]) -> list[tuple[str | int, ...]]:
    """Where a body is wrong."""
    with pytest.raises(ValidationError) as refused:
        command.model_validate(body)
    return [error["loc"] for error in refused.value.errors()]


@pytest.mark.parametrize(
    ("command", "body"),
    [
        (PlaceOrder, PLACE),
        (AmendOrder, {"urgency": "urgent"}),
        (CancelOrder, {}),
        (ReviewOrder, {"outcome": "fixed"}),
    ],
)
@pytest.mark.parametrize("extra", ["state", "assigned_to", "role", "order_id", "version"])
def test_a_field_nobody_asked_for_is_refused(command: type[Command], body: dict[str, Any], extra: str) -> None:
    """Mass assignment ends at the door (security.md, case 4)."""
    assert body == command.model_validate(body).model_dump(mode="json", exclude_unset=True)
    assert [(extra,)] == places_wrong(command, {**body, extra: "x"})


@pytest.mark.parametrize("extra", [{"contact": {**PLACE["contact"], "id": 1}}, {"consent": {"health": True, "all": 1}}])
def test_extra_fields_are_refused_inside_as_well(extra: dict[str, Any]) -> None:
    """Nested objects are as strict."""
    assert 1 == len(places_wrong(PlaceOrder, placed(**extra)))


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x9b", "\u2028"])
def test_a_name_is_one_line(character: str) -> None:
    """Line breaks, ANSI and other control characters do not get into a name or a phone number."""
    name = {"name": f"李{character}梅", "phone": "13800001111"}
    phone = {"name": "李梅", "phone": f"138{character}00001111"}
    assert [("contact", "name")] == places_wrong(PlaceOrder, placed(contact=name))
    assert [("contact", "phone")] == places_wrong(PlaceOrder, placed(contact=phone))
    assert [("on_behalf_of",)] == places_wrong(PlaceOrder, placed(on_behalf_of=f"妈{character}妈"))


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x9b", "\b"])
def test_free_text_has_lines_but_no_control_characters(character: str) -> None:
    """Details, comments and reasons may have lines and tabs, nothing a terminal would obey."""
    text = f"one{character}two"
    assert [("details",)] == places_wrong(PlaceOrder, placed(details=text))
    assert [("details",)] == places_wrong(AmendOrder, {"details": text})
    assert [("reason",)] == places_wrong(CancelOrder, {"reason": text})
    assert [("comment",)] == places_wrong(ReviewOrder, {"outcome": "fixed", "comment": text})


def test_the_lines_a_browser_sends_are_taken() -> None:
    """A form's text area ends its lines with CR LF; they are kept as line feeds."""
    body = placed(details="  third floor\r\nno lift\rring twice\t!  ")
    assert "third floor\nno lift\nring twice\t!" == PlaceOrder.model_validate(body).details


@pytest.mark.parametrize(("field", "most"), [("details", 2000), ("on_behalf_of", 80), ("service", 64), ("area", 64)])
def test_texts_have_a_longest_length(field: str, most: int) -> None:
    """One character more than the most is refused."""
    assert "x" * most == getattr(PlaceOrder.model_validate(placed(**{field: "x" * most})), field)
    assert [(field,)] == places_wrong(PlaceOrder, placed(**{field: "x" * (most + 1)}))


@pytest.mark.parametrize(("field", "most"), [("name", 80), ("phone", 32)])
def test_a_contact_is_neither_empty_nor_endless(field: str, most: int) -> None:
    """Ten thousand characters are no name, and neither are blanks."""
    for told in ("x" * (most + 1), "x" * 10_000, "", "   "):
        assert [("contact", field)] == places_wrong(PlaceOrder, placed(contact={**PLACE["contact"], field: told}))


@pytest.mark.parametrize("code", ["", "Homework", "home work", "a.b", "*", "a/../b", "家"])
def test_codes_are_tokens_of_a_subject(code: str) -> None:
    """A service or an area that could not be a NATS token is refused."""
    assert [("service",)] == places_wrong(PlaceOrder, placed(service=code))


def test_at_most_twenty_are_excluded() -> None:
    """A list has an end."""
    assert [("excluded",)] == places_wrong(PlaceOrder, placed(excluded=["east-g1"] * 21))


@pytest.mark.parametrize("body", [{}, {"window": None}, {"window": None, "urgency": None, "details": None}])
def test_an_amendment_amends(body: dict[str, Any]) -> None:
    """A body that changes nothing is refused, so that no event tells of nothing."""
    assert [()] == places_wrong(AmendOrder, body)


@pytest.mark.parametrize("details", ["", "   ", "\r\n"])
def test_an_amendment_does_not_empty_the_words(details: str) -> None:
    """New words are words."""
    assert [("details",)] == places_wrong(AmendOrder, {"details": details})


@pytest.mark.parametrize("rating", [0, 6, -1, 3.5, "many"])
def test_a_rating_is_one_to_five(rating: object) -> None:
    """Nothing else is a rating."""
    assert [("rating",)] == places_wrong(ReviewOrder, {"outcome": "fixed", "rating": rating})


@pytest.mark.parametrize("outcome", ["no_reply", "withdrawn"])
def test_a_verdict_is_about_the_service(outcome: str) -> None:
    """Outcomes that are no verdict cannot be given as one."""
    assert [()] == places_wrong(ReviewOrder, {"outcome": outcome})


@pytest.mark.parametrize(
    "times",
    [
        ("2026-11-22T19:00:00+08:00", "2026-11-22T18:00:00+08:00"),
        ("2026-11-22T19:00:00+08:00", "2026-11-22T11:00:00Z"),
        ("2026-11-22T19:00:00", "2026-11-22T20:00:00"),
    ],
)
def test_a_window_has_a_zone_and_ends_after_it_starts(times: tuple[str, str]) -> None:
    """Two instants with their zones, the first before the second."""
    assert {"window"} == {
        place[0] for place in places_wrong(PlaceOrder, placed(window=dict(zip(("from", "to"), times, strict=True))))
    }


def test_an_area_and_a_party_are_excluded_alike() -> None:
    """A plain code is the party of that area, and is written as it came; a party says who it is."""
    order = PlaceOrder.model_validate(placed(excluded=["east-g1-b1", {"area": "east-g2"}, {"name": "  Wang  "}]))
    expected = (Party(area="east-g1-b1"), Party(area="east-g2"), Party(name="Wang"))
    assert expected == order.excluded
    written = order.model_dump(mode="json", exclude_none=True)["excluded"]
    assert ["east-g1-b1", "east-g2", {"name": "Wang"}] == written


@pytest.mark.parametrize(
    ("party", "place"),
    [
        ({}, ()),
        ({"name": ""}, ("name",)),
        ({"name": "x" * 81}, ("name",)),
        ({"phone": "1\n2"}, ("phone",)),
        ({"area": "Not A Code"}, ("area",)),
        ("Not A Code", ("area",)),
        ({"name": "Wang", "role": "husband"}, ("role",)),
        (7, ()),
    ],
    ids=str,
)
def test_a_party_that_says_nothing_or_too_much_is_refused(party: Any, place: tuple[str, ...]) -> None:
    """One of name, phone and area is needed, each as at the resident's own contact, and nothing else."""
    assert [("excluded", 0, *place)] == places_wrong(PlaceOrder, placed(excluded=[party]))
