"""``paidan flows``: the map of the whole system, event → consumers, as ``shared.contracts.flows`` has it."""

from __future__ import annotations

import typer

from shared.contracts.flows import EVENTS, consumers_of

_NOBODY = "-"


def flows() -> None:
    """Print every event and the consumers that hear it."""
    for line in table():
        typer.echo(line)


def table() -> list[str]:
    """A line for each event: its subject's first three tokens, then its consumers, aligned in columns."""
    events = [f"{event.publisher}.{event.name}.v{event.major}" for event in EVENTS]
    consumers = [", ".join(consumers_of(event)) or _NOBODY for event in EVENTS]
    width = max(len("event"), *map(len, events))
    rows = [("event", "consumers"), *zip(events, consumers, strict=True)]
    return [f"{event:<{width}}  {heard}" for event, heard in rows]
