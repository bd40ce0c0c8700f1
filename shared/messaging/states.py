"""How the streams and their consumers stand, as the broker tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.flows import DEAD_LETTERS, SERVICES, stream_of
from shared.contracts.refusal import Unavailable
from shared.messaging.bus import Bus
from shared.messaging.published import Seen


@dataclass(frozen=True)
class ConsumerState:
    """One durable: ``pending`` messages not delivered yet, ``ack_pending`` delivered and not acknowledged."""

    name: str
    pending: int
    ack_pending: int
    redelivered: int


@dataclass(frozen=True)
class StreamState:
    """One stream. ``last_sequence`` counts every message it ever had; ``oldest_at`` is wall time, None when empty."""

    name: str
    messages: int
    bytes: int
    last_sequence: int
    oldest_at: datetime | None
    consumers: tuple[ConsumerState, ...]


async def stream_states(bus: Bus) -> tuple[StreamState, ...]:
    """Every declared stream with its consumers. Raises ``Unavailable``, naming what is not there."""
    return tuple([await _stream(bus, stream_of(source)) for source in (*SERVICES, DEAD_LETTERS)])


async def see_stream(bus: Bus, name: str) -> Seen:
    """Which stream this is and where it ends. Raises ``Unavailable`` when it is not there."""
    info = await _ask(bus, f"$JS.API.STREAM.INFO.{name}", name)
    return Seen(name, info["created"], info["state"]["last_seq"])


async def _stream(bus: Bus, name: str) -> StreamState:
    info = await _ask(bus, f"$JS.API.STREAM.INFO.{name}", name)
    consumers = await _ask(bus, f"$JS.API.CONSUMER.LIST.{name}", name)
    state = info["state"]
    return StreamState(
        name=name,
        messages=state["messages"],
        bytes=state["bytes"],
        last_sequence=state["last_seq"],
        oldest_at=datetime.fromisoformat(state["first_ts"]) if state["messages"] else None,
        consumers=tuple(sorted(map(_consumer, consumers["consumers"] or ()), key=lambda one: one.name)),
    )


def _consumer(told: dict[str, Any]) -> ConsumerState:
    return ConsumerState(told["name"], told["num_pending"], told["num_ack_pending"], told["num_redelivered"])


async def _ask(bus: Bus, subject: str, stream: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await bus.ask(subject))
    if "error" in answer:
        raise Unavailable(f"the broker has no stream {stream}")
    return answer
