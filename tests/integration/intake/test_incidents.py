"""A resident reports a danger: the words stay at intake, sealed; coordinators of the area read them."""

from __future__ import annotations

from typing import Any

import httpx2

from shared.contracts.words import Role
from tests.integration.intake.running import Place, bearer, place_order

BODY = {"kind": "fire_gas", "words": "it smells of gas <script>"}


async def report(client: httpx2.AsyncClient, placed: dict[str, Any], token: str | None = None) -> httpx2.Response:
    """What a resident hears who reports a danger."""
    headers = bearer(token or placed["tracking_token"])
    return await client.post(f"/api/orders/{placed['reference']}/incident", json=BODY, headers=headers)


async def test_a_report_goes_out_without_its_words(place: Place, client: httpx2.AsyncClient) -> None:
    """The event names the incident; the order's state and due time stay as they were."""
    placed = await place_order(client)
    answer = await report(client, placed)
    assert 201 == answer.status_code, answer.text
    path = f"/api/orders/{placed['reference']}"
    order = (await client.get(path, headers=bearer(placed["tracking_token"]))).json()
    assert (placed["state"], placed["due_at"]) == (order["state"], order["due_at"])
    assert "incident_reported" in [entry["what"] for entry in order["timeline"]]
    (body,) = await place.rows("SELECT body FROM outbox WHERE type LIKE '%incident_reported%'")
    assert "gas" not in str(body)
    ((sealed,),) = await place.rows("SELECT sealed FROM incidents")
    assert b"gas" not in bytes(sealed)


async def test_a_danger_may_outlive_the_order(client: httpx2.AsyncClient) -> None:
    """It is taken after the order was withdrawn too."""
    placed = await place_order(client)
    headers = bearer(placed["tracking_token"])
    await client.post(f"/api/orders/{placed['reference']}/cancel", json={}, headers=headers)
    assert 201 == (await report(client, placed)).status_code


async def test_another_residents_order_does_not_exist(client: httpx2.AsyncClient) -> None:
    """Nor does one without a secret."""
    placed, other = await place_order(client), await place_order(client)
    assert 404 == (await report(client, placed, other["tracking_token"])).status_code
    path = f"/api/orders/{placed['reference']}/incident"
    assert 401 == (await client.post(path, json=BODY)).status_code
    told = await client.post(path, json={**BODY, "kind": "noise"}, headers=bearer(placed["tracking_token"]))
    assert 422 == told.status_code


async def test_coordinators_of_the_area_read_the_words(place: Place, client: httpx2.AsyncClient) -> None:
    """On the order's page and by API; for those of another area there is no such order."""
    placed = await place_order(client)
    await report(client, placed)
    path = f"/api/desk/orders/{placed['reference']}/incidents"
    own, other = place.token(Role.COORDINATOR, area="east-g1"), place.token(Role.COORDINATOR, area="west-g1")
    read = await client.get(path, headers=own)
    assert [("fire_gas", BODY["words"])] == [(one["kind"], one["words"]) for one in read.json()["items"]]
    assert 404 == (await client.get(path, headers=other)).status_code
    page = await client.get(f"/desk/orders/{placed['reference']}", headers={**own, "accept": "text/html"})
    assert (200, True, False) == (
        page.status_code,
        "it smells of gas &lt;script&gt;" in page.text,
        "<script>" in page.text,
    )


async def test_the_numbers_that_help_at_once_come_before_the_form(client: httpx2.AsyncClient) -> None:
    """119, 120, 110 and the station can be called with a touch."""
    placed = await place_order(client)
    headers = {**bearer(placed["tracking_token"]), "accept": "text/html"}
    page = (await client.get(f"/orders/{placed['reference']}/danger", headers=headers)).text
    places = [page.index(f'href="tel:{number}"') for number in (119, 120, 110, "15499990000")]
    assert [*places, page.index('name="words"')] == sorted([*places, page.index('name="words"')])
