"""Traces that cross HTTP, database and broker as a W3C ``traceparent``.

The provider is the process's own and exports nothing by itself; an exporter may be added to ``PROVIDER``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

PROVIDER = TracerProvider(shutdown_on_exit=False)
_TRACER = PROVIDER.get_tracer("paidan")
_PROPAGATOR = TraceContextTextMapPropagator()


@contextmanager
def span(name: str, traceparent: str = "") -> Iterator[None]:
    """Do something inside a span; ``traceparent`` continues another process's trace."""
    parent = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None
    with _TRACER.start_as_current_span(name, context=parent, record_exception=False):
        yield


def current_traceparent() -> str:
    """The running span as a ``traceparent``, empty outside of one."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent", "")


def trace_id() -> str:
    """The running trace's id (32 hex digits), empty outside of a span."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""
