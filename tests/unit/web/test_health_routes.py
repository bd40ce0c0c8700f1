"""What operators and the supervisor ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from fastapi import FastAPI
from prometheus_client.openmetrics import parser

from shared.contracts.refusal import Unavailable
from shared.web.health import health_routes
from tests.unit.web.conftest import make_teahouse, visitor

OPENMETRICS: Any = parser  # its functions carry no types


async def _there() -> None:
    return


async def _away() -> None:
    raise ConnectionError("postgres://user:secret@host")


async def _hanging() -> None:
    await asyncio.Event().wait()


async def _ask(checks: dict[str, Callable[[], Awaitable[object]]]) -> httpx2.Response:
    app = FastAPI()
    app.include_router(health_routes(checks, seconds=0.05))
    async with visitor(app) as client:
        return await client.get("/readyz")


async def test_a_service_with_all_it_needs_is_ready() -> None:
    """200 with every check."""
    answer = await _ask({"database": _there, "broker": _there})
    assert (200, {"database": "ok", "broker": "ok"}) == (answer.status_code, answer.json()["checks"])


async def test_what_is_missing_is_named_and_hides_its_secrets() -> None:
    """503 with the names of what failed or hung, all checked at once, and no message of theirs."""
    answer = await _ask({"database": _there, "broker": _away, "consumers": _hanging})
    assert 503 == answer.status_code
    assert ["broker", "consumers"] == answer.json()["failing"]
    assert {"database": "ok", "broker": "failed", "consumers": "timed out"} == answer.json()["checks"]
    assert "secret" not in answer.text


async def test_a_part_that_knows_what_it_lacks_says_so() -> None:
    """The durable is named: it is what somebody has to look at."""

    async def lost() -> None:
        raise Unavailable("the broker has no durable matcher_from_intake")

    answer = await _ask({"broker": lost})
    assert {"broker": "failed: the broker has no durable matcher_from_intake"} == answer.json()["checks"]


async def test_the_process_lives_while_it_is_not_ready() -> None:
    """/healthz looks at nothing else: a restart would not bring the broker back."""
    async with visitor(make_teahouse(checks={"broker": _away})) as client:
        assert [503, 200] == [(await client.get(path)).status_code for path in ("/readyz", "/healthz")]


async def test_requests_are_counted_by_route_and_never_by_path(client: httpx2.AsyncClient) -> None:
    """Labels are templates, known methods and statuses, so that no reference or probe becomes a series."""
    await client.get("/api/tea/secret-reference")
    await client.get("/api/probe/secret-path")
    await client.request("BREW", "/api/tea/secret-reference")
    plain = await client.get("/metrics", headers={"accept": "*/*"})
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    answer = await client.get("/metrics", headers={"accept": "application/openmetrics-text;version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "secret" not in answer.text
    samples = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"])
        for family in OPENMETRICS.text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "paidan_http_requests_total"
    }
    expected = {
        ("GET", "/api/tea/{reference}", "200"),
        ("GET", "unmatched", "404"),
        ("OTHER", "/api/tea/{reference}", "405"),
    }
    assert expected <= samples


async def test_the_documents_of_the_apis_are_served_without_foreign_scripts() -> None:
    """OpenAPI and AsyncAPI as JSON; no page that loads from elsewhere."""
    async with visitor(make_teahouse(asyncapi=lambda: {"asyncapi": "3.0.0"})) as client:
        statuses = {path: (await client.get(path)).status_code for path in ("/openapi.json", "/docs", "/redoc")}
        asyncapi = await client.get("/asyncapi.json")
    assert {"/openapi.json": 200, "/docs": 404, "/redoc": 404} == statuses
    assert {"asyncapi": "3.0.0"} == asyncapi.json()


async def test_a_request_continues_the_trace_it_came_with(client: httpx2.AsyncClient) -> None:
    """The trace of ``traceparent`` is the one a problem names."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/api/raise/conflict", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert trace == answer.json()["trace_id"]
