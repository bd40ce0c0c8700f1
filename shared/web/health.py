"""What operators and the supervisor ask: does it live, is it ready, what are its numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse
from prometheus_client import REGISTRY, CollectorRegistry, exposition
from pydantic import BaseModel

from shared.contracts.refusal import Unavailable
from shared.persistence.admission import Admission
from shared.web.rules import ANYBODY, under

log = structlog.get_logger()

_EXPOSITION: Any = exposition  # its functions carry no types

CHECK_SECONDS = 2.0

Check = Callable[[], Awaitable[object]]
"""Looks at one thing the service needs; raises when it is not there. What it answers does not matter."""


class Standing(BaseModel):
    """What readiness answers. ``checks``: ``ok``, ``failed`` or ``timed out`` by name."""

    status: Literal["ready", "not ready"]
    failing: list[str]
    checks: dict[str, str]
    warnings: list[str]


_STANDS: dict[str, Any] = {"model": Standing}
_FORMATS = ("text/plain; version=0.0.4; charset=utf-8", "application/openmetrics-text; version=1.0.0; charset=utf-8")
_NUMBERS: dict[str, Any] = {"content": {kind: {"schema": {"type": "string"}} for kind in _FORMATS}}


async def failing(checks: Mapping[str, Check], seconds: float = CHECK_SECONDS) -> dict[str, str]:
    """The checks that fail, with ``failed`` or ``timed out``; all run at the same time.

    What a part says of itself when it is ``Unavailable`` is told as well; any other error's text may hold a secret.
    """
    found = await asyncio.gather(*(_result(name, check, seconds) for name, check in checks.items()))
    return {name: result for name, result in zip(checks, found, strict=True) if result}


async def _result(name: str, check: Check, seconds: float) -> str:
    try:
        async with asyncio.timeout(seconds):
            await check()
    except TimeoutError:
        result, error = "timed out", "TimeoutError"
    except Unavailable as raised:
        result, error = f"failed: {raised.detail}" if raised.detail else "failed", type(raised).__name__
    except Exception as raised:  # noqa: BLE001 - whatever it is, the service is not ready
        result, error = "failed", type(raised).__name__
    else:
        return ""
    log.warning("check.failed", check=name, error=error)
    return result


def health_routes(
    checks: Mapping[str, Check],
    *,
    registry: CollectorRegistry = REGISTRY,
    seconds: float = CHECK_SECONDS,
    admission: Admission | None = None,
) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``. What ``admission`` warns of is told by readiness and leaves it as it
    is: a service that takes nothing new is needed for what it took.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process lives")
    @under(ANYBODY)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get(
        "/readyz", summary="All it needs is there; 503 says what is not", responses={200: _STANDS, 503: _STANDS}
    )
    @under(ANYBODY)
    async def readyz() -> JSONResponse:
        wrong = await failing(checks, seconds)
        told = {name: wrong.get(name, "ok") for name in checks}
        status, code = ("not ready", 503) if wrong else ("ready", 200)
        near = list(admission.warnings) if admission is not None else []
        stands = Standing.model_validate({"status": status, "failing": sorted(wrong), "checks": told, "warnings": near})
        return JSONResponse(stands.model_dump(), code)

    @router.get(
        "/metrics",
        summary="Prometheus' text, or OpenMetrics for who asks for it",
        response_class=Response,
        responses={200: _NUMBERS},
    )
    @under(ANYBODY)
    async def metrics(accept: Annotated[str, Header(include_in_schema=False)] = "") -> Response:
        encode, kind = _EXPOSITION.choose_encoder(accept)
        text: bytes = encode(registry)
        return Response(text, headers={"Content-Type": kind})

    return router
