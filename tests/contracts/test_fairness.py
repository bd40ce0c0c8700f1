"""Fairness on the outermost surface: what no answer and no event has a field for (mission.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
OF_THE_PAIRING = ("declin", "refus", "score", "weight", "cost", "parts", "habit", "chance", "acceptance")
"""Words of how somebody answered, and of what the pairing makes of it."""
PERSONAL = {"name", "phone", "address", "details", "contact", "text", "words", "email", "home", "employer", "excluded"}


def schemas(kind: str, service: str) -> dict[str, Any]:
    """The shapes of a document."""
    found: dict[str, Any] = json.loads((DOCS / kind / f"{service}.json").read_text(encoding="utf-8"))
    return found["components"]["schemas"]  # type: ignore[no-any-return]


def fields(kind: str, service: str, shape: str) -> set[str]:
    """The fields of one shape."""
    return set(schemas(kind, service)[shape].get("properties", {}))


def test_no_door_of_matcher_gives_out_what_the_pairing_thinks() -> None:
    """Coordinators, units and colleagues read neither who said no nor what anybody counts; a volunteer reads what
    spoke for their own offer (PIPL 24).
    """
    own = {("OfferView", "parts")}
    told = {
        (shape, name)
        for shape in schemas("openapi", "matcher")
        for name in fields("openapi", "matcher", shape)
        if any(word in name for word in OF_THE_PAIRING)
    }
    assert own == told


@pytest.mark.parametrize("event", ["OfferDeclined", "OfferCountered", "OfferExpired"])
def test_an_answer_to_an_offer_is_told_without_its_person(event: str) -> None:
    """Neither who, nor why."""
    assert set() == fields("asyncapi", "matcher", event) & {"volunteer_id", "reason", "unit", "recipient"}


def test_an_open_leg_has_no_words_and_no_address() -> None:
    """The pool and what may be the same matter show a service and a grid: nobody who looks learns who asked."""
    shown = {
        ("matcher", "PoolLegView"): PERSONAL | {"on_behalf_of", "building"},
        ("intake", "SimilarView"): PERSONAL | {"reference", "order_id"},
    }
    assert {} == {shape: found for shape, hidden in shown.items() if (found := fields("openapi", *shape) & hidden)}
