"""Two orders are one matter: whoever is in the one that ends is answered under the other's number."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.community.definition import Community
from shared.contracts.words import Role
from tests.integration.intake.neighbours import DOGS, QIAN, ZHAO, joined, post, public_county, seen, serve
from tests.integration.intake.running import BODY, Place, place_order


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """Where neighbours share matters."""
    return public_county(tmp_path_factory.mktemp("public"))


@pytest.fixture
def coordinator(place: Place) -> dict[str, str]:
    """The coordinator of the community the orders are in."""
    return place.token(Role.COORDINATOR, subject="c-1", area="east")


async def test_a_merged_orders_resident_is_answered_under_the_other_number(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """The page of the order that ended shows how the other goes on, and takes their verdict; also who had joined it."""
    first = await place_order(client, **DOGS)
    zhao = await joined(client, ZHAO)
    other = await place_order(client, **DOGS, contact=QIAN)
    desk = f"/api/desk/orders/{first['reference']}"
    (known,) = (await client.get(f"{desk}/similar", headers=coordinator)).json()["items"]
    assert (other["reference"], DOGS["details"], 100.0) == (known["reference"], known["details"], known["score"])
    answer = await client.post(f"{desk}/merge", json={"into": other["reference"]}, headers=coordinator)
    assert (200, other["reference"]) == (answer.status_code, answer.json()["reference"])
    await serve(place, other["order_id"])
    for told in (first, zhao):
        view = await seen(client, told)
        assert (first["reference"], other["reference"], "done", "joined") == (
            view["reference"], view["goes_on_under"], view["state"], view["me"]["part"],
        )  # fmt: skip
        assert "fixed" == (await post(client, told, "review", outcome="fixed")).json()["me"]["verdict"]["outcome"]
    assert ("order_merged", 3) == (await place.published(first["order_id"]))[-1]
    assert [("order_placed", 1), ("resident_joined", 2), ("resident_joined", 3)] == (
        await place.published(other["order_id"])
    )[:3]
    assert [(None, None)] == await place.rows(
        "SELECT holder_role, due_at FROM orders WHERE order_id = :id", id=first["order_id"]
    )


async def test_what_cannot_be_merged(client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]) -> None:
    """Not into itself, not into or from an order that is done, not over the border of an area."""
    one, two = await place_order(client, **DOGS), await place_order(client, **DOGS)
    far = await place_order(client, **{**DOGS, "area": "west-g1"})
    done = await place_order(client, **DOGS)
    await serve(place, done["order_id"])

    async def merged(what: dict[str, Any], into: dict[str, Any], who: dict[str, str] = coordinator) -> int:
        body = {"into": into["reference"]}
        return (await client.post(f"/api/desk/orders/{what['reference']}/merge", json=body, headers=who)).status_code

    elsewhere = place.token(Role.COORDINATOR, subject="c-9", area="west")
    answers = [await merged(one, one), await merged(one, done), await merged(done, one), await merged(one, far)]
    assert [422, 409, 409, 404] == answers
    assert [404, 200, 409] == [await merged(one, two, elsewhere), await merged(one, two), await merged(one, two)]


async def test_who_reads_no_messages_is_called_under_their_own_number(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """Their order is not merged into another, where nobody would call them; another may be merged into theirs."""
    body = {**BODY, **DOGS, "channel": "phone", "call_only": True, "consent": {"person": True}}
    called = (await client.post("/api/orders", json=body, headers=coordinator)).json()
    other = await place_order(client, **DOGS, contact=QIAN)

    async def merged(what: dict[str, Any], into: dict[str, Any]) -> httpx2.Response:
        address = f"/api/desk/orders/{what['reference']}/merge"
        return await client.post(address, json={"into": into["reference"]}, headers=coordinator)

    refused = await merged(called, other)
    assert (409, "called-under-its-number") == (refused.status_code, refused.json()["type"].rpartition("/")[2])
    assert 200 == (await merged(other, called)).status_code


async def test_what_a_merged_order_left_is_sealed_under_its_new_number(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """Who had joined and who had ordered can be reached there."""
    first = await place_order(client, **DOGS)
    await joined(client, ZHAO)
    other = await place_order(client, **DOGS, contact=QIAN)
    body = {"into": other["reference"]}
    await client.post(f"/api/desk/orders/{first['reference']}/merge", json=body, headers=coordinator)
    rows = await place.rows("SELECT resident_id, order_id, sealed FROM residents ORDER BY joined_at, resident_id DESC")
    async with place.writing() as intake:
        vault = intake.use_cases.joining._vault
        phones = {vault.open_fields(order_id, bytes(sealed))["phone"] for _, order_id, sealed in rows}
    assert ({"+8613900002222", "+8613800001111"}, {other["order_id"]}) == (
        phones,
        {order_id for _, order_id, _ in rows},
    )


async def test_a_coordinator_joins_a_resident(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """The resident's own link is sent to them, never to the coordinator."""
    mine = await place_order(client, **DOGS)
    address = f"/api/desk/orders/{mine['reference']}/join"
    answer = await client.post(address, json={"contact": ZHAO}, headers=coordinator)
    assert (201, {"resident_id", "part"}) == (answer.status_code, set(answer.json()))
    elsewhere = place.token(Role.COORDINATOR, subject="c-9", area="west")
    assert 404 == (await client.post(address, json={"contact": ZHAO}, headers=elsewhere)).status_code
    assert [("coordinator",)] == await place.rows("SELECT by_role FROM timeline WHERE kind = 'resident_joined'")


async def test_where_the_owner_left_the_first_who_joined_is_reached(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """By whoever serves it and whoever calls."""
    mine = await place_order(client, **DOGS)
    await joined(client, ZHAO)
    await joined(client, QIAN)
    await post(client, mine, "cancel")
    address = f"/api/desk/orders/{mine['reference']}/reveal"
    answer = await client.post(address, json={"part": "contact", "reason": "arrange"}, headers=coordinator)
    assert (200, "赵六", "+8613900002222") == (answer.status_code, answer.json()["name"], answer.json()["phone"])
