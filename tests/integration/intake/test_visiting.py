"""The visit code on the page of who ordered: while somebody comes, and for nobody else."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.community.definition import Community
from shared.identity.keys import read_key
from shared.identity.visit_codes import VisitCodes
from tests.integration.intake.dispatch import Dispatch
from tests.integration.intake.neighbours import DOGS, QIAN, joined, public_county
from tests.integration.intake.running import Place, bearer, place_order


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """Where neighbours share matters."""
    return public_county(tmp_path_factory.mktemp("public"))


async def says(client: httpx2.AsyncClient, told: dict[str, Any], code: str) -> bool:
    """Whether an order's page says this code to somebody."""
    page = await client.get(f"/orders/{told['reference']}", headers=bearer(told["tracking_token"]))
    assert 200 == page.status_code
    return f'<p class="reference">{code}</p>' in page.text


async def test_who_ordered_reads_the_code_of_who_comes(client: httpx2.AsyncClient, place: Place) -> None:
    """From the yes until it is given back; a neighbour who joined opens no door and reads none."""
    mine = await place_order(client, **DOGS)
    neighbour = await joined(client, QIAN)
    code = VisitCodes(read_key(place.settings.keys, "tokens")).of("assignment-1")
    said = [await says(client, mine, code)]
    async with place.writing() as intake:
        dispatch = await Dispatch.of(intake, place, mine["order_id"])
        await dispatch.tell("offer_made", "leg_assigned")
        said += [await says(client, mine, code), await says(client, neighbour, code)]
        await dispatch.tell("leg_handed_back")
    assert [False, True, False, False] == [*said, await says(client, mine, code)]
