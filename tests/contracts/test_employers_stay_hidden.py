"""A volunteer's employer is as private as a resident's phone (mission.md): the few places that name one are these."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from services.notifier.policies.asking import INSTEAD, shown
from shared.contracts.flows import EVENTS

ROOT = Path(__file__).parents[2]
OF_WORK = re.compile(r"(^|_)(unit|units|employer|hidden|workplace)($|_)")
TABLES = {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv; charset=utf-8"}


def document(service: str) -> dict[str, Any]:
    """What a service serves as its outside."""
    found: dict[str, Any] = json.loads((ROOT / f"docs/openapi/{service}.json").read_text(encoding="utf-8"))
    return found


def test_answers_name_an_employer_to_oneself_and_to_who_vets_a_claim() -> None:
    """One's own card and offers, a secretary's call-up, a claim to be vetted (never a hidden one), the county's roster;
    what is sent names them too. Residents' and ops' doors have no word for it.
    """
    told = {
        (shape, field)
        for service in ("intake", "matcher", "notifier")
        for shape, schema in document(service)["components"]["schemas"].items()
        for field in schema.get("properties", {})
        if OF_WORK.search(field)
    }
    mine = {("MeView", "unit"), ("MeView", "unit_name"), ("OfferView", "unit"), ("CallUpView", "unit")}
    sent = {("CallUpUnit", "unit"), ("Register", "unit")}
    assert mine | sent | {("WaitingClaimView", "unit_name"), ("RosterView", "units")} == told


def test_events_that_name_one_are_not_shown_with_it() -> None:
    """Whoever watches the events would read for whom somebody works."""
    naming = {event.name for event in EVENTS if any(OF_WORK.search(field) for field in event.model_fields)}
    seen = {name: shown(name, {"unit": "u-1", "volunteer_id": "v-1"})["unit"] for name in naming}
    assert {"offer_made": INSTEAD, "call_up_made": INSTEAD} == seen


def test_one_door_gives_a_table_out_and_one_place_writes_it() -> None:
    """The roster, to the county alone; there every cell that a spreadsheet would compute is a text."""
    doors = {
        (service, path)
        for service in ("intake", "matcher", "notifier")
        for path, verbs in document(service)["paths"].items()
        for verb in verbs.values()
        if TABLES & set(verb.get("responses", {}).get("200", {}).get("content", {}))
    }
    writers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\b(csv\.(Dict)?[wW]riter|Workbook)\(", path.read_text(encoding="utf-8"))
    }
    rules = (ROOT / "docs/access.md").read_text(encoding="utf-8")
    assert ({("matcher", "/api/roster")}, {"shared/community/roster_writing.py"}) == (doors, writers)
    assert "| `GET /api/roster` | coordinator of the whole community | the whole community |" in rules
