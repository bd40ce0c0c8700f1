"""What coordinators arrange: another time for the resident, a second order out of one, orders of shops, for others."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from services.intake.app import Intake
from shared.contracts.words import Role
from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import BODY, Place, bearer, place_order

EVENING = {"from": "2026-11-23T19:00:00+08:00", "to": "2026-11-23T21:00:00+08:00"}
SECOND = {"service": "haircut", "details": "She would like her hair cut as well"}
PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin"}
PERSON = {"name": "王奶奶", "phone": "139 1111 2222"}


@pytest.fixture
def coordinator(place: Place) -> dict[str, str]:
    """The coordinator of the grid the order is in."""
    return place.token(Role.COORDINATOR, subject="c-1", area="east-g1")


async def events(place: Place, order_id: str) -> list[dict[str, Any]]:
    """What intake published about an order, in order, each with its name."""
    rows = await place.rows("SELECT type, body FROM outbox WHERE about = :id ORDER BY position", id=order_id)
    texts = [(kind.split(".")[2], body if isinstance(body, str) else bytes(body).decode()) for kind, body in rows]
    return [{"what": what, **json.loads(text)} for what, text in texts]


async def sealed(place: Place, order_id: str) -> dict[str, Any]:
    """What an order's vault holds."""
    ((kept,),) = await place.rows("SELECT sealed FROM contacts WHERE order_id = :id", id=order_id)
    intake: Intake = place.intake()
    fields = intake.doors.desk._vault.open_fields(order_id, bytes(kept))
    await intake.machinery.database.close()
    return fields


