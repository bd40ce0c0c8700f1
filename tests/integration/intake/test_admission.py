"""At its limits intake takes nothing new and serves what it took; what it answered with 201 it has."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
from sqlalchemy import text

from services.intake.app import Intake, application_of
from shared.community.definition import Community
from shared.contracts.words import Role
from tests.integration.intake.running import BODY, Place, bearer, client_of, make_place, place_order
from tests.waiting import wait_for

LOOK = {"limits_seconds": 0.05, "refused_seconds": 90}
CHINESE = "目前暂不受理新的事项"
FORM = {"area": "east-g1-b1", "urgency": "normal", "contact.name": "王强", "contact.phone": "13800001111"}


async def refused(client: httpx2.AsyncClient) -> httpx2.Response:
    """The first order that is not taken any more."""

    async def refusal() -> httpx2.Response | None:
        answer = await client.post("/api/orders", json=BODY)
        return None if answer.status_code == 201 else answer

    found = await wait_for(refusal, 10, "a refused order")
    assert found is not None
    return found


async def test_with_too_much_unpublished_only_work_under_way_goes_on(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """Orders, imports and joining answer 503 with Retry-After in the reader's language; an order that was taken is
    still withdrawn; once the backlog is gone new orders are taken again.
    """
    place = await make_place(tmp_path, database_url, rules, outbox_most=3, **LOOK)
    coordinator = place.token(Role.COORDINATOR, area="east")
    async with place.serving() as client:
        mine = await place_order(client)
        answer = await refused(client)
        assert (503, "application/problem+json", "90") == _told(answer)
        assert "/problems/no-new-work" == answer.json()["type"]
        orders = await place.count("orders")
        table = {"file": ("orders.csv", b"id\n1\n")}
        for other in (
            await client.post("/api/orders/import", files=table, data={"mapping": "{}"}, headers=coordinator),
            await client.post("/api/orders/join", json={"join_token": "x", "contact": BODY["contact"]}),
        ):
            assert (503, "application/problem+json", "90") == _told(other)
        page = await client.post(
            "/order/haircut?in=east-g1", data=FORM, headers={"accept": "text/html", "accept-language": "zh", **PAGE}
        )
        assert (503, True, True) == (page.status_code, CHINESE in page.text, 'value="王强"' in page.text)
        assert int(page.headers["retry-after"]) > 0
        assert orders == await place.count("orders")
        ready = (await client.get("/readyz")).json()
        assert (["outbox"], "ok") == (ready["warnings"], ready["checks"]["database"])
        assert "paidan_new_work_admitted 0.0" in (await client.get("/metrics")).text
        withdrawn = await client.post(
            f"/api/orders/{mine['reference']}/cancel", json={}, headers=bearer(mine["tracking_token"])
        )
        assert 200 == withdrawn.status_code, withdrawn.text
        await _publish_all(place)
        await wait_for(lambda: _taken(client), 10, "an order that is taken again")


async def test_with_too_little_room_nothing_new_is_taken(tmp_path: Path, database_url: str, rules: Community) -> None:
    """The disk under an SQLite database, the size a PostgreSQL database may have: both refuse before they are full."""
    room = {"disk_least_bytes": 2**62, "disk_least_share": 1.0, "database_most_bytes": 2**20}
    place = await make_place(tmp_path, database_url, rules, **room, **LOOK)
    async with place.serving() as client:
        answer = await refused(client)
        assert (503, "application/problem+json", "90") == _told(answer)
        assert ["disk"] == (await client.get("/readyz")).json()["warnings"]


async def test_no_order_is_answered_with_201_that_the_full_database_does_not_have(
    tmp_path: Path, rules: Community
) -> None:
    """SQLite is told that its file may not grow: sixty residents at once hear 201 or 503, and each 201 is an order."""
    place = await make_place(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'full.db'}", rules)
    async with place.writing() as intake, client_of(application_of(intake)) as client:
        await _pragma(intake, f"max_page_count={await _pragma(intake, 'page_count') + 6}")
        answers = await asyncio.gather(*(_order(client, n) for n in range(40)))
        answers += [await _order(client, n) for n in range(40, 60)]
        await _pragma(intake, "max_page_count=1000000")
        assert {201, 503} == {answer.status_code for answer in answers}
        assert {"2"} == {answer.headers["retry-after"] for answer in answers if answer.status_code == 503}
        promised = {answer.json()["order_id"] for answer in answers if answer.status_code == 201}
        assert promised == {order_id for (order_id,) in await place.rows("SELECT order_id FROM orders")}
        assert 201 == (await _order(client, 60)).status_code


PAGE = {"origin": "http://intake.test", "sec-fetch-site": "same-origin"}


def _told(answer: httpx2.Response) -> tuple[int, str, str]:
    return answer.status_code, answer.headers["content-type"], answer.headers["retry-after"]


async def _order(client: httpx2.AsyncClient, n: int) -> httpx2.Response:
    return await client.post("/api/orders", json={**BODY, "details": f"{n} " + "x" * 500})


async def _taken(client: httpx2.AsyncClient) -> bool:
    return (await client.post("/api/orders", json=BODY)).status_code == 201


async def _publish_all(place: Place) -> None:
    """The broker has taken everything, as it would once it is back."""
    async with place.writing() as intake, intake.machinery.database.writing() as session:
        await session.execute(text("UPDATE outbox SET sent_at = '2026-11-22 12:00:00'"))


async def _pragma(intake: Intake, pragma: str) -> int:
    async with intake.machinery.database.writing() as session:
        return int(await session.scalar(text(f"PRAGMA {pragma}")))
