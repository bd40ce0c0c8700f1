"""docs/flows.md is the map of ``shared.contracts.flows``, for those who read before they run."""

from __future__ import annotations

from pathlib import Path

from shared.contracts.flows import EVENTS, SERVICES, consumers_of, durables_of, stream_of, subjects_heard
from shared.contracts.requests import REQUESTS

PAGE = Path(__file__).parents[2] / "docs" / "flows.md"


def _rows(heading: str) -> list[tuple[str, ...]]:
    """The rows of the table under a heading, without its head, backticks removed."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|")) for line in lines[2:]]


def test_the_page_names_every_event_with_its_consumers() -> None:
    """Each event of the contracts is there with who hears it, and no other."""
    expected = [(f"{event.publisher}.{event.name}.v{event.major}", ", ".join(consumers_of(event))) for event in EVENTS]
    assert _rows("Events") == expected


def test_the_page_names_every_durable_consumer() -> None:
    """Each durable is there with its stream and the number of subjects it filters."""
    expected = [
        (durable, service, stream_of(publisher), str(len(subjects_heard(service, publisher))))
        for service in SERVICES
        for durable, publisher in durables_of(service)
    ]
    assert _rows("Durable consumers") == expected


def test_the_page_names_every_request() -> None:
    """Each request of the contracts is there with who answers it, and no other."""
    assert _rows("Requests") == [(request.subject(), request.service) for request in REQUESTS]
