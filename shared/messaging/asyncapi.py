"""The AsyncAPI 3.0 document of a service, made from its consumers and the events it publishes."""

from __future__ import annotations

from typing import Any

from faststream.specification import AsyncAPI

from shared.contracts.flows import EVENTS
from shared.messaging.bus import Bus


def describe(bus: Bus, version: str) -> dict[str, Any]:
    """What a service hears and publishes, as a JSON document. Connects to nothing."""
    broker = bus.make_broker()
    for event in EVENTS:
        if event.publisher == bus.service:
            broker.publisher(
                f"{event.publisher}.{event.name}.v{event.major}.*.*",
                title=event.type(),
                description=event.__doc__,
                schema=event,
            )
    document = AsyncAPI(broker, title=f"paidan {bus.service}", version=version, schema_version="3.0.0")
    return document.to_specification().to_jsonable()  # type: ignore[no-any-return]  # untyped upstream
