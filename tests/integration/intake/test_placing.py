"""Placing an order: what is answered, what is kept, and that nothing is placed twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from services.intake.app import Intake
from services.intake.use_cases.placing import KeyUsedForAnotherOrder, NewOrder, Placed
from tests.integration.intake.running import BODY, Place, bearer, place_order

KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def new_order(key: str | None = None, body: str = "the body") -> NewOrder:
    """An order as the door hands it over."""
    return NewOrder(service="homework", area="east-g1", details="", contact=None, key=key, body=body)


async def test_a_placed_order_is_answered_as_the_contract_says(client: httpx2.AsyncClient) -> None:
    """201, where it is, and the seven things a resident needs to know."""
    answer = await client.post("/api/orders", json=BODY)
    placed = answer.json()
    assert (201, f"/api/orders/{placed['reference']}") == (answer.status_code, answer.headers["location"])
    assert {"order_id", "reference", "tracking_token", "state", "holder", "due_at", "next_step"} == set(placed)
    title = {"zh": "网格长", "en": "Grid leader"}
    holder = {"role": "coordinator", "area": "east-g1", "title": title, "kind": None, "hours": None}
    assert ("placed", "offer", holder) == (placed["state"], placed["next_step"], placed["holder"])
    assert datetime.fromisoformat(placed["due_at"]).tzinfo is not None
    assert "261122" == placed["reference"][:6]


async def test_the_link_of_the_answer_leads_to_the_order(client: httpx2.AsyncClient) -> None:
    """Location with the tracking token is the order's view."""
    answer = await client.post("/api/orders", json=BODY)
    placed = answer.json()
    seen = await client.get(answer.headers["location"], headers=bearer(placed["tracking_token"]))
    assert 200 == seen.status_code, seen.text
    view = seen.json()
    assert [placed[name] for name in ("order_id", "reference", "state", "due_at")] == [
        view[name] for name in ("order_id", "reference", "state", "due_at")
    ]
    assert [("order_placed", "resident", "placed")] == [
        (entry["what"], entry["by"], entry["state"]) for entry in view["timeline"]
    ]
    assert [("tutoring", 1, "placed")] == [(leg["post"], leg["headcount"], leg["state"]) for leg in view["legs"]]


async def together(intake: Intake, commands: Sequence[NewOrder]) -> list[Placed | BaseException]:
    """What becomes of orders that reach the writer in the same instant."""
    do, placing = intake.machinery.writer.do, intake.use_cases.placing
    waiting = (do(placing.place_orders, command) for command in commands)
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_the_same_key_and_body_is_the_same_order(client: httpx2.AsyncClient, place: Place) -> None:
    """A repeated request gets the same 201 with the same token; nothing is placed again."""
    answers = [await client.post("/api/orders", json=BODY, headers=KEY) for _ in range(3)]
    assert [201, 201, 201] == [answer.status_code for answer in answers]
    assert [answers[0].json()] * 3 == [answer.json() for answer in answers]
    assert (1, 1) == (await place.count("orders"), await place.count("outbox"))


async def test_a_repeated_key_survives_the_orders_progress(client: httpx2.AsyncClient) -> None:
    """Hours later the key still leads to the order and its token, as it is then."""
    first = (await client.post("/api/orders", json=BODY, headers=KEY)).json()
    cancel = f"/api/orders/{first['reference']}/cancel"
    assert 200 == (await client.post(cancel, headers=bearer(first["tracking_token"]))).status_code
    again = (await client.post("/api/orders", json=BODY, headers=KEY)).json()
    assert (first["tracking_token"], "cancelled") == (again["tracking_token"], again["state"])


async def test_the_same_key_with_another_body_is_refused(client: httpx2.AsyncClient, place: Place) -> None:
    """A key is one order's for ever (security.md, case 9)."""
    await client.post("/api/orders", json=BODY, headers=KEY)
    answer = await client.post("/api/orders", json={**BODY, "details": "English"}, headers=KEY)
    assert (422, "/problems/key-used-for-another-order") == (answer.status_code, answer.json()["type"])
    assert 1 == await place.count("orders")


async def test_without_a_key_two_orders_are_two(client: httpx2.AsyncClient, place: Place) -> None:
    """Nobody is kept from ordering the same thing twice."""
    first, second = await place_order(client), await place_order(client)
    assert first["tracking_token"] != second["tracking_token"]
    assert 2 == await place.count("orders")


async def test_a_key_is_short_and_printable(client: httpx2.AsyncClient, place: Place) -> None:
    """What no client needs as a key is refused before anything is placed."""
    keys = ["", "x" * 201, "with\ttab", "schlüssel"]
    headers = [{b"idempotency-key": key.encode("latin-1")} for key in keys]
    answers = [await client.post("/api/orders", json=BODY, headers=header) for header in headers]
    assert [422] * len(keys) == [answer.status_code for answer in answers]
    assert 0 == await place.count("orders")


async def test_a_key_used_twice_within_one_list_is_one_order(place: Place) -> None:
    """Two requests that are committed together are told apart from two orders as well."""
    async with place.writing() as intake:
        commands = [new_order("k-1"), new_order("k-1"), new_order("k-1", "another body")]
        first, same, other = await together(intake, commands)
    assert isinstance(first, Placed)
    assert isinstance(same, Placed)
    assert (first.order.order_id, True) == (same.order.order_id, same.known)
    assert isinstance(other, KeyUsedForAnotherOrder)
    assert (1, 1) == (await place.count("orders"), await place.count("door_keys"))


