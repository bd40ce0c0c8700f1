"""Neighbours with the same matter, on the pages: before ordering, while following, on the desk."""

from __future__ import annotations

import httpx2
import pytest

from shared.community.definition import Community
from shared.contracts.words import Role
from tests.integration.intake.neighbours import DOGS, QIAN, ZHAO, joined, public_county
from tests.integration.intake.running import Place, place_order


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """Where neighbours share matters."""
    return public_county(tmp_path_factory.mktemp("public"))


@pytest.fixture
def coordinator(place: Place) -> dict[str, str]:
    """The coordinator of the community the orders are in."""
    return place.token(Role.COORDINATOR, subject="c-1", area="east")


FORM = {
    "area": "east-g1", "details": "6栋2单元流浪狗叫", "urgency": "normal", "contact.name": "赵六",
    "contact.phone": "139 0000 2222", "key": "one-key",
}  # fmt: skip
ORIGIN_TOO = {"origin": "http://intake.test"}


async def send(client: httpx2.AsyncClient, address: str, **fields: str) -> httpx2.Response:
    """Post a form as a browser does, with the token of a page."""
    page = await client.get(address)
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    return await client.post(address, data={"form_token": token, **fields}, headers=ORIGIN_TOO)


async def test_the_form_asks_before_it_places_the_same_matter_again(client: httpx2.AsyncClient, place: Place) -> None:
    """First similar orders are shown; one tap joins; the other button places an order of one's own."""
    mine = await place_order(client, **DOGS)
    address = "/order/haircut?in=east-g1"
    asked = await send(client, address, **FORM)
    assert (200, 1) == (asked.status_code, await place.count("orders"))
    assert mine["reference"] not in asked.text
    token = asked.text.split('name="join_token" value="')[1].split('"')[0]
    follows = await send(client, address, **FORM, join_token=token)
    assert (303, f"/orders/{mine['reference']}") == (follows.status_code, follows.headers["location"])
    own = await send(client, address, **FORM, another="yes")
    assert (303, 2) == (own.status_code, await place.count("orders"))
    page = await client.get(f"/orders/{mine['reference']}")
    assert (200, True) == (page.status_code, "No longer take part" in page.text)


async def test_the_desk_shows_who_else_is_concerned(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """By number, with similar orders to merge it into."""
    mine = await place_order(client, **DOGS)
    await joined(client, ZHAO)
    other = await place_order(client, **DOGS, contact=QIAN)
    page = await client.get(f"/desk/orders/{mine['reference']}", headers=coordinator)
    said = ("1 resident has joined this order.", f"Merge into {other['reference']}")
    assert (200, [True, True]) == (page.status_code, [words in page.text for words in said])
