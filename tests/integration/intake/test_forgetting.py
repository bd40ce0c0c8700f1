"""What is kept of people: seen, put right and erased by themselves, forgotten in time, and not back by a restore."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from services.intake.app import Intake
from services.intake.queries.serving import ServersContacts
from shared.contracts.personal import ContactAsked, WordsForgotten, WordsToForget
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from shared.persistence.erasures import Erased, Register
from tests.integration.intake.dispatch import AT, Dispatch
from tests.integration.intake.finding import Phones, claim_of, enter, serving
from tests.integration.intake.running import Place, bearer, client_of, place_order

KEPT = "SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM erasures), (SELECT max(forgotten) FROM orders)"


async def cancelled(client: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    """An order that its resident withdrew."""
    order = await place_order(client, **more)
    await post(client, order, "cancel")
    return order


async def post(client: httpx2.AsyncClient, order: dict[str, Any], what: str, body: Any = None) -> httpx2.Response:
    """One of the resident's verbs, by the order's token."""
    address = f"/api/orders/{order['reference']}/{what}"
    return await client.post(address, json=body, headers=bearer(order["tracking_token"]))


async def own(client: httpx2.AsyncClient, order: dict[str, Any]) -> Any:
    """What is kept of whoever ordered."""
    answer = await client.get(f"/api/orders/{order['reference']}/personal", headers=bearer(order["tracking_token"]))
    assert 200 == answer.status_code, answer.text
    return answer.json()


async def test_residents_see_correct_and_erase_what_is_kept(client: httpx2.AsyncClient, place: Place) -> None:
    """By the order's secret alone; while it is open it is not erased; afterwards its course stays with nobody in it."""
    order = await place_order(client)
    address = f"/api/orders/{order['reference']}/personal"
    assert (401, "李梅") == ((await client.get(address)).status_code, (await own(client, order))["kept"]["name"])
    corrected = await post(client, order, "personal", {"phone": "139 0000 2222"})
    assert ("13900002222", "李梅") == tuple(corrected.json()["kept"][name] for name in ("phone", "name"))
    refused = await post(client, order, "personal/erase", {"sure": True})
    assert (409, "still-open") == (refused.status_code, refused.json()["type"].rpartition("/")[2])
    await post(client, order, "cancel")
    assert 422 == (await post(client, order, "personal/erase", {"sure": False})).status_code
    erased = await post(client, order, "personal/erase", {"sure": True})
    assert (200, {}, []) == (erased.status_code, erased.json()["kept"], erased.json()["said"])
    assert [(0, 1, 2)] == await place.rows(KEPT)
    course = await client.get(f"/api/orders/{order['reference']}", headers=bearer(order["tracking_token"]))
    assert ("cancelled", 409) == (
        course.json()["state"],
        (await post(client, order, "personal", {"name": "x"})).status_code,
    )
    assert ["viewed", "corrected", "erased"] == [
        what for what in ("viewed", "corrected", "erased") if await place.audited(what)
    ]


async def test_who_ordered_sees_how_often_anybody_looked(client: httpx2.AsyncClient, place: Place) -> None:
    """By role, without names, on the page as in the copy."""
    order = await place_order(client)
    desk, coordinator = f"/api/desk/orders/{order['reference']}", place.token(Role.COORDINATOR, "c-1", "east-g1")
    for _ in range(2):
        await client.get(desk, headers=coordinator)
    await client.post(f"{desk}/reveal", json={"part": "contact", "reason": "visit"}, headers=coordinator)
    assert [("read", "coordinator", 2), ("revealed", "coordinator", 1)] == [
        (one["what"], one["role"], one["times"]) for one in (await own(client, order))["looked"]
    ]
    headers = {"accept": "text/html", **bearer(order["tracking_token"])}
    page = await client.get(f"/orders/{order['reference']}/personal", headers=headers)
    assert (True, False) == ("read what you said (times: 2)" in page.text, "c-1" in page.text)


async def test_who_was_erased_does_not_come_back_with_a_backup(place: Place) -> None:
    """The register lies outside the database: a service that starts on an older copy erases them before it serves."""
    async with place.serving() as client:
        order = await cancelled(client)
        ((sealed, printed),) = await place.rows("SELECT sealed, phone_print FROM contacts")
        assert 200 == (await post(client, order, "personal/erase", {"sure": True})).status_code
    await _restore_contact(place, order["order_id"], sealed, printed)
    assert [(1, 0, 0)] == await place.rows(KEPT)
    async with place.serving() as client:
        assert [(0, 1, 2)] == await place.rows(KEPT)
        assert {} == (await own(client, order))["kept"]


async def _restore_contact(place: Place, order_id: str, sealed: bytes, printed: str) -> None:
    """What a backup from before the erasure puts back."""
    intake = place.intake()
    async with intake.machinery.database.writing() as session:
        values = {"id": order_id, "sealed": sealed, "printed": printed}
        await session.execute(text("INSERT INTO contacts VALUES (:id, :sealed, :printed)"), values)
        await session.execute(text("DELETE FROM erasures"))
        await session.execute(text("UPDATE orders SET forgotten = 0"))
    await intake.machinery.database.close()


