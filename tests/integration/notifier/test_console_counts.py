"""What the console counts: invariants that somebody has checked, figures of days, and how everything stands."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from services.notifier.app.console import make_console
from shared.contracts.words import Role
from shared.persistence.engine import Database
from tests.integration.notifier.running import CONSOLE_ORIGIN, Place, client_of, console_settings
from tests.unit.notifier.story import Story
from tests.waiting import wait_for


@pytest.fixture
def ops(place: Place) -> dict[str, str]:
    """The header of an operator."""
    return place.token(Role.OPS, "ops-1")


BROKEN: tuple[tuple[str, str], ...] = (
    ("UPDATE orders SET due_at = NULL WHERE order_id = '0197-order'", "somebody who holds it"),
    ("DELETE FROM events WHERE name = 'leg_assigned'", "numbered without a gap"),
    ("UPDATE orders SET intake_version = 7 WHERE order_id = '0197-order'", "what its events say"),
    ("DELETE FROM matters", "counted on the public board"),
    ("UPDATE deliveries SET state = 'waiting', next_attempt_at = '2026-01-01 00:00:00.000000'", "is being sent"),
)


@pytest.mark.parametrize(("damage", "rule"), [("", ""), *BROKEN])
async def test_a_check_names_what_breaks_a_rule(
    place: Place, console: httpx2.AsyncClient, ops: dict[str, str], damage: str, rule: str
) -> None:
    """Each rule by itself; where nothing is broken all of them hold."""
    await place.hear(Story().whole()[:4])
    if damage:
        database = Database(place.settings.database_url)
        async with database.writing() as session:
            await session.execute(text(damage))
        await database.close()
    assert 303 == (await console.post("/invariants", headers=ops)).status_code

    async def checked() -> str | None:
        page = (await console.get("/invariants", headers=ops)).text
        return page if "Check now" in page and "ended" in page else None

    page = await wait_for(checked, what="the check to end")
    assert page is not None
    broken_rules = [part for part in page.split("<dt>")[1:] if "broken:" in part]
    assert [rule] * bool(rule) == [rule for part in broken_rules if rule and rule in part]
    assert len(broken_rules) == bool(rule)


async def test_figures_lead_on_to_the_events_they_count(
    place: Place, console: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """Of each day; a picture has words for who cannot see it."""
    await place.hear(Story().whole())
    page = (await console.get("/figures", headers=ops)).text
    assert 'role="img" aria-label="Orders and offers by day"' in page
    address = page[page.find('href="/?subject=intake.order_placed') + len('href="') :].partition('"')[0]
    assert 200 == (await console.get(address.replace("&amp;", "&"), headers=ops)).status_code
    assert "图表" in (await console.get("/figures", headers={**ops, "accept-language": "zh-CN"})).text


async def test_many_who_look_at_once_share_one_picture_of_how_things_stand(place: Place, ops: dict[str, str]) -> None:
    """The services are asked once for all of them, and not at all while nobody looks."""
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        told: dict[str, Any] = {"failing": [], "warnings": []}
        return httpx2.Response(200, json=told)

    settings = console_settings(place, intake_public_url="http://intake.test", standing_seconds=60.0)
    app = make_console(settings, place.rules, httpx2.MockTransport(answer))
    async with app.router.lifespan_context(app), client_of(app, CONSOLE_ORIGIN, **ops) as client:
        assert [] == asked
        pages = await asyncio.gather(*(client.get("/strip") for _ in range(8)))
    assert {200} == {page.status_code for page in pages}
    assert ["/readyz"] * 2 == asked
