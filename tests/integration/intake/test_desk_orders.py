"""Coordinators see the orders of their area; a contact is masked until they say why they need it."""

from __future__ import annotations

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.intake.running import BODY, Place, place_order

ORDER = {"excluded": ["east-g1-b1", {"name": "张三", "phone": "13700000001"}]}


@pytest.fixture
def coordinator(place: Place) -> dict[str, str]:
    """The coordinator of the grid the order is in."""
    return place.token(Role.COORDINATOR, subject="c-1", area="east-g1")


async def test_a_coordinator_sees_what_was_said_and_a_masked_contact(
    client: httpx2.AsyncClient, coordinator: dict[str, str]
) -> None:
    """State, words and who is left out in full; of the number the first three and the last four digits."""
    placed = await place_order(client, **ORDER)
    answer = await client.get(f"/api/desk/orders/{placed['reference']}", headers=coordinator)
    seen = answer.json()
    assert (200, BODY["details"], {"name": "李**", "phone": "138****1111", "organisation": None}) == (
        answer.status_code, seen["details"], seen["contact"],
    )  # fmt: skip
    assert (["east-g1-b1"], 1, "placed", "coordinator") == (
        seen["excluded_areas"], seen["excluded_people"], seen["state"], seen["holder"]["role"],
    )  # fmt: skip
    assert "13800001111" not in answer.text
    assert "张三" not in answer.text


async def test_an_order_of_another_area_does_not_exist(client: httpx2.AsyncClient, place: Place) -> None:
    """404 for a coordinator elsewhere (security.md, case 25), 403 for other roles, 401 for strangers."""
    reference = (await place_order(client))["reference"]
    elsewhere = place.token(Role.COORDINATOR, subject="c-2", area="east-g2")
    callers = [elsewhere, place.token(Role.VOLUNTEER), {}]
    seen = [await client.get(f"/api/desk/orders/{reference}", headers=headers) for headers in callers]
    body = {"reason": "arrange"}
    shown = [
        await client.post(f"/api/desk/orders/{reference}/reveal", json=body, headers=headers) for headers in callers
    ]
    assert [404, 403, 401] * 2 == [answer.status_code for answer in (*seen, *shown)]


async def test_a_look_at_a_number_is_audited_without_the_number(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Who looked at which field of which order and why; never the value."""
    placed = await place_order(client)
    capsys.readouterr()
    address = f"/api/desk/orders/{placed['reference']}/reveal"
    answer = await client.post(address, json={"reason": "call_back"}, headers=coordinator)
    logged = "".join(capsys.readouterr())
    assert {"name": "李梅", "phone": "13800001111", "organisation": None} == answer.json()
    told = ("coordinator", "c-1", placed["order_id"], "contact", "call_back", "allowed")
    assert [told] == await place.audited("revealed")
    assert "13800001111" not in logged
    assert "李梅" not in logged


async def test_without_a_reason_of_the_list_nothing_is_shown(
    client: httpx2.AsyncClient, coordinator: dict[str, str]
) -> None:
    """No reason, or one of one's own: 422."""
    address = f"/api/desk/orders/{(await place_order(client))['reference']}/reveal"
    bodies = [{}, {"reason": "curious"}, {"reason": "arrange", "part": "everything"}]
    answers = [await client.post(address, json=body, headers=coordinator) for body in bodies]
    assert [422] * 3 == [answer.status_code for answer in answers]


async def test_the_page_shows_the_same_and_reveals_by_its_form(
    client: httpx2.AsyncClient, coordinator: dict[str, str]
) -> None:
    """Masked first; after the form the number stands on the page, which no address leads to."""
    placed = await place_order(client)
    address, headers = f"/desk/orders/{placed['reference']}", {**coordinator, "accept": "text/html"}
    before = await client.get(address, headers=headers)
    form = {"reason": "arrange", "part": "contact"}
    after = await client.post(f"{address}/reveal", data=form, headers=headers)
    refused = await client.post(f"{address}/reveal", data={"part": "contact"}, headers=headers)
    assert (200, True, False) == (before.status_code, "138****1111" in before.text, "13800001111" in before.text)
    assert (200, True) == (after.status_code, "13800001111" in after.text)
    assert (422, False) == (refused.status_code, "13800001111" in refused.text)
