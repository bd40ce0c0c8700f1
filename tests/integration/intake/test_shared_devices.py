"""A device of a station, which strangers share: what it shows, and what it forgets."""

from __future__ import annotations

import httpx2

from services.intake.access import TRACK_COOKIE
from shared.web.i18n import ELDER_COOKIE, KIOSK_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE
from tests.integration.intake.running import ORIGIN, Place, place_order

SHARED = {"cookie": f"{KIOSK_COOKIE}=1", "accept": "text/html", "origin": ORIGIN}


async def post(client: httpx2.AsyncClient, address: str, **fields: str) -> httpx2.Response:
    """Send a form as a page of ours does."""
    return await client.post(address, data=fields, headers={"origin": ORIGIN, "accept": "text/html"})


async def test_one_page_makes_a_device_shared_and_its_own_again(client: httpx2.AsyncClient) -> None:
    """The large view, a button that forgets and the seconds until it does so by itself come with the cookie."""
    assert (303, "/") == ((turned := await post(client, "/kiosk", on="1")).status_code, turned.headers["location"])
    page = (await client.get("/")).text
    assert '<html lang="en" class="elder kiosk">' in page
    assert 'action="/kiosk/forget" data-after="120"' in page
    await post(client, "/kiosk", on="0")
    assert KIOSK_COOKIE not in client.cookies
    assert '<html lang="en">' in (await client.get("/")).text


async def test_a_shared_device_opens_nobodys_orders(client: httpx2.AsyncClient) -> None:
    """Neither by a phone and a code nor by a link, nor does the navigation lead there."""
    placed = await place_order(client)
    for address in ("/find", "/track", f"/t/{placed['tracking_token']}"):
        answer = await client.get(address, headers=SHARED)
        assert (403, True) == (answer.status_code, "on a device that everybody uses" in answer.text), address
        assert TRACK_COOKIE not in answer.headers.get("set-cookie", "")
    assert 403 == (await client.post("/find", data={"phone": "138 0000 1111"}, headers=SHARED)).status_code
    assert 'href="/track"' not in (await client.get("/", headers=SHARED)).text
    assert 'href="/track"' in (await client.get("/")).text


async def test_finishing_forgets_everything_but_that_the_device_is_shared(place: Place) -> None:
    """Every cookie a browser sends goes, the order's at its own path as well."""
    async with place.serving() as client:
        for name in (KIOSK_COOKIE, ELDER_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, "paidan_other"):
            client.cookies.set(name, "1")
        answer = await post(client, "/kiosk/forget")
        forgotten = {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}
        assert {ELDER_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, TRACK_COOKIE, "paidan_other"} == set(forgotten)
        assert all("Max-Age=0" in line for line in forgotten.values())
        assert "Path=/orders;" in forgotten[TRACK_COOKIE]
