"""Coordinators' corrections change what is suggested, and nothing else."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.intake.running import Place, place_order

WORDS = "Maths, third floor"


@pytest.fixture
def coordinators(place: Place) -> list[dict[str, str]]:
    """Three coordinators who see the order."""
    return [place.token(Role.COORDINATOR, subject=f"c-{number}", area="small") for number in (1, 2, 3)]


async def correct(client: httpx2.AsyncClient, reference: str, service: str, who: dict[str, str]) -> httpx2.Response:
    """Say which service an order's words asked for."""
    return await client.post(f"/api/desk/orders/{reference}/service", json={"service": service}, headers=who)


async def score(client: httpx2.AsyncClient, service: str) -> float:
    """How likely the words mean a service."""
    told = (await client.post("/api/suggestions", json={"text": WORDS})).json()["services"]
    return sum(float(one["score"]) for one in told if one["code"] == service)


async def lessons(place: Place) -> list[Any]:
    """What is kept of it."""
    return await place.rows("SELECT run_print, service, count FROM taught_runs WHERE count > 0")


async def test_corrections_change_what_is_suggested(
    client: httpx2.AsyncClient, place: Place, coordinators: list[dict[str, str]]
) -> None:
    """Bounded by coordinator; the order stays as it is; the audit knows; what is kept are keyed hashes."""
    before = await score(client, "haircut")
    for who in coordinators:
        placed = await place_order(client)
        answer = await correct(client, placed["reference"], "haircut", who)
        assert (200, "homework") == (answer.status_code, answer.json()["service"])
    deeds = await place.rows("SELECT field, subject FROM audit WHERE what = 'decided'")
    prints = {row[0] for row in await lessons(place)}
    assert (0.0, True) == (before, 0.03 < await score(client, "haircut") <= 0.12)
    assert ([("service", "haircut")] * 3, True) == ([tuple(deed) for deed in deeds], all(len(p) == 64 for p in prints))


async def test_a_correction_is_taken_back_by_the_orders_own_service(
    client: httpx2.AsyncClient, place: Place, coordinators: list[dict[str, str]]
) -> None:
    """The same again counts once; nothing of it is left to suggest."""
    placed, who = await place_order(client), coordinators[0]
    for _ in range(2):
        await correct(client, placed["reference"], "haircut", who)
    assert {1} == {row[2] for row in await lessons(place)}
    await correct(client, placed["reference"], "homework", coordinators[1])
    assert ([], 0.0) == (await lessons(place), await score(client, "haircut"))


async def test_what_is_no_service_or_elsewhere_teaches_nothing(client: httpx2.AsyncClient, place: Place) -> None:
    """422 for a service nobody has; 404 for an order outside one's area."""
    placed = await place_order(client)
    near = place.token(Role.COORDINATOR, subject="c-1", area="small")
    far = place.token(Role.COORDINATOR, subject="c-4", area="west-g1")
    answers = [
        await correct(client, placed["reference"], "nothing", near),
        await correct(client, placed["reference"], "haircut", far),
    ]
    assert ([422, 404], []) == ([answer.status_code for answer in answers], await lessons(place))
