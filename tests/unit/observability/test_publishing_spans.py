"""The spans of a page of events: each in its own event's trace, and none where an event has no trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from nats.js.api import PubAck
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.messaging.outbox import Kept
from shared.messaging.publishing import Publishing
from shared.observability import tracing

TRACES = {"o-1": "0af7651916cd43dd8448eb211c80319c", "o-3": "4bf92f3577b34da6a3ce929d0e0e4736"}


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Spans as a collector would get them."""
    exporter, kept = InMemorySpanExporter(), tracing._Tracing()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    kept.become(provider)
    monkeypatch.setattr(tracing, "_TRACING", kept)
    yield exporter
    provider.shutdown()


class Bus:
    """Takes whatever is published."""

    @property
    def js(self) -> Bus:
        """JetStream is the same."""
        return self

    async def publish(self, *_: Any, **__: Any) -> PubAck:
        """Stored."""
        return PubAck(stream="INTAKE", seq=1)


def row(about: str) -> Kept:
    """An event of an order; one has no trace."""
    trace = TRACES.get(about)
    return Kept(
        position=1,
        event_id=f"e-{about}",
        subject=f"intake.order_amended.v1.c1.{about}",
        type="paidan.intake.order_amended.v1",
        about=about,
        time=datetime.now(UTC),
        traceparent=f"00-{trace}-b7ad6b7169203331-01" if trace else "",
        body="{}",
    )


async def test_an_event_without_a_trace_takes_no_neighbours(exported: InMemorySpanExporter) -> None:
    """What is published together is told of apart."""
    await Publishing("intake", Bus()).put([row("o-1"), row("o-2"), row("o-3")])  # type: ignore[arg-type]  # as small as it can be
    told = [format(span.context.trace_id, "032x") for span in exported.get_finished_spans() if span.context is not None]
    assert sorted(TRACES.values()) == sorted(told)
