"""The OpenAPI document tells every refusal a route may answer, as the problem document that is really sent."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel

from shared.web.callers import KnownCaller, MaybeCaller
from shared.web.describing import Described


class Wish(BaseModel):
    """A body."""

    words: str


async def always() -> None:
    """What every route depends on."""


@pytest.fixture
def application() -> FastAPI:
    """Routes of each sort behind one router."""
    app, router = Described(dependencies=[Depends(always)]), APIRouter(prefix="/api")

    @router.get("/open")
    async def open_to_all() -> None: ...

    @router.post("/either", responses={404: {}})
    async def either(body: Wish, caller: MaybeCaller) -> None: ...

    @router.get("/mine/{thing_id}")
    async def mine(thing_id: str, caller: KnownCaller) -> None: ...

    app.include_router(router)
    return app


@pytest.mark.parametrize(
    ("path", "method", "statuses", "security"),
    [
        ("/api/open", "get", {200, 422, 429, 503}, None),
        ("/api/either", "post", {200, 400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503}, [{"bearer": []}, {}]),
        ("/api/mine/{thing_id}", "get", {200, 401, 403, 404, 409, 422, 429, 503}, [{"bearer": []}]),
    ],
)
def test_a_route_names_what_it_may_answer(
    application: FastAPI, path: str, method: str, statuses: set[int], security: object
) -> None:
    """By what it takes and whom it asks for."""
    told = application.openapi()["paths"][path][method]
    assert (statuses, security) == ({int(status) for status in told["responses"]}, told.get("security"))


def test_every_refusal_is_a_problem_document(application: FastAPI) -> None:
    """None is described as the framework's own validation error, which nobody is sent."""
    told = application.openapi()
    refused = {
        str(answer)
        for operations in told["paths"].values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if int(status) >= 400 and answer != {"$ref": f"#/components/responses/Problem{status}"}
    }
    kinds = {kind for answer in told["components"]["responses"].values() for kind in answer["content"]}
    assert (set(), {"application/problem+json"}) == (refused, kinds)
    assert "HTTPValidationError" not in told["components"]["schemas"]
