"""Others are concerned in an order: they join it, leave it, judge it; their own matter is answered under its number."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.community.definition import Community, load
from shared.contracts.words import Role
from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import Place, bearer, place_order
from tests.unit.community import small_county

DOGS = {"service": "haircut", "area": "east-g1", "details": "6栋2单元楼下流浪狗一直叫"}
ZHAO = {"name": "赵六", "phone": "139 0000 2222"}
QIAN = {"name": "钱七", "phone": "137 0000 3333"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county, where the barber cuts in public and quarrels are settled there."""
    public = 'duration_minutes = 30\nparties = true\nmode = "public_space"'
    folder = tmp_path_factory.mktemp("public")
    return load(small_county.write(folder, "small.toml", 'duration_minutes = 30\nmode = "home_visit"', public))


@pytest.fixture
def coordinator(place: Place) -> dict[str, str]:
    """The coordinator of the community the orders are in."""
    return place.token(Role.COORDINATOR, subject="c-1", area="east")


async def similar_to(client: httpx2.AsyncClient, text: str, area: str = "east-g1", **more: Any) -> list[dict[str, Any]]:
    """The similar orders somebody is shown before ordering."""
    answer = await client.post("/api/suggestions", json={"text": text, "service": "haircut", "area": area, **more})
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["similar"]
    return found


async def joined(client: httpx2.AsyncClient, contact: dict[str, str]) -> dict[str, Any]:
    """Somebody with the same matter joins the one order there is."""
    (one,) = await similar_to(client, "6栋2单元流浪狗叫")
    answer = await client.post("/api/orders/join", json={"join_token": one["join_token"], "contact": contact})
    assert 201 == answer.status_code, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def seen(client: httpx2.AsyncClient, told: dict[str, Any]) -> dict[str, Any]:
    """The order as somebody sees it with their own token."""
    answer = await client.get(f"/api/orders/{told['reference']}", headers=bearer(told["tracking_token"]))
    assert 200 == answer.status_code, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def post(client: httpx2.AsyncClient, told: dict[str, Any], verb: str, **body: Any) -> httpx2.Response:
    """One of somebody's verbs on their order."""
    address = f"/api/orders/{told['reference']}/{verb}"
    return await client.post(address, json=body, headers=bearer(told["tracking_token"]))


async def serve(place: Place, order_id: str) -> None:
    """Let matcher serve an order."""
    async with place.writing() as intake:
        dispatch = await Dispatch.of(intake, place, order_id)
        await dispatch.tell(*SERVED)


async def test_similar_orders_are_told_without_number_and_words(client: httpx2.AsyncClient) -> None:
    """Service, grid, date and state, and a token that says nothing; another unit is another matter."""
    mine = await place_order(client, **DOGS)
    (one,) = await similar_to(client, "6栋2单元有流浪狗叫")
    assert {"service", "service_name", "area", "placed_at", "state", "join_token"} == set(one)
    assert ("haircut", "east-g1", "placed") == (one["service"], one["area"], one["state"])
    assert mine["order_id"] not in one["join_token"]
    assert [] == await similar_to(client, "6栋3单元有流浪狗叫")
    assert [] == await similar_to(client, "6栋2单元有流浪狗叫", area="west-g1")


async def test_what_is_at_home_is_shown_to_nobody(client: httpx2.AsyncClient) -> None:
    """Only services in public space have similar orders."""
    await place_order(client)
    answer = await client.post("/api/suggestions", json={"text": "Maths", "service": "homework", "area": "east-g1-b1"})
    assert [] == answer.json()["similar"]


async def test_the_words_suggest_services(client: httpx2.AsyncClient) -> None:
    """With scores; the one clearly meant is chosen, in the reader's language."""
    told = (await client.post("/api/suggestions", json={"text": "上门理发"})).json()
    assert "haircut" == told["chosen"]
    assert 0 < told["services"][0]["score"] <= 1


async def test_who_joins_follows_with_a_token_of_their_own(client: httpx2.AsyncClient, place: Place) -> None:
    """The same number; the same phone joins once; what is the owner's alone does not exist for them."""
    mine = await place_order(client, **DOGS)
    first, again = await joined(client, ZHAO), await joined(client, {**ZHAO, "phone": "+8613900002222"})
    assert (mine["reference"], first["tracking_token"]) == (first["reference"], again["tracking_token"])
    assert mine["tracking_token"] != first["tracking_token"]
    assert [("order_placed", 1), ("resident_joined", 2)] == await place.published(mine["order_id"])
    assert ["owner", "joined"] == [(await seen(client, one))["me"]["part"] for one in (mine, first)]
    assert 404 == (await post(client, first, "amend", urgency="urgent")).status_code
    assert 404 == (await post(client, first, "consent", agrees=True)).status_code


