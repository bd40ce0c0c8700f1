"""Who looks at contacts is looked at by the coordinator above, within their area and without residents' names."""

from __future__ import annotations

from dataclasses import replace

import httpx2

from shared.contracts.audit import SYSTEM, Deed, What, Who
from shared.contracts.words import Role
from shared.persistence.auditing import note_deeds
from tests.integration.intake.running import Place, place_order

HTML = {"accept": "text/html"}


async def test_the_coordinator_above_sees_who_looked_at_whose_contact_and_what_was_alerted_of(
    client: httpx2.AsyncClient, place: Place
) -> None:
    """By order, id, time and reason; coordinators of another area see none of it; nobody else may look."""
    order = await place_order(client)
    reference, order_id = order["reference"], order["order_id"]
    grid = place.token(Role.COORDINATOR, "c-2", "east-g1")
    answer = await client.post(f"/api/desk/orders/{reference}/reveal", json={"reason": "visit"}, headers=grid)
    assert 200 == answer.status_code
    alert = Deed(replace(SYSTEM, area="east-g1"), What.ALERTED, order_id, "c-2", "reveals", "31/30")
    fetched = Deed(Who("volunteer", "v-1"), What.FETCHED, order_id, "a-1", "contact")
    async with place.writing() as intake:
        await intake.machinery.writer.do(note_deeds, [fetched, alert])
    above = place.token(Role.COORDINATOR, "c-1", "small")
    found = (await client.get("/api/looks", headers=above)).json()["items"]
    told = [(one["what"], one["by"], one["reference"], one["reason"], one["rule"]) for one in found]
    assert [
        ("alerted", "c-2", reference, "", "reveals"),
        ("fetched", "v-1", reference, "", ""),
        ("revealed", "c-2", reference, "visit", ""),
    ] == told
    page = (await client.get("/looks", headers={**above, **HTML})).text
    assert (True, True, False) == ("For a visit" in page, "31/30" in page, "13800" in page)
    elsewhere = place.token(Role.COORDINATOR, "c-4", "west-g1")
    assert [] == (await client.get("/api/looks", headers=elsewhere)).json()["items"]
    tried = [(elsewhere, "?area=east-g1"), (place.token(Role.VOLUNTEER, "v-1"), ""), ({}, "")]
    assert [404, 403, 401] == [(await client.get(f"/api/looks{q}", headers=who)).status_code for who, q in tried]
