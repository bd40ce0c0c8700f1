"""How the web drawer says no."""

from __future__ import annotations

import json

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.web.conftest import visitor

POURED = {"guest": {"name": "Li", "phone": "1"}, "cups": 1}


async def test_a_refusal_is_told_as_a_problem_with_a_stable_type(client: httpx2.AsyncClient) -> None:
    """A broken rule becomes RFC 9457 with the slug of its name and the status of its kind."""
    answer = await client.get("/api/raise/conflict")
    problem = answer.json()
    assert (409, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert ["type", "title", "status", "detail", "errors", "trace_id"] == list(problem)
    assert ("/problems/kettle-empty", "This is no longer possible", "today") == (
        problem["type"],
        problem["title"],
        problem["detail"],
    )
    assert 32 == len(problem["trace_id"])


async def test_a_refusal_is_told_in_the_readers_language(teahouse: FastAPI) -> None:
    """Title, detail and field errors are message ids and are translated where they are told."""
    async with visitor(teahouse, **{"accept-language": "zh-CN"}) as client:
        conflict = (await client.get("/api/raise/conflict")).json()
        field = (await client.get("/api/raise/field")).json()
    assert ("现在不能这样做了", "今天") == (conflict["title"], conflict["detail"])
    assert [{"pointer": "/guest/phone", "detail": "请填写此项"}] == field["errors"]


@pytest.mark.parametrize(
    ("what", "status", "retry_after"),
    [("too-fast", 429, "7"), ("busy", 503, "2"), ("locked", 503, "2"), ("disk-full", 503, "2")],
)
async def test_what_may_pass_says_when_to_try_again(
    client: httpx2.AsyncClient, what: str, status: int, retry_after: str
) -> None:
    """Limits and dependencies that are away answer with Retry-After."""
    answer = await client.get(f"/api/raise/{what}")
    assert (status, retry_after) == (answer.status_code, answer.headers["retry-after"])


async def test_a_dependency_that_refuses_connections_is_an_unavailable_service(client: httpx2.AsyncClient) -> None:
    """A database that cannot be reached is a 503, and its address stays ours."""
    answer = await client.get("/api/raise/unreachable")
    assert 503 == answer.status_code
    assert "secret" not in answer.text


@pytest.mark.parametrize("what", ["bug", "bug-in-sql"])
async def test_an_accident_tells_nothing_of_itself(
    client: httpx2.AsyncClient, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 500 has a trace id and neither message nor stack; the log has the place, and no message either."""
    answer = await client.get(f"/api/raise/{what}")
    assert (500, "/problems/internal-server-error") == (answer.status_code, answer.json()["type"])
    assert "13800001111" not in answer.text
    assert "Traceback" not in answer.text
    logged = "".join(capsys.readouterr())
    assert "request.failed" in logged
    assert "conftest.py" in logged
    assert "13800001111" not in logged


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({**POURED, "state": "done"}, "/state", "This field is not known here"),
        ({"cups": 1}, "/guest", "Please fill this in"),
        ({**POURED, "cups": 10}, "/cups", "This must be at most 9"),
        ({**POURED, "cups": "many"}, "/cups", "Please give a number"),
        ({**POURED, "without": ["a", "b", 3]}, "/without/2", "A text is needed here"),
        ({"guest": {"name": "x" * 10_000, "phone": ""}}, "/guest/name", "Please give at most 40 characters"),
        ({**POURED, "at": "2026-11-22T10:00:00"}, "/at", "Please give the time with its zone"),
    ],
)
async def test_each_wrong_field_has_a_pointer_and_words(
    client: httpx2.AsyncClient, body: dict[str, object], pointer: str, detail: str
) -> None:
    """A body of the wrong shape is a 422 that says what is wrong with which field."""
    answer = await client.post("/api/tea", json=body)
    assert (422, [{"pointer": pointer, "detail": detail}]) == (answer.status_code, answer.json()["errors"])


async def test_what_a_validator_raises_is_told_in_the_readers_language(teahouse: FastAPI) -> None:
    """A command's own ValueError is a message id."""
    body = {**POURED, "window": {"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T09:00:00Z"}}
    async with visitor(teahouse) as client:
        answer = await client.post("/api/tea", json=body)
    assert [{"pointer": "/window", "detail": "结束时间必须晚于开始时间"}] == answer.json()["errors"]


async def test_what_was_typed_is_never_repeated(client: httpx2.AsyncClient) -> None:
    """A problem does not quote the values it is about: they may be personal."""
    answer = await client.post("/api/tea", json={**POURED, "cups": "13800001111"})
    assert "13800001111" not in answer.text


_JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"guest": ', _JSON, 422),
        (b"", _JSON, 422),
        (b'{"note": "\xff"}', _JSON, 400),
        (b"[" * 100_000, _JSON, 422),
        (b'{"a":' * 50_000, _JSON, 422),
        (b'{"cups": ' + b"9" * 5000 + b"}", _JSON, 400),
        (b'{"cups": NaN}', _JSON, 422),
        (b'{"guest": {"name": "a\\u0000b", "phone": "1"}}', _JSON, 422),
        (b'{"guest": {"name": "a\x00b", "phone": "1"}}', _JSON, 422),
        (b'{"guest": {"name": "\\ud800", "phone": "1"}}', _JSON, 422),
        (b'{"\\ud800": 1}', _JSON, 422),
        (b'"text"', _JSON, 422),
        (b"null", _JSON, 422),
        (b"cups=1", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b"<tea/>", {"content-type": "application/xml"}, 415),
        (b'{"cups": 1}', {"content-type": "text/plain"}, 415),
    ],
    ids=lambda value: str(value[:24]) if isinstance(value, bytes) else None,
)
async def test_bad_input_is_never_an_accident(
    client: httpx2.AsyncClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    """Malformed, deep, huge, NUL, lone surrogates, other content types: a 4xx problem each."""
    answer = await client.post("/api/tea", content=content, headers=headers)
    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert status == answer.json()["status"]


async def test_a_hostile_body_gets_a_short_answer(client: httpx2.AsyncClient) -> None:
    """Thousands of wrong fields with long names do not become a long answer."""
    body = {f"{number}{'k' * 100}": 1 for number in range(5000)}
    answer = await client.post("/api/tea", content=json.dumps(body), headers=_JSON)
    assert (422, 50) == (answer.status_code, len(answer.json()["errors"]))
    assert len(answer.content) < 20_000


@pytest.mark.parametrize("address", ["/api/tea/a%00b", "/api/tea/a?q=%00"])
async def test_a_nul_in_an_address_is_refused(client: httpx2.AsyncClient, address: str) -> None:
    """A path or query with NUL never reaches a database."""
    assert 422 == (await client.get(address)).status_code


async def test_an_unknown_address_and_a_wrong_method_are_problems(client: httpx2.AsyncClient) -> None:
    """404 and 405 of the framework have the same shape; 405 keeps its Allow."""
    missing = await client.get("/api/nothing")
    wrong = await client.delete("/api/tea/1")
    assert (404, "/problems/not-found", "Not found") == (
        missing.status_code,
        missing.json()["type"],
        missing.json()["title"],
    )
    assert (405, "GET", "/problems/method-not-allowed") == (
        wrong.status_code,
        wrong.headers["allow"],
        wrong.json()["type"],
    )


async def test_a_person_gets_a_page_where_a_program_gets_json(teahouse: FastAPI) -> None:
    """Who accepts HTML on a page's route reads a translated page; under /api/ everybody gets JSON."""
    async with visitor(teahouse, accept="text/html,*/*;q=0.8") as client:
        page = await client.get("/raise/conflict")
        api = await client.get("/api/raise/conflict")
    assert (409, "text/html; charset=utf-8") == (page.status_code, page.headers["content-type"])
    assert "<h1>现在不能这样做了</h1>" in page.text
    assert '<html lang="zh-CN">' in page.text
    assert "application/problem+json" == api.headers["content-type"]


async def test_an_accident_on_a_page_is_a_page_that_comforts(teahouse: FastAPI) -> None:
    """A 500 for a person says that it is not their fault."""
    async with visitor(teahouse, accept="text/html", **{"accept-language": "en"}) as client:
        page = await client.get("/raise/bug")
    assert 500 == page.status_code
    assert "Nothing you did was wrong." in page.text
    assert "RuntimeError" not in page.text


async def test_a_live_request_gets_only_the_fragment(teahouse: FastAPI) -> None:
    """htmx swaps error answers into the page, so a second layout must not come with them."""
    async with visitor(teahouse, accept="text/html", **{"hx-request": "true"}) as client:
        answer = await client.get("/raise/conflict")
    assert "<html" not in answer.text
    assert "现在不能这样做了" in answer.text


async def test_a_stranger_on_a_page_is_sent_to_sign_in(teahouse: FastAPI) -> None:
    """A page that needs a caller sends a browser to where it can sign in; a program gets 401."""
    async with visitor(teahouse, accept="text/html") as client:
        page = await client.get("/desk")
    async with visitor(teahouse) as client:
        program = await client.get("/desk")
    assert (303, "/sign-in?back=%2Fdesk") == (page.status_code, page.headers["location"])
    assert (401, "Bearer") == (program.status_code, program.headers["www-authenticate"])