async def test_a_joined_resident_opens_no_other_order(client: httpx2.AsyncClient) -> None:
    """Security.md, case 1, with a joined token: 404 for every other order and every verb on it."""
    other = await place_order(client)
    await place_order(client, **DOGS)
    told = {**await joined(client, ZHAO), "reference": other["reference"]}
    address = f"/api/orders/{other['reference']}"
    answers = [await client.get(address + door, headers=bearer(told["tracking_token"])) for door in ("", "/live")]
    answers += [await post(client, told, verb, **body) for verb, body in VERBS.items()]
    assert {404} == {answer.status_code for answer in answers}


VERBS: dict[str, dict[str, Any]] = {
    "amend": {"urgency": "urgent"}, "cancel": {}, "review": {"outcome": "fixed"}, "consent": {"agrees": True},
}  # fmt: skip


async def test_whose_number_ordered_is_told_to_nobody(client: httpx2.AsyncClient) -> None:
    """Somebody who joins with the owner's number gets no more than anybody who joins."""
    mine = await place_order(client, **DOGS)
    posing = await joined(client, {"name": "someone", "phone": "138 0000 1111"})
    assert mine["tracking_token"] != posing["tracking_token"]
    assert "joined" == (await seen(client, posing))["me"]["part"]


async def test_an_order_that_has_ended_is_joined_no_more(client: httpx2.AsyncClient) -> None:
    """409; so is a token that is none of ours."""
    mine = await place_order(client, **DOGS)
    (one,) = await similar_to(client, "6栋2单元流浪狗叫")
    await post(client, mine, "cancel")
    tokens = (one["join_token"], mine["tracking_token"])
    answers = [await client.post("/api/orders/join", json={"join_token": token, "contact": ZHAO}) for token in tokens]
    assert [409, 409] == [answer.status_code for answer in answers]
    assert [] == await similar_to(client, "6栋2单元流浪狗叫")


async def test_it_goes_on_for_those_who_joined(client: httpx2.AsyncClient, place: Place) -> None:
    """The owner withdraws and it is over for them; the last one who leaves ends it."""
    mine = await place_order(client, **DOGS)
    zhao, qian = await joined(client, ZHAO), await joined(client, QIAN)
    left = (await post(client, mine, "cancel")).json()
    assert ("cancelled", "withdrawn", True, None) == (
        left["state"], left["outcome"], left["me"]["left"], left["holder"],
    )  # fmt: skip
    assert "placed" == (await seen(client, zhao))["state"]
    assert 409 == (await post(client, mine, "amend", urgency="urgent")).status_code
    assert ["placed", "cancelled"] == [
        (await seen(client, qian))["state"],
        (await post(client, zhao, "cancel")).json()["state"],
    ]
    await post(client, qian, "cancel")
    events = [name for name, _ in await place.published(mine["order_id"])]
    assert ["resident_left", "resident_left", "resident_left", "order_cancelled"] == events[3:]


async def test_each_gives_a_verdict_of_their_own(client: httpx2.AsyncClient, place: Place) -> None:
    """Not before it is done; the owner's closes the order, after that a verdict is recorded."""
    mine = await place_order(client, **DOGS)
    zhao, qian = await joined(client, ZHAO), await joined(client, QIAN)
    assert 409 == (await post(client, zhao, "review", outcome="fixed")).status_code
    await serve(place, mine["order_id"])
    view = (await post(client, zhao, "review", outcome="partly", rating=3)).json()
    assert ("done", "partly", 3) == (view["state"], view["me"]["verdict"]["outcome"], view["me"]["verdict"]["rating"])
    assert "closed" == (await post(client, mine, "review", outcome="fixed")).json()["state"]
    late = (await post(client, qian, "review", outcome="not_fixed", comment="still")).json()
    assert ("closed", "fixed", "not_fixed") == (late["state"], late["outcome"], late["me"]["verdict"]["outcome"])
    events = [name for name, _ in await place.published(mine["order_id"])]
    assert ["verdict_given", "order_reviewed", "order_closed", "verdict_given"] == events[3:]


async def test_not_fixed_for_one_who_joined_is_not_fixed(client: httpx2.AsyncClient, place: Place) -> None:
    """While the order is done, it runs again under the same number."""
    mine = await place_order(client, **DOGS)
    zhao = await joined(client, ZHAO)
    await serve(place, mine["order_id"])
    view = (await post(client, zhao, "review", outcome="not_fixed")).json()
    assert ("placed", None) == (view["state"], view["me"]["verdict"])


async def test_where_the_owner_left_the_first_who_joined_speaks(client: httpx2.AsyncClient, place: Place) -> None:
    """Their verdict closes the order; nobody else is left to."""
    mine = await place_order(client, **DOGS)
    zhao, qian = await joined(client, ZHAO), await joined(client, QIAN)
    await post(client, mine, "cancel")
    await serve(place, mine["order_id"])
    states = [(await post(client, one, "review", outcome="fixed")).json()["state"] for one in (qian, zhao)]
    assert ["done", "closed"] == states


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
