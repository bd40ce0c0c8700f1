"""The other side of a mediation is told, asked and heard, and sees no more than concerns them."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.community.definition import Community, load
from shared.contracts.words import Role
from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import Place, bearer, place_order
from tests.unit.community import small_county

WANG = {"name": "王五", "phone": "139 0000 2222"}
EVENING = {"from": "2026-11-23T18:00:00+08:00", "to": "2026-11-23T21:00:00+08:00"}
LATER = {"from": "2026-11-23T20:00:00+08:00", "to": "2026-11-23T22:00:00+08:00"}
NEXT_DAY = {"from": "2026-11-24T18:00:00+08:00", "to": "2026-11-24T20:00:00+08:00"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county, where homework is a quarrel."""
    quarrel = 'duration_minutes = 60\nparties = true\nmode = "counter"'
    folder = tmp_path_factory.mktemp("quarrels")
    return load(small_county.write(folder, "small.toml", 'duration_minutes = 60\nmode = "counter"', quarrel))


async def party_of(place: Place, order: dict[str, Any]) -> dict[str, Any]:
    """The one party of an order, with their own token."""
    sql = "SELECT resident_id FROM residents WHERE order_id = :id AND part = 'party'"
    ((resident_id,),) = await place.rows(sql, id=order["order_id"])
    return {"reference": order["reference"], "tracking_token": place.intake().tracking.of(resident_id)}


async def post(client: httpx2.AsyncClient, told: dict[str, Any], verb: str, **body: Any) -> httpx2.Response:
    """One of somebody's verbs on their order."""
    address = f"/api/orders/{told['reference']}/{verb}"
    return await client.post(address, json=body, headers=bearer(told["tracking_token"]))


async def seen(client: httpx2.AsyncClient, told: dict[str, Any]) -> dict[str, Any]:
    """The order as somebody sees it."""
    answer = await client.get(f"/api/orders/{told['reference']}", headers=bearer(told["tracking_token"]))
    assert 200 == answer.status_code, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def test_who_is_named_with_a_number_is_told(client: httpx2.AsyncClient, place: Place) -> None:
    """And nobody who was named without one, nor on a service that has no other side."""
    order = await place_order(client, excluded=[WANG, {"name": "Zhao"}, "east-g2"])
    assert [("order_placed", 1), ("resident_joined", 2)] == await place.published(order["order_id"])
    alone = await place_order(client, service="haircut", excluded=[WANG])
    assert [("order_placed", 1)] == await place.published(alone["order_id"])


async def test_a_party_sees_only_what_concerns_them(client: httpx2.AsyncClient, place: Place) -> None:
    """Not where the other lives, what they said, who they are, or what else went on; no verb but their own."""
    order = await place_order(client, excluded=[WANG], window=EVENING)
    party = await party_of(place, order)
    view = await seen(client, party)
    assert ("east-g1", [], [], "party") == (view["area"], view["legs"], view["timeline"], view["me"]["part"])
    assert not any(secret in str(view) for secret in ("Maths", "李梅", "1380000", "east-g1-b1"))
    bodies: dict[str, dict[str, Any]] = {"amend": {"urgency": "urgent"}, "cancel": {}, "counter/x": {"accept": True}}
    answers = [(await post(client, party, verb, **body)).status_code for verb, body in bodies.items()]
    why = await client.get(f"/api/orders/{order['reference']}/explanation", headers=bearer(party["tracking_token"]))
    assert [404, 404, 404, 404] == [*answers, why.status_code]


async def test_windows_that_meet_become_the_orders(client: httpx2.AsyncClient, place: Place) -> None:
    """The order's window is what suits both."""
    order = await place_order(client, excluded=[WANG], window=EVENING)
    party = await party_of(place, order)
    view = (await post(client, party, "consent", agrees=True, window=LATER)).json()
    assert (True, "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z") == (
        view["me"]["agrees"], view["window"]["from"], view["window"]["to"],
    )  # fmt: skip
    assert ["party_answered", "order_amended"] == [name for name, _ in await place.published(order["order_id"])][2:]