async def test_two_processes_racing_on_one_key_place_one_order(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both looked before either wrote: the second finds the first's order when it looks again."""
    async with place.writing() as one, place.writing() as other:
        if not one.machinery.database.is_sqlite:  # which lets only one look at a time
            gate = asyncio.Barrier(2)
            for intake in (one, other):
                monkeypatch.setattr(
                    intake.use_cases.placing, "_known", looking_together(intake.use_cases.placing, gate)
                )
        placed = await asyncio.gather(
            *(
                intake.machinery.writer.do(intake.use_cases.placing.place_orders, new_order("k-1"))
                for intake in (one, other)
            )
        )
    assert 1 == len({one_placed.order.order_id for one_placed in placed})
    assert [False, True] == sorted(one_placed.known for one_placed in placed)
    assert (1, 1, 1) == tuple([await place.count(table) for table in ("orders", "door_keys", "outbox")])


def looking_together(placing: Any, gate: asyncio.Barrier) -> Any:
    """The first look waits for the other process's first look."""
    look, looks = placing._known, []

    async def known(*arguments: Any) -> Any:
        found = await look(*arguments)
        looks.append(1)
        if len(looks) == 1:
            await asyncio.wait_for(gate.wait(), 10)
        return found

    return known


async def test_a_list_of_256_orders_is_one_commit(place: Place) -> None:
    """What waits together is one unit of work with one instant; each order has its own number and answer."""
    async with place.writing() as intake:
        answers = await together(intake, [new_order(f"k-{number}") for number in range(256)])
    placed = [answer.order for answer in answers if isinstance(answer, Placed)]
    assert 256 == len({order.reference for order in placed})
    assert (1, {1}) == (len({order.placed_at for order in placed}), {order.version for order in placed})
    assert (256, 256) == (await place.count("orders"), await place.count("outbox"))


async def test_a_refused_neighbour_harms_nobody(place: Place) -> None:
    """One impossible order in a list is refused alone."""
    impossible = NewOrder(service="rockets", area="moon", details="", contact=None)
    async with place.writing() as intake:
        answers = await together(intake, [new_order(), impossible, new_order()])
    assert ["Placed", "OrderInvalid", "Placed"] == [type(answer).__name__ for answer in answers]
    assert 2 == await place.count("orders")


async def test_everything_wrong_is_a_problem_with_pointers(client: httpx2.AsyncClient, place: Place) -> None:
    """422 as RFC 9457: each wrong field with its pointer; nothing is kept."""
    body = {**BODY, "service": "rockets", "area": "east", "contact": {"name": "李梅", "phone": "no"}}
    answer = await client.post("/api/orders", json=body)
    problem = answer.json()
    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert ("/problems/order-invalid", "The order cannot be accepted like this") == (problem["type"], problem["title"])
    assert [
        {"pointer": "/service", "detail": "there is no such service"},
        {"pointer": "/area", "detail": "an order names a grid or a place in one"},
        {"pointer": "/contact/phone", "detail": "this is not a phone number"},
    ] == problem["errors"]
    assert 32 == len(problem["trace_id"])
    assert (0, 0) == (await place.count("orders"), await place.count("outbox"))


HOSTILE: list[dict[str, Any]] = [
    {"details": "a\x00b"},
    {"details": "x" * 2001},
    {"contact": {"name": "x" * 10_000, "phone": "13800001111"}},
    {"contact": {"name": "李\n梅", "phone": "13800001111"}},
    {"state": "done"},
    {"assigned_to": "v-1"},
    {"window": {"from": "0001-01-01T00:00:00+14:00", "to": "9999-12-31T23:59:59-14:00"}},
    {"window": {"from": "2026-11-22T20:00:00+08:00", "to": "2026-11-22T19:00:00+08:00"}},
    {"excluded": ["east-g1"] * 21},
    {"urgency": "yesterday"},
    {"contact": None},
]


async def test_hostile_input_is_refused_and_never_an_accident(client: httpx2.AsyncClient, place: Place) -> None:
    """Extra fields, NUL, endless names, impossible windows: 422 each, and nothing is kept."""
    answers = [await client.post("/api/orders", json={**BODY, **hostile}) for hostile in HOSTILE]
    assert [(422, "application/problem+json")] * len(HOSTILE) == [
        (answer.status_code, answer.headers["content-type"]) for answer in answers
    ]
    assert 0 == await place.count("orders")


async def test_a_body_over_the_limit_is_refused(client: httpx2.AsyncClient) -> None:
    """Two megabytes are no order."""
    answer = await client.post("/api/orders", json={**BODY, "details": "x" * 2_000_000})
    assert 413 == answer.status_code


async def test_the_dispatch_clock_is_in_domain_time(client: httpx2.AsyncClient) -> None:
    """Placed at seven in the evening of the domain's day, a normal order is due within four hours of it."""
    placed = await place_order(client)
    placed_at = datetime.fromisoformat("2026-11-22T19:00:00+08:00")
    ahead = datetime.fromisoformat(placed["due_at"]) - placed_at
    assert timedelta(hours=4) <= ahead < timedelta(hours=4, minutes=2)


async def test_orders_that_look_like_spam_are_placed_and_looked_at_first(place: Place) -> None:
    """A link, or more of one phone than people place in an hour: 201 all the same, and the event says so; the orders
    of other phones are asked about at once."""
    watchful = replace(place, settings=place.settings.model_copy(update={"orders_per_phone": 2}))
    other = {"name": "王强", "phone": "138 0000 2222"}
    advertised = {"contact": other, "details": "see www.example.com"}
    async with watchful.serving() as client:
        placed = [await place_order(client, **wish) for wish in ({}, {}, {}, {"contact": other}, advertised)]
    found = await place.rows("SELECT about, body FROM outbox WHERE type LIKE '%order_placed%'")
    review = {about: json.loads(body)["review"] for about, body in found}
    assert [False, False, True, False, True] == [review[one["order_id"]] for one in placed]