async def test_hints_go_after_seven_days_and_contacts_after_thirty(place: Place) -> None:
    """Counted from the closing, by a clock that reads what is due from the database; matcher is told until it hears."""
    told: list[str] = []

    async def hear(asked: WordsToForget) -> WordsForgotten:
        told.append(asked.order_id)
        return WordsForgotten()

    opened = await place.open_at(AT)
    async with client_of(opened.app) as client:
        order = await cancelled(client)
        running = await place_order(client)
        clock = opened.intake.forgetting_clock
        clock._ask = hear
        assert 0 == await clock.sweep(AT + timedelta(days=6, hours=23))
        assert 1 == await clock.sweep(AT + timedelta(days=7, minutes=1))
        kept = (await own(client, order))["kept"]
        assert (["name", "phone"], [order["order_id"]]) == (sorted(kept), told)
        assert 1 == await clock.sweep(AT + timedelta(days=30, minutes=1))
        assert ({}, 0) == ((await own(client, order))["kept"], await clock.sweep(AT + timedelta(days=31)))
        assert "Maths, third floor" == (await own(client, running))["kept"]["details"]
    assert [("", "hints"), ("", "contact")] == [(row[1], row[3]) for row in await place.audited("swept")]


async def test_a_contact_is_told_to_a_live_assignment_alone(place: Place) -> None:
    """Decided by what intake has heard; every asking is in the audit, allowed or not, and never what was told."""
    opened = await place.open_at(AT)
    async with client_of(opened.app) as client:
        order = await place_order(client)
    dispatch = await Dispatch.of(opened.intake, place, order["order_id"])
    right = ContactAsked(order_id=order["order_id"], assignment_id="assignment-1", volunteer_id="v-1")
    await refused(opened.intake, right)
    await dispatch.tell("offer_made", "leg_assigned")
    told = await asked(opened.intake, right)
    assert ("李梅", "13800001111", "east-g1-b1", "Maths, third floor") == (
        told.name, told.phone, told.area, told.details,
    )  # fmt: skip
    await refused(opened.intake, right.model_copy(update={"volunteer_id": "v-2"}))
    await dispatch.tell("leg_handed_back")
    await refused(opened.intake, right)
    assert ["refused", "allowed", "refused", "refused"] == [row[5] for row in await place.audited("fetched")]


async def asked(intake: Intake, request: ContactAsked) -> Any:
    """Intake's answer."""
    machinery, vault = intake.machinery, intake.queries._vault
    return await ServersContacts(machinery.database, vault, machinery.audit, intake.clock, 3).tell(request)


async def refused(intake: Intake, request: ContactAsked) -> None:
    """Nothing is told."""
    with pytest.raises(NotFound):
        await asked(intake, request)


@pytest.fixture
def phones() -> Phones:
    """Phones that no code has come to yet."""
    return Phones()


@pytest.fixture
async def phoned(place: Place, phones: Phones) -> AsyncIterator[httpx2.AsyncClient]:
    """Intake at work, with the phones where notifier would be."""
    async with serving(place, phones) as client:
        yield client


async def test_a_code_opens_and_erases_everything_of_a_phone(
    phoned: httpx2.AsyncClient, phones: Phones, place: Place
) -> None:
    """All of its orders or none: one that is open is named first, and nothing is erased until it has ended."""
    await cancelled(phoned)
    still = await place_order(phoned)
    answer = await enter(phoned, await claim_of(phoned), await phones.code())
    secret = bearer(answer.json()["personal_token"])
    items = (await phoned.get("/api/personal", headers=secret)).json()["items"]
    assert (2, {"李梅"}) == (len(items), {one["kept"]["name"] for one in items})
    assert 409 == (await phoned.post("/api/personal/erase", json={"sure": True}, headers=secret)).status_code
    assert 2 == await place.count("contacts")
    await post(phoned, still, "cancel")
    assert 200 == (await phoned.post("/api/personal/erase", json={"sure": True}, headers=secret)).status_code
    assert (0, 2) == (await place.count("contacts"), await place.count("erasures"))
    assert 401 == (await phoned.get("/api/personal", headers=bearer(still["tracking_token"]))).status_code
    page = await phoned.get("/personal", headers={"cookie": f"paidan_personal={answer.json()['personal_token']}"})
    assert (200, True) == (page.status_code, "Nothing personal is kept" in page.text)


def test_a_torn_line_of_the_register_is_passed_over(tmp_path: Any) -> None:
    """A power cut tears the last line alone: what it tells of was never committed."""
    register = Register(tmp_path / "erasures", "intake")
    register._append([Erased(subject="a", about="a", at=AT)])
    with (tmp_path / "erasures/intake.jsonl").open("a") as file:
        file.write('{"subject": "tor')
    register._append([Erased(subject="b", about="b", at=AT)])
    assert ["a", "b"] == [one.subject for one in register.read()]
