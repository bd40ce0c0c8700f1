"""Traces that cross process borders as a traceparent."""

from __future__ import annotations

from shared.observability.tracing import current_traceparent, span, trace_id

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_span_continues_the_trace_it_is_given() -> None:
    """The trace id of the other process goes on, under a new span id."""
    with span("hear", PARENT):
        assert "0af7651916cd43dd8448eb211c80319c" == trace_id()
        assert current_traceparent().startswith("00-0af7651916cd43dd8448eb211c80319c-")
        assert PARENT != current_traceparent()


def test_there_is_no_trace_outside_of_a_span() -> None:
    """Nothing is invented where nothing is traced."""
    assert "" == trace_id()
    assert "" == current_traceparent()


def test_a_malformed_parent_starts_a_trace_of_its_own() -> None:
    """A forged header can neither break a span nor choose its trace."""
    with span("hear", "00-nonsense"):
        assert 32 == len(trace_id())


def test_an_inner_span_belongs_to_the_outer_trace() -> None:
    """Spans nest within one process."""
    with span("outer"):
        outer = trace_id()
        with span("inner"):
            assert outer == trace_id()
