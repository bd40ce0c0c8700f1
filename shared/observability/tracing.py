"""Traces that cross HTTP, database and broker as a W3C ``traceparent``.

Every process makes spans, so that logs and events of one order have one trace id. Where ``export_to`` was told no
address they are ids and nothing else; where it was, they leave in the background, from a bounded queue, so that a
collector that is away or slow costs spans and never an answer. Nothing personal is in a name or an attribute: routes,
events, channels, ids of things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

SERVER, CONSUMER, PRODUCER, CLIENT = SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.PRODUCER, SpanKind.CLIENT
INSIDE = SpanKind.INTERNAL
QUEUE, PAGE, PAUSE_MS = 4096, 512, 1000
"""So many spans wait at most, and leave so many at a time, so often."""

Value = str | int | bool | float
_IDS: Final = RandomIdGenerator()
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class _Tracing:
    """The tracer of this process, and whether its spans go anywhere."""

    def __init__(self) -> None:
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.tracer: Tracer = self.provider.get_tracer("paidan")
        self.exports = False

    def become(self, provider: TracerProvider) -> None:
        """Make spans by another provider, which exports them."""
        self.provider, self.tracer, self.exports = provider, provider.get_tracer("paidan"), True


_TRACING: Final = _Tracing()


def export_to(url: str, service: str, version: str, share: float = 1.0) -> None:
    """Send spans to a collector that speaks OTLP over HTTP (``http://…/v1/traces``), from this process on.

    ``share``: of traces that begin here; one that began elsewhere is followed as it was begun. Loaded only then.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the same

    told = Resource.create({"service.name": service, "service.version": version, "service.namespace": "paidan"})
    provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(share)), resource=told, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=url)
    provider.add_span_processor(BatchSpanProcessor(exporter, QUEUE, PAUSE_MS, PAGE))
    _TRACING.become(provider)


def stop() -> None:
    """Send what waits, as long as the collector takes it."""
    if _TRACING.exports:
        _TRACING.provider.shutdown()


@contextmanager
def span(
    name: str, traceparent: str = "", kind: SpanKind = INSIDE, attributes: Mapping[str, Value] | None = None
) -> Iterator[Span]:
    """Do something inside a span; ``traceparent`` continues another process's trace."""
    parent = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None
    if not _TRACING.exports:
        with trace.use_span(_unkept(parent), record_exception=False, set_status_on_exception=False) as unkept:
            yield unkept
        return
    with _TRACING.tracer.start_as_current_span(
        name, context=parent, kind=kind, attributes=attributes, record_exception=False
    ) as running:
        yield running


def _unkept(parent: Context | None) -> Span:
    """A span of which nothing but its ids will ever be asked; a collector that others have may follow it."""
    above = trace.get_current_span(parent).get_span_context()
    trace_id, flags = (above.trace_id, above.trace_flags) if above.is_valid else (_IDS.generate_trace_id(), _SAMPLED)
    context = SpanContext(trace_id, _IDS.generate_span_id(), is_remote=False, trace_flags=flags)
    return NonRecordingSpan(context)


@contextmanager
def detail(
    name: str, traceparent: str = "", kind: SpanKind = INSIDE, attributes: Mapping[str, Value] | None = None
) -> Iterator[None]:
    """A span that only an exported trace needs: nothing happens where nothing is exported, or outside of a trace."""
    if not _TRACING.exports or not (traceparent or trace.get_current_span().get_span_context().is_valid):
        yield
        return
    with span(name, traceparent, kind, attributes):
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
