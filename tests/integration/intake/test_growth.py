"""What intake reads stays as fast with a million orders as with a thousand: no statement goes through all of them."""

from __future__ import annotations

from datetime import timedelta

import httpx2

from services.intake.models import IntakeTable
from services.intake.queries.named import named
from shared.contracts.words import Role
from tests.integration.intake.dispatch import SERVED
from tests.integration.intake.ending import Story
from tests.integration.intake.running import BODY, Place, place_order
from tests.integration.plans import Plans

SMALL = ("sessions", "codes", "sightings", "misses", "taught_runs", "used_handovers", "published", "erasures")
"""Swept, and the register of erasures, which is compared at the start."""


async def test_nobody_reads_through_all_orders(place: Place, client: httpx2.AsyncClient) -> None:
    """Placing, following, withdrawing, every clock, the desk and its lists, and what a phone finds."""
    plans = Plans(IntakeTable.metadata, SMALL)
    with plans.noting():
        placed = [await place_order(client) for _ in range(3)]
        one, other, gone = (order["reference"] for order in placed)
        mine = {"Authorization": f"Bearer {placed[0]['tracking_token']}"}
        desk = place.token(Role.COORDINATOR, subject="c-1", area="east-g1")
        visits = [(mine, f"/api/orders/{one}")]
        visits += [(desk, f"/api/desk/orders/{one}"), (desk, f"/api/desk/orders/{one}/similar")]
        visits += [
            (desk, path) for path in ("/api/desk/closings", "/api/call-list", "/call-list", f"/desk/orders/{one}")
        ]
        for who, path in visits:
            answer = await client.get(path, headers={**who, "Accept": "text/html, application/json"})
            assert 200 == answer.status_code, f"{path}: {answer.status_code} {answer.text[:200]}"
        token = {"Authorization": f"Bearer {placed[2]['tracking_token']}"}
        assert 200 == (await client.post(f"/api/orders/{gone}/cancel", headers=token)).status_code
        merged = await client.post(f"/api/desk/orders/{other}/merge", json={"into": one}, headers=desk)
        assert 200 == merged.status_code, merged.text
        asked = await client.post("/api/orders/find", json={"phone": BODY["contact"]["phone"]})
        assert asked.status_code in {202, 503}, asked.text  # nobody is there to send the code
        story = await Story.of(place, *SERVED)
        assert 0 < await story.sweep(timedelta(days=9))
        database = (await story.intake()).machinery.database
        await named(database)
    assert plans.asked > 60
    assert [] == await plans.scans(database)
