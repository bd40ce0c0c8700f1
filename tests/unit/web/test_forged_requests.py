"""Nobody acts with a reader's cookie from elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.web.conftest import COORDINATOR, ORIGIN, SIGNER, visitor

SESSION = {"cookie": "paidan_teahouse=good-session"}
FORM = {"guest.name": "Li", "guest.phone": "1"}


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://evil.test"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site", "origin": "http://teahouse.test:9999"}, False),
        ({"sec-fetch-site": "same-site", "origin": "http://matcher.test"}, True),
        ({"sec-fetch-site": "invented"}, False),
        ({"origin": ORIGIN}, True),
        ({"origin": "http://matcher.test"}, True),
        ({"origin": "http://evil.test"}, False),
        ({"origin": "null"}, False),
        ({"origin": f"{ORIGIN}.evil.test"}, False),
        ({}, False),
    ],
)
async def test_a_form_with_a_cookie_must_come_from_our_pages(
    teahouse: FastAPI, headers: dict[str, str], passes: bool
) -> None:
    """Fetch metadata first, then the origin, then the token: nothing at all is not enough."""
    async with visitor(teahouse, **SESSION, **headers) as client:
        answer = await client.post("/tea", data=FORM)
    assert (303 if passes else 403) == answer.status_code


async def test_a_forged_request_is_told_why(teahouse: FastAPI) -> None:
    """The problem names the rule."""
    async with visitor(teahouse, **SESSION, **{"sec-fetch-site": "cross-site"}) as client:
        answer = await client.post("/tea", data=FORM)
    assert "/problems/forged-request" == answer.json()["type"]


async def test_the_token_of_the_page_opens_its_form_where_the_browser_says_nothing(teahouse: FastAPI) -> None:
    """Double submit: the page sets a cookie and writes the token signed over it into the form."""
    async with visitor(teahouse) as client:
        page = await client.get("/tea")
        token = _token(page)
        accepted = await client.post("/tea", data={**FORM, "form_token": token})
        by_header = await client.post("/tea", data=FORM, headers={"x-form-token": token})
        changed = await client.post("/tea", data={**FORM, "form_token": token[:-1] + "x"})
        absent = await client.post("/tea", data=FORM)
    assert [303, 303, 403, 403] == [answer.status_code for answer in (accepted, by_header, changed, absent)]


async def test_the_token_of_another_browser_does_not_open_a_form(teahouse: FastAPI) -> None:
    """A token belongs to one browser's cookie."""
    async with visitor(teahouse) as one, visitor(teahouse) as other:
        token = _token(await one.get("/tea"))
        await other.get("/tea")
        answer = await other.post("/tea", data={**FORM, "form_token": token})
    assert 403 == answer.status_code


async def test_the_form_cookie_is_set_once_and_out_of_reach_of_scripts(teahouse: FastAPI) -> None:
    """The cookie comes with the first form, HttpOnly and SameSite, and is not set again."""
    async with visitor(teahouse) as client:
        first = await client.get("/tea")
        second = await client.get("/tea")
    assert re.fullmatch(r"paidan_teahouse_form=[\w-]{22}; HttpOnly; Path=/; SameSite=Lax", first.headers["set-cookie"])
    assert "set-cookie" not in second.headers
    assert _token(first) == _token(second)


async def test_a_program_without_cookies_needs_no_token(client: httpx2.AsyncClient) -> None:
    """What carries no ambient authority cannot be forged."""
    assert 303 == (await client.post("/tea", data=FORM)).status_code


async def test_a_programs_json_with_a_cookie_needs_no_token(teahouse: FastAPI) -> None:
    """Another site's page cannot send JSON without asking first, and we never agree."""
    async with visitor(teahouse, **SESSION) as client:
        answer = await client.post("/api/tea", json={"guest": {"name": "Li", "phone": "1"}})
    assert 201 == answer.status_code


async def test_another_sites_json_is_refused_nevertheless(teahouse: FastAPI) -> None:
    """A browser that says where it comes from is believed for JSON as well."""
    async with visitor(teahouse, **SESSION, origin="http://evil.test") as client:
        answer = await client.post("/api/tea", json={"guest": {"name": "Li", "phone": "1"}})
    assert 403 == answer.status_code


async def test_a_signed_token_is_not_ambient(teahouse: FastAPI) -> None:
    """Authorization cannot be sent by another site, so it passes from anywhere."""
    bearer = SIGNER.sign(COORDINATOR, timedelta(minutes=1))
    async with visitor(teahouse, authorization=f"Bearer {bearer}", origin="http://evil.test") as client:
        answer = await client.post("/api/tea", json={"guest": {"name": "Li", "phone": "1"}})
    assert 201 == answer.status_code


def _token(page: httpx2.Response) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page.text)
    assert found, page.text
    return found[1]
