"""Others are concerned in an order: they join it, leave it, and judge it, each with a token of their own."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.community.definition import Community
from tests.integration.intake.neighbours import DOGS, QIAN, ZHAO, joined, post, public_county, seen, serve, similar_to
from tests.integration.intake.running import Place, bearer, place_order


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """Where neighbours share matters."""
    return public_county(tmp_path_factory.mktemp("public"))


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
