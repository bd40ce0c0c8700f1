"""Volunteers cannot see or change a rating (mission.md, fairness): matcher's doors do not know the word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi"


def fields(service: str) -> set[str]:
    """Every field of every body and answer of a service."""
    return set(_fields(json.loads((OPENAPI / f"{service}.json").read_text(encoding="utf-8"))))


def _fields(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part.get("properties", {}) if isinstance(part.get("properties"), dict) else ()
        for inner in part.values():
            yield from _fields(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _fields(inner)


def test_no_door_of_volunteers_has_a_rating() -> None:
    """In nothing that matcher takes or answers; intake, which volunteers cannot enter, has it."""
    assert [False, True] == ["rating" in fields(service) for service in ("matcher", "intake")]
