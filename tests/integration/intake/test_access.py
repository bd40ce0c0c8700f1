"""An order opens to its own secret alone; what is not yours does not exist."""

from __future__ import annotations

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.intake.running import Place, bearer, place_order

VERBS = ("/amend", "/cancel", "/review")


def forged(token: str) -> str:
    """The token with one bit of its secret part turned."""
    other = "A" if token[-2] != "A" else "B"
    return token[:-2] + other + token[-1]


async def statuses(client: httpx2.AsyncClient, reference: str, headers: dict[str, str]) -> set[int]:
    """How an order's doors answer: its view, its stream, and its three verbs."""
    address = f"/api/orders/{reference}"
    seen = [await client.get(address + door, headers=headers) for door in ("", "/live")]
    body = {"outcome": "fixed", "urgency": "urgent"}
    asked = {"/amend": {"urgency": body["urgency"]}, "/review": {"outcome": body["outcome"]}, "/cancel": {}}
    changed = [await client.post(address + verb, json=asked[verb], headers=headers) for verb in VERBS]
    return {answer.status_code for answer in (*seen, *changed)}


@pytest.fixture
async def placed(client: httpx2.AsyncClient) -> dict[str, str]:
    """Somebody's order."""
    return await place_order(client)


async def test_every_door_asks_who_is_there(client: httpx2.AsyncClient, placed: dict[str, str]) -> None:
    """Without a secret, with a forged, empty or foreign scheme: 401 and no more words."""
    token = placed["tracking_token"]
    assert {401} == await statuses(client, placed["reference"], {})
    for bad in (forged(token), token[:-1], token + "A", "x", "e30.e30.e30"):
        assert {401} == await statuses(client, placed["reference"], bearer(bad))
    assert {401} == await statuses(client, placed["reference"], {"authorization": f"Basic {token}"})
    answer = await client.get(f"/api/orders/{placed['reference']}", headers=bearer(forged(token)))
    assert ("Bearer", "") == (answer.headers["www-authenticate"], answer.json()["detail"])


async def test_anothers_order_does_not_exist(client: httpx2.AsyncClient, placed: dict[str, str]) -> None:
    """Resident B reads A's order: 404, the very answer of an order that is not there (security.md, case 1)."""
    mine = await place_order(client)
    headers = bearer(mine["tracking_token"])
    assert {404} == await statuses(client, placed["reference"], headers)
    assert {404} == await statuses(client, "261122-AAAA-AAAA", headers)
    answers = [
        (await client.get(f"/api/orders/{reference}", headers=headers)).json()
        for reference in (placed["reference"], "261122-AAAA-AAAA")
    ]
    assert [("/problems/not-found", [])] * 2 == [(answer["type"], answer["errors"]) for answer in answers]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.VOLUNTEER, Role.OPS])
async def test_no_office_opens_a_residents_order(
    client: httpx2.AsyncClient,
    place: Place,
    placed: dict[str, str],
    role: Role,
) -> None:
    """A signed token of another role is known and may not; each attempt is in the audit."""
    headers = place.token(role, subject="someone-curious", area="small")
    assert {403} == await statuses(client, placed["reference"], headers)
    assert {(role.value, "someone-curious", "refused")} == {
        (*row[:2], row[-1]) for row in await place.audited("entered")
    }


async def test_a_residents_signed_token_opens_the_order_it_names(
    client: httpx2.AsyncClient, place: Place, placed: dict[str, str]
) -> None:
    """A token made out to an order is as good as its tracking token, and for no other order."""
    headers = place.token(Role.RESIDENT, subject=placed["order_id"])
    other = await place_order(client)
    seen = [await client.get(f"/api/orders/{one['reference']}", headers=headers) for one in (placed, other)]
    assert [200, 404] == [answer.status_code for answer in seen]


async def test_a_tracking_token_is_no_token_of_an_office(client: httpx2.AsyncClient, placed: dict[str, str]) -> None:
    """Whoever has ordered something may not import orders."""
    answer = await client.post(
        "/api/orders/import",
        files={"file": ("orders.csv", b"a,b\n1,2\n")},
        data={"mapping": "{}"},
        headers=bearer(placed["tracking_token"]),
    )
    assert 401 == answer.status_code