async def test_a_coordinator_changes_the_time_for_the_resident(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """The event and the timeline say that it was the coordinator."""
    placed = await place_order(client)
    answer = await client.post(f"/api/desk/orders/{placed['reference']}/window", json=EVENING, headers=coordinator)
    told = (await events(place, placed["order_id"]))[-1]
    seen = answer.json()["timeline"][-1]
    assert (200, "order_amended", "coordinator") == (answer.status_code, told["what"], told["by"])
    assert ("order_amended", "coordinator", "2026-11-23T11:00:00Z") == (
        seen["what"], seen["by"], answer.json()["window"]["from"],
    )  # fmt: skip


async def test_a_time_that_has_passed_or_an_order_elsewhere_is_refused(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """422 for a past window, 404 for another area's coordinator; the order stays as it was."""
    address = f"/api/desk/orders/{(await place_order(client))['reference']}/window"
    past = {"from": "2026-11-21T19:00:00+08:00", "to": "2026-11-21T20:00:00+08:00"}
    elsewhere = place.token(Role.COORDINATOR, subject="c-2", area="east-g2")
    answers = [
        await client.post(address, json=past, headers=coordinator),
        await client.post(address, json=EVENING, headers=elsewhere),
        await client.post(address, json=EVENING),
    ]
    assert [422, 404, 401] == [answer.status_code for answer in answers]
    assert [(None,)] == await place.rows("SELECT window_from FROM orders")


async def test_a_second_order_has_its_own_number_and_secrets(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """Same place, same resident, sealed again under the new id; the coordinator gets no tracking token."""
    first = await place_order(client, excluded=["east-g1-b1", {"name": "张三"}])
    address = f"/api/desk/orders/{first['reference']}"
    answer = await client.post(f"{address}/split", json=SECOND, headers=coordinator)
    made = answer.json()
    assert (201, {"order_id", "reference"}, f"/api/desk/orders/{made['reference']}") == (
        answer.status_code, set(made), answer.headers["location"],
    )  # fmt: skip
    (told,) = await events(place, made["order_id"])
    assert (first["order_id"], "haircut", True) == (told["split_from"], told["service"], told["has_parties"])
    one, other = await sealed(place, first["order_id"]), await sealed(place, made["order_id"])
    kept = ("name", "phone", "excluded")
    assert ([one[field] for field in kept], SECOND["details"]) == ([other[field] for field in kept], other["details"])
    assert [("coordinator", "c-1")] == await place.rows(
        "SELECT channel, recorded_by FROM orders WHERE order_id = :id", id=made["order_id"]
    )


async def test_both_orders_lead_to_each_other(client: httpx2.AsyncClient, coordinator: dict[str, str]) -> None:
    """For the coordinator on both pages; the resident opens the other one by its own link."""
    first = await place_order(client)
    address = f"/api/desk/orders/{first['reference']}"
    made = (await client.post(f"{address}/split", json=SECOND, headers=coordinator)).json()
    one = (await client.get(address, headers=coordinator)).json()["related"]
    other = (await client.get(f"/api/desk/orders/{made['reference']}", headers=coordinator)).json()["related"]
    assert [(made["reference"], "into")] == [(each["reference"], each["relation"]) for each in one]
    assert [(first["reference"], "from")] == [(each["reference"], each["relation"]) for each in other]
    client.cookies.set("paidan_track", first["tracking_token"])
    page = await client.get(f"/orders/{first['reference']}", headers=PAGE)
    link = page.text.partition(made["reference"])[0].rpartition('href="')[2].partition('"')[0]
    opened = await client.get(link, headers=PAGE)
    assert (303, f"/orders/{made['reference']}") == (opened.status_code, opened.headers["location"])


async def test_the_same_key_makes_one_second_order(client: httpx2.AsyncClient, coordinator: dict[str, str]) -> None:
    """Sent twice it is one; with other words under the same key it is refused."""
    address = f"/api/desk/orders/{(await place_order(client))['reference']}/split"
    key = coordinator | {"idempotency-key": "k-1"}
    one, same = [await client.post(address, json=SECOND, headers=key) for _ in range(2)]
    other = await client.post(address, json=SECOND | {"details": "Something else"}, headers=key)
    assert (201, one.json(), 422) == (same.status_code, same.json(), other.status_code)


async def test_what_is_served_or_ended_is_not_divided(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """409 once it is done and once it was withdrawn; 422 without words; 404 elsewhere."""
    done, gone, open_ = [await place_order(client) for _ in range(3)]
    async with place.writing() as intake:
        await (await Dispatch.of(intake, place, done["order_id"])).tell(*SERVED)
    await client.post(f"/api/orders/{gone['reference']}/cancel", headers=bearer(gone["tracking_token"]))
    elsewhere = place.token(Role.COORDINATOR, subject="c-2", area="east-g2")
    answers = [
        await client.post(f"/api/desk/orders/{one['reference']}/split", json=body, headers=headers)
        for one, body, headers in (
            (done, SECOND, coordinator),
            (gone, SECOND, coordinator),
            (open_, {"service": "haircut"}, coordinator),
            (open_, SECOND | {"service": "rockets"}, coordinator),
            (open_, SECOND, elsewhere),
        )
    ]
    assert ([409, 409, 422, 422, 404], 3) == ([each.status_code for each in answers], await place.count("orders"))


async def test_the_forms_do_the_same(client: httpx2.AsyncClient, coordinator: dict[str, str]) -> None:
    """Change the time, say what is wrong with it, make a second order: without a script."""
    first = await place_order(client)
    address, headers = f"/desk/orders/{first['reference']}", coordinator | PAGE
    moved = await client.post(
        f"{address}/window", data={"window.from": "2026-11-23T19:00", "window.to": "2026-11-23T21:00"}, headers=headers
    )
    wrong = await client.post(f"{address}/window", data={"window.from": "2026-11-23T19:00"}, headers=headers)
    blank = await client.get(f"{address}/split", headers=headers)
    made = await client.post(f"{address}/split", data=SECOND | {"key": "k"}, headers=headers)
    assert (303, 422, 200, 303) == (moved.status_code, wrong.status_code, blank.status_code, made.status_code)
    assert "field-window-to-fault" in wrong.text
    page = await client.get(made.headers["location"], headers=headers)
    assert f'href="/desk/orders/{first["reference"]}"' in page.text


@pytest.mark.parametrize("orderer", ["shop", "firm"])
async def test_a_shop_or_firm_orders_by_its_name(client: httpx2.AsyncClient, place: Place, orderer: str) -> None:
    """Which of them is counted; the name is sealed."""
    placed = await place_order(client, orderer=orderer, contact={**BODY["contact"], "organisation": "老王面馆"})
    kept = await sealed(place, placed["order_id"])
    assert ([(orderer,)], "老王面馆") == (await place.rows("SELECT orderer FROM orders"), kept["organisation"])
    assert "老王" not in json.dumps(await events(place, placed["order_id"]), ensure_ascii=False)


async def test_a_shop_says_which_one(client: httpx2.AsyncClient, place: Place) -> None:
    """Without its name, or with a name and no word of what it is: 422 at the field."""
    named = {**BODY, "contact": {**BODY["contact"], "organisation": "老王面馆"}}
    answers = [await client.post("/api/orders", json=body) for body in ({**BODY, "orderer": "shop"}, named)]
    assert [(422, "/contact/organisation"), (422, "/orderer")] == [
        (answer.status_code, answer.json()["errors"][0]["pointer"]) for answer in answers
    ]
    assert 0 == await place.count("orders")


async def test_the_residents_form_asks_for_whom_and_for_which_shop(client: httpx2.AsyncClient, place: Place) -> None:
    """Optional lines of the same form."""
    typed = {
        "area": "east-g1-b1",
        "urgency": "normal",
        "contact.name": "王强",
        "contact.phone": "13800001111",
        "orderer": "shop",
        "contact.organisation": "老王面馆",
        "person.name": PERSON["name"],
        "person.phone": PERSON["phone"],
    }
    address = "/order/haircut?in=east-g1"
    refused = await client.post(address, data=typed, headers=PAGE)
    answer = await client.post(address, data=typed | {"consent.person": "true"}, headers=PAGE)
    assert (422, True, 303) == (
        refused.status_code, 'id="field-consent-person-fault"' in refused.text, answer.status_code,
    )  # fmt: skip
    assert ([("shop",)], [("person",)]) == (
        await place.rows("SELECT orderer FROM orders"), await place.rows("SELECT part FROM residents"),
    )  # fmt: skip


@pytest.mark.parametrize("channel", [None, "phone"])
async def test_whom_it_is_for_is_concerned_and_their_consent_kept(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str], channel: str | None
) -> None:
    """From both doors: a row of their own, the fact after the order's, and to whom they agreed and when."""
    body: dict[str, Any] = {**BODY, "on_behalf_of": PERSON["name"], "person": PERSON, "consent": {"person": True}}
    body |= {"channel": channel} if channel else {}
    answer = await client.post("/api/orders", json=body, headers=coordinator if channel else {})
    assert 201 == answer.status_code, answer.text
    order_id = answer.json()["order_id"]
    told = [(one["what"], one.get("part")) for one in await events(place, order_id)]
    kept = (await sealed(place, order_id))["consent"]
    assert [("order_placed", None), ("resident_joined", "person")] == told
    assert (True, "c-1" if channel else "resident", True) == (kept["person"], kept["to"], kept["at"] > "2026-11-22")
    reveal = {"reason": "call_back", "part": "person"}
    address = f"/api/desk/orders/{answer.json()['reference']}"
    seen = (await client.get(address, headers=coordinator)).json()["person"]
    shown = (await client.post(f"{address}/reveal", json=reveal, headers=coordinator)).json()
    assert ("139****2222", "+8613911112222", "王奶奶") == (seen["phone"], shown["phone"], shown["name"])


async def test_whom_it_is_for_must_agree_and_have_a_number(client: httpx2.AsyncClient, place: Place) -> None:
    """422 at each field; nothing is kept."""
    bodies: list[dict[str, Any]] = [
        {"person": PERSON},
        {"person": {**PERSON, "phone": "none"}, "consent": {"person": True}},
    ]
    answers = [await client.post("/api/orders", json={**BODY, **body}) for body in bodies]
    assert [(422, "/consent/person"), (422, "/person/phone")] == [
        (answer.status_code, answer.json()["errors"][0]["pointer"]) for answer in answers
    ]
    assert 0 == await place.count("orders")


async def test_a_second_order_is_for_the_same_person(
    client: httpx2.AsyncClient, place: Place, coordinator: dict[str, str]
) -> None:
    """Whom the first is for is told of the second as well."""
    first = await place_order(client, person=PERSON, consent={"person": True}, call_only=True)
    address = f"/api/desk/orders/{first['reference']}/split"
    made = (await client.post(address, json=SECOND, headers=coordinator)).json()
    told = await events(place, made["order_id"])
    assert [("order_placed", True), ("resident_joined", None)] == [(one["what"], one.get("call_only")) for one in told]