async def test_windows_that_do_not_meet_are_proposed(client: httpx2.AsyncClient, place: Place) -> None:
    """Who ordered is asked about the other's time, and their yes makes it the order's."""
    order = await place_order(client, excluded=[WANG], window=EVENING)
    party = await party_of(place, order)
    await post(client, party, "consent", agrees=True, window=NEXT_DAY)
    (proposed,) = (await seen(client, order))["proposed_times"]
    assert ("2026-11-24T10:00:00Z", True) == (proposed["window"]["from"], proposed["by_party"])
    view = (await post(client, order, f"counter/{proposed['offer_id']}", accept=True)).json()
    assert ("2026-11-24T10:00:00Z", []) == (view["window"]["from"], view["proposed_times"])


async def test_a_no_is_kept_and_told(client: httpx2.AsyncClient, place: Place) -> None:
    """A window that came with it says nothing; they may still change their mind."""
    order = await place_order(client, excluded=[WANG], window=EVENING)
    party = await party_of(place, order)
    view = (await post(client, party, "consent", agrees=False, window=LATER)).json()
    assert (False, None) == (view["me"]["agrees"], view["me"]["window"])
    assert True is (await post(client, party, "consent", agrees=True)).json()["me"]["agrees"]
    events = [name for name, _ in await place.published(order["order_id"])]
    assert ["party_answered", "party_answered"] == events[2:]


async def test_each_side_has_an_outcome_of_its_own(client: httpx2.AsyncClient, place: Place) -> None:
    """A party's "not fixed" is theirs: it reopens nothing, and the other's outcome is not shown to them."""
    order = await place_order(client, excluded=[WANG])
    party = await party_of(place, order)
    async with place.writing() as intake:
        await (await Dispatch.of(intake, place, order["order_id"])).tell(*SERVED)
    view = (await post(client, party, "review", outcome="not_fixed")).json()
    assert ("done", "not_fixed") == (view["state"], view["me"]["verdict"]["outcome"])
    await post(client, order, "review", outcome="fixed")
    after = await seen(client, party)
    assert ("closed", None, "not_fixed") == (after["state"], after["outcome"], after["me"]["verdict"]["outcome"])
    assert {None} == {entry["detail"] for entry in after["timeline"]}


async def test_a_danger_that_the_other_side_reports_is_not_on_the_page_of_who_ordered(
    client: httpx2.AsyncClient, place: Place
) -> None:
    """The event says by an opaque id who reported it."""
    order = await place_order(client, excluded=[WANG])
    party = await party_of(place, order)
    assert 201 == (await post(client, party, "incident", kind="threat", words="有人威胁我")).status_code
    assert "incident_reported" not in {entry["what"] for entry in (await seen(client, order))["timeline"]}
    ((mine,),) = await place.rows("SELECT resident_id FROM residents WHERE part = 'party'")
    ((body,),) = await place.rows("SELECT body FROM outbox WHERE type LIKE '%incident_reported%'")
    assert mine in (body if isinstance(body, str) else bytes(body).decode())


async def test_a_coordinator_names_the_other_side(client: httpx2.AsyncClient, place: Place) -> None:
    """In their area, on a service that has one; the same number once."""
    coordinator = place.token(Role.COORDINATOR, subject="c-1", area="east")
    quarrel, haircut = await place_order(client), await place_order(client, service="haircut")

    async def named(order: dict[str, Any], who: dict[str, str] = coordinator) -> httpx2.Response:
        address = f"/api/desk/orders/{order['reference']}/parties"
        return await client.post(address, json={"contact": WANG}, headers=who)

    elsewhere = place.token(Role.COORDINATOR, subject="c-9", area="west")
    first, again = await named(quarrel), await named(quarrel)
    assert (201, first.json()) == (first.status_code, again.json())
    assert [409, 404] == [(await named(haircut)).status_code, (await named(quarrel, elsewhere)).status_code]
    assert 404 == (await post(client, quarrel, "consent", agrees=True)).status_code


async def test_a_party_is_never_exported(client: httpx2.AsyncClient, place: Place) -> None:
    """Name and number stay in the vault: in no event, and in no table in the clear."""
    order = await place_order(client, excluded=[WANG])
    await post(client, await party_of(place, order), "consent", agrees=True, window=LATER)
    bodies = await place.rows("SELECT body FROM outbox")
    sealed = await place.rows("SELECT sealed, phone_print FROM residents")
    assert not any(secret in str(row) for row in [*bodies, *sealed] for secret in ("王五", "1390000"))
