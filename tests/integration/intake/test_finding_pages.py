"""The pages of finding an order: the phone, the code, the orders."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.integration.intake.finding import MINE, Phones, serving, wrong
from tests.integration.intake.running import ORIGIN, Place, place_order


@pytest.fixture
def phones() -> Phones:
    """Phones that no code has come to yet."""
    return Phones()


@pytest.fixture
async def client(place: Place, phones: Phones) -> AsyncIterator[httpx2.AsyncClient]:
    """Intake at work, with the phones where notifier would be."""
    async with serving(place, phones) as client:
        yield client


async def send(client: httpx2.AsyncClient, address: str, language: str = "en", **fields: str) -> httpx2.Response:
    """Fill in a form as a browser does."""
    page = await client.get("/find")
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    headers = {"origin": ORIGIN, "accept": "text/html", "accept-language": language}
    return await client.post(address, data={"form_token": token, **fields}, headers=headers)


async def test_the_pages_lead_from_the_phone_to_the_orders(client: httpx2.AsyncClient, phones: Phones) -> None:
    """The claim stays in a cookie of these pages alone; the phone and the code are in no address."""
    placed = await place_order(client)
    assert 'href="/find"' in (await client.get("/")).text
    assert 'href="/find"' in (await client.get("/track")).text
    asked = await send(client, "/find", phone=MINE)
    assert "Type the code" in asked.text
    cookie = asked.headers["set-cookie"]
    assert all(part in cookie for part in ("paidan_find=", "HttpOnly", "Path=/find", "SameSite=lax", "Max-Age=600"))
    code = await phones.code()
    again = await send(client, "/find/code", phone=MINE, code=wrong(code))
    assert (401, True) == (again.status_code, "This code is not accepted" in again.text)
    assert wrong(code) not in again.text
    shown = await send(client, "/find/code", phone=MINE, code=code)
    assert (200, True) == (shown.status_code, placed["reference"] in shown.text)
    assert "paidan_find" not in client.cookies
    opened = await client.get(f"/t/{placed['tracking_token']}")
    assert f'href="/t/{placed["tracking_token"]}"' in shown.text
    assert (303, f"/orders/{placed['reference']}") == (opened.status_code, opened.headers["location"])


async def test_the_pages_of_another_browser_open_nothing(client: httpx2.AsyncClient, phones: Phones) -> None:
    """Without the cookie the code is good for nothing; a sixth wrong one is said plainly."""
    await place_order(client)
    await send(client, "/find", phone=MINE)
    code, claim = await phones.code(), client.cookies["paidan_find"]
    client.cookies.clear()
    assert 401 == (await send(client, "/find/code", phone=MINE, code=code)).status_code
    client.cookies.set("paidan_find", claim)
    answers = [await send(client, "/find/code", phone=MINE, code=wrong(code)) for _ in range(6)]
    assert [401] * 5 + [429] == [answer.status_code for answer in answers]
    assert "mistyped too often" in answers[-1].text


async def test_the_pages_speak_chinese_and_escape_what_was_typed(client: httpx2.AsyncClient) -> None:
    """A number that is none is said at its field."""
    answer = await send(client, "/find", phone="<script>", language="zh-CN")
    assert 422 == answer.status_code
    assert "不是手机号码" in answer.text
    assert "<script>" not in answer.text


async def test_a_form_of_another_site_asks_for_no_code(client: httpx2.AsyncClient, place: Place) -> None:
    """Case 19: 403, and nothing is counted."""
    answer = await client.post("/find", data={"phone": MINE}, headers={"origin": "https://elsewhere.test"})
    assert (403, 0) == (answer.status_code, await place.count("codes"))
