"""A coordinator takes an order down on one page, by keyboard, without a script."""

from __future__ import annotations

import re

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.intake.running import Place

PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin"}
FILLED = {
    "channel": "phone",
    "service": "Haircut",
    "area": "east-g1-b1",
    "details": "Since the fall she cannot go out",
    "contact.name": "王奶奶",
    "contact.phone": "139 1111 2222",
    "when": "tomorrow",
    "consent.person": "true",
    "orderer": "resident",
}


@pytest.fixture
def coordinator(place: Place) -> dict[str, str]:
    """The coordinator of a community."""
    return place.token(Role.COORDINATOR, subject="c-1", area="east") | PAGE


async def enter(client: httpx2.AsyncClient, headers: dict[str, str], **typed: str) -> httpx2.Response:
    """Fill the form in as it stands, and send it."""
    page = (await client.get("/entry", headers=headers)).text
    hidden = dict(re.findall(r'name="(key)" value="([^"]*)"', page))
    return await client.post("/entry", data={**hidden, **FILLED, **typed}, headers=headers)


async def test_an_order_is_taken_down_in_one_form(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """Who took it down and how is kept; "tomorrow" became a window; the number stands big over the next form."""
    answer = await enter(client, coordinator, call_only="true")
    assert 303 == answer.status_code, answer.text
    row = await place.rows("SELECT service, area, channel, recorded_by, call_only, reference FROM orders")
    assert [("haircut", "east-g1-b1", "phone", "c-1", True)] == [(*one[:4], bool(one[4])) for one in row]
    ((opens,),) = await place.rows("SELECT window_from FROM orders")
    assert "2026-11-23 01:00" in str(opens)
    page = await client.get(answer.headers["location"], headers=coordinator)
    assert (200, True, True) == (page.status_code, row[0][5] in page.text, 'name="service"' in page.text)


async def test_at_the_station_the_place_is_kept_for_the_next_person(
    client: httpx2.AsyncClient, coordinator: dict[str, str]
) -> None:
    """Channel and place stay chosen; on the phone only the channel does."""
    station = await enter(client, coordinator, channel="station")
    phone = await enter(client, coordinator)
    kept = (await client.get(station.headers["location"], headers=coordinator)).text
    forgotten = (await client.get(phone.headers["location"], headers=coordinator)).text
    assert (True, True) == ('value="east-g1-b1" selected' in kept, 'value="station" checked' in kept)
    assert 'value="east-g1-b1" selected' not in forgotten


async def test_the_form_offers_the_places_of_the_area_alone(client: httpx2.AsyncClient, place: Place) -> None:
    """The coordinator of one grid chooses among its buildings."""
    headers = place.token(Role.COORDINATOR, subject="c-2", area="east-g2") | PAGE
    page = (await client.get("/entry", headers=headers)).text
    assert (True, False) == ('<option value="east-g2"' in page, '<option value="east-g1"' in page)
    answer = await enter(client, headers)
    assert (422, True, 0) == (
        answer.status_code, 'id="field-area-fault"' in answer.text, await place.count("orders"),
    )  # fmt: skip


async def test_sent_twice_it_is_one_order(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """A double click or a reload places nothing more."""
    page = (await client.get("/entry", headers=coordinator)).text
    hidden = dict(re.findall(r'name="(key)" value="([^"]*)"', page))
    first, again = [await client.post("/entry", data={**hidden, **FILLED}, headers=coordinator) for _ in range(2)]
    assert (1, first.headers["location"]) == (await place.count("orders"), again.headers["location"])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"service": "h"}, "service"),
        ({"service": ""}, "service"),
        ({"when": ""}, "when"),
        ({"when": "never"}, "when"),
        ({"when": "other"}, "window-from"),
        ({"consent.person": ""}, "consent-person"),
        ({"contact.phone": "none"}, "contact-phone"),
        ({"orderer": "shop"}, "contact-organisation"),
        ({"person.name": "李大爷"}, "person-phone"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str], typed: dict[str, str], field: str
) -> None:
    """The form comes back as it was typed, and nothing is placed."""
    answer = await enter(client, coordinator, **typed)
    assert (422, True, True, 0) == (
        answer.status_code,
        f'id="field-{field}-fault"' in answer.text,
        "Since the fall" in answer.text,
        await place.count("orders"),
    )


async def test_it_is_for_coordinators_alone(client: httpx2.AsyncClient, place: Place) -> None:
    """A stranger is led to the sign-in page, a volunteer is refused; the station's number of another area is hidden."""
    stranger = await client.get("/entry", headers=PAGE)
    volunteer = await client.get("/entry", headers=place.token(Role.VOLUNTEER) | PAGE)
    assert (303, "/sign-in?back=%2Fentry", 403) == (
        stranger.status_code, stranger.headers["location"], volunteer.status_code,
    )  # fmt: skip
    coordinator = place.token(Role.COORDINATOR, subject="c-1", area="east") | PAGE
    reference = (await enter(client, coordinator)).headers["location"].partition("made=")[2].partition("&")[0]
    elsewhere = place.token(Role.COORDINATOR, subject="c-2", area="east-g2") | PAGE
    page = (await client.get(f"/entry?made={reference}", headers=elsewhere)).text
    assert f"/desk/orders/{reference}" not in page
