"""A coordinator takes an order down for somebody, with their consent."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.intake.running import BODY, Place, bearer

FOR_HER = {"on_behalf_of": "王奶奶", "channel": "phone", "consent": {"person": True}, "call_only": True}
ROW = "SELECT channel, recorded_by, call_only FROM orders"


async def record(
    client: httpx2.AsyncClient, headers: dict[str, str], changed: dict[str, Any] | None = None
) -> httpx2.Response:
    """Place an order for somebody."""
    return await client.post("/api/orders", json={**BODY, **FOR_HER, **(changed or {})}, headers=headers)


@pytest.fixture
def coordinator(place: Place) -> dict[str, str]:
    """The coordinator of the community the order is in."""
    return place.token(Role.COORDINATOR, subject="c-1", area="east")


async def test_who_took_it_down_and_how_is_recorded(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """The person's own tracking token opens it; its timeline says that a coordinator placed it."""
    answer = await record(client, coordinator)
    assert 201 == answer.status_code, answer.text
    placed = answer.json()
    own = bearer(placed["tracking_token"])
    view = (await client.get(f"/api/orders/{placed['reference']}", headers=own)).json()
    assert ("order_placed", "coordinator") == (view["timeline"][0]["what"], view["timeline"][0]["by"])
    assert [("phone", "c-1", True)] == [(*row[:2], bool(row[2])) for row in await place.rows(ROW)]


async def test_without_the_persons_consent_nothing_is_placed(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """422 at the very field."""
    answer = await record(client, coordinator, {"consent": {}})
    assert (422, "/consent/person", 0) == (
        answer.status_code, answer.json()["errors"][0]["pointer"], await place.count("orders"),
    )  # fmt: skip


async def test_another_area_is_refused(client: httpx2.AsyncClient, place: Place) -> None:
    """A coordinator records for the people of their area and below."""
    elsewhere = place.token(Role.COORDINATOR, subject="c-2", area="east-g2")
    answer = await record(client, elsewhere)
    assert (422, "/area", 0) == (
        answer.status_code, answer.json()["errors"][0]["pointer"], await place.count("orders"),
    )  # fmt: skip


async def test_nobody_else_records_for_somebody(client: httpx2.AsyncClient, place: Place) -> None:
    """Without a token 401, as a volunteer or a resident 403."""
    callers = [{}, place.token(Role.VOLUNTEER), place.token(Role.RESIDENT)]
    answers = [await record(client, headers) for headers in callers]
    assert ([401, 403, 403], 0) == ([answer.status_code for answer in answers], await place.count("orders"))


async def test_a_coordinators_key_is_theirs_alone(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """The same key and body twice is one order; from another coordinator, or a resident, it is their own."""
    other = place.token(Role.COORDINATOR, subject="c-2", area="east")
    key = {"idempotency-key": "k-1"}
    first, again, others = [await record(client, headers | key) for headers in (coordinator, coordinator, other)]
    own = await client.post("/api/orders", json=BODY, headers=key)
    ids = [answer.json()["order_id"] for answer in (first, again, others, own)]
    assert (ids[0], 3) == (ids[1], len(set(ids)))


async def test_a_resident_orders_as_before(client: httpx2.AsyncClient, place: Place) -> None:
    """For a neighbour, too: nobody is asked who they are."""
    answer = await client.post("/api/orders", json={**BODY, "on_behalf_of": "王奶奶"})
    assert 201 == answer.status_code, answer.text
    assert [(None, None, False)] == [(*row[:2], bool(row[2])) for row in await place.rows(ROW)]
