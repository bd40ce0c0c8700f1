"""How much a request may carry."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.web.conftest import TeahouseSettings, make_teahouse, visitor

SMALL, LARGE = 1000, 3000
JSON = {"content-type": "application/json"}


@pytest.fixture
async def narrow() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a service with small limits."""
    app: FastAPI = make_teahouse(TeahouseSettings(body_limit_bytes=SMALL, upload_limit_bytes=LARGE))
    async with visitor(app) as client:
        yield client


async def _chunks(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 100):
        yield b"x" * 100


async def test_a_body_declared_too_large_is_refused_unread(narrow: httpx2.AsyncClient) -> None:
    """Content-Length alone is enough for a 413, also where the route would not read the body."""
    posted = await narrow.post("/api/tea", content=b"x" * (SMALL + 1), headers=JSON)
    unread = await narrow.request("GET", "/api/rows", content=b"x" * (SMALL + 1))
    assert [413, 413] == [posted.status_code, unread.status_code]
    assert "/problems/too-large" == posted.json()["type"]


@pytest.mark.parametrize("path", ["/api/tea", "/tea"])
async def test_a_chunked_body_is_cut_off_at_the_limit(narrow: httpx2.AsyncClient, path: str) -> None:
    """A body without a length is counted as it arrives, as JSON and as a form."""
    kind = "application/json" if path == "/api/tea" else "application/x-www-form-urlencoded"
    answer = await narrow.post(path, content=_chunks(SMALL + 100), headers={"content-type": kind})
    assert (413, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


async def test_a_chunked_body_is_read_no_further_than_its_limit(narrow: httpx2.AsyncClient) -> None:
    """An endless sender is not listened to."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * SMALL:
            sent += 100
            yield b"x" * 100

    answer = await narrow.post("/api/tea", content=endless(), headers=JSON)
    assert 413 == answer.status_code
    assert sent <= SMALL + 200


async def test_an_upload_has_its_own_limit(narrow: httpx2.AsyncClient) -> None:
    """Only the paths that take files take more."""
    fits = await narrow.post("/api/leaves", content=_chunks(LARGE))
    too_much = await narrow.post("/api/leaves", content=_chunks(LARGE + 100))
    assert (200, {"bytes": LARGE}) == (fits.status_code, fits.json())
    assert 413 == too_much.status_code


async def test_a_body_of_exactly_the_limit_passes(narrow: httpx2.AsyncClient) -> None:
    """The limit itself is allowed."""
    body = b'{"guest": {"name": "Li", "phone": "1"}, "note": "' + b"n" * (SMALL - 51) + b'"}'
    assert SMALL == len(body)
    assert 201 == (await narrow.post("/api/tea", content=body, headers=JSON)).status_code
