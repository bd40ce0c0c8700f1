"""The console: it shows what there is whatever stands still, writes nothing, and acts in the name of who looks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from services.notifier.app.console import make_console
from services.notifier.use_cases.burying import index_dead_letters
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.persistence.engine import DATABASE_ERRORS, Database
from shared.web.rules import ruled_routes
from tests.integration.notifier.running import (
    CONSOLE_ORIGIN,
    ORIGIN,
    Place,
    client_of,
    console_of,
    console_settings,
    listening,
    make_place,
)
from tests.integration.notifier.test_dead_letters import FORGED, letter
from tests.integration.shown_safely import taken_from_elsewhere
from tests.integration.trying import Tries, broken, knocking, signed
from tests.unit.notifier.story import Story
from tests.waiting import wait_for

AWAY = httpx2.MockTransport(lambda _: httpx2.Response(503))
PAGES = ("/", "/watch", "/streams", "/dead-letters", "/figures", "/figures?days=30", "/invariants", "/events/1")


@pytest.fixture
def ops(place: Place) -> dict[str, str]:
    """The header of an operator."""
    return place.token(Role.OPS, "ops-1")


async def test_every_route_keeps_its_rule(tmp_path: Path, rules: Community) -> None:
    """As at the services; the console itself has nothing to audit with."""
    place = await make_place(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'notifier.db'}", rules)
    people = [
        Tries("stranger"),
        *(signed(place.settings.keys, role.value, role, "someone", "east") for role in Role if role is not Role.OPS),
        signed(place.settings.keys, "ops", Role.OPS, "ops-1"),
    ]
    settings = console_settings(place, console_public_url="https://console.example")
    app = make_console(settings, rules, AWAY)
    async with app.router.lifespan_context(app), knocking(app) as client:
        assert [] == await broken(client, ruled_routes(app.routes), people, {})
        assert [] == await taken_from_elsewhere(client, ruled_routes(app.routes))


async def test_it_cannot_write_notifiers_database(place: Place) -> None:
    """The database refuses, not our discipline; and where there is none, none is made."""
    database = Database(place.settings.database_url, looks=True)
    try:
        async with database.reading() as session:
            assert 0 == await session.scalar(text("SELECT count(*) FROM events"))
        with pytest.raises(DATABASE_ERRORS, match=r"read-?only"):
            async with database.writing() as session:
                await session.execute(text("DELETE FROM events"))
    finally:
        await database.close()


async def test_it_makes_no_database(tmp_path: Path) -> None:
    """A console that starts before notifier waits for it."""
    file = tmp_path / "none.db"
    database = Database(f"sqlite+aiosqlite:///{file}", looks=True)
    with pytest.raises(DATABASE_ERRORS):
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
    await database.close()
    assert not file.exists()


async def test_it_stays_up_while_notifier_and_the_broker_are_away(place: Place, ops: dict[str, str]) -> None:
    """What is known is shown, what stands still is named; only what notifier would do has to wait."""
    async with place.writing() as notifier:
        await notifier.machinery.writer.do(index_dead_letters, letter(FORGED))
    await place.hear(Story().whole())
    console = make_console(console_settings(place), place.rules, AWAY)
    async with (
        console.router.lifespan_context(console),
        client_of(console, CONSOLE_ORIGIN, accept="text/html", **ops) as client,
    ):
        for path in (*PAGES, "/journeys/PD-0001"):
            page = await client.get(path)
            assert (200, True, True) == (
                page.status_code,
                "notifier does not answer" in page.text,
                "The broker does not answer" in page.text,
            ), path
        acted = await client.post(f"/dead-letters/{FORGED}/discard", data={"reason": "nobody needs it"})
        assert (503, True) == (acted.status_code, "Retry-After" in acted.headers)
        assert 503 == (await client.get("/audit")).status_code


async def test_who_signed_in_at_notifier_is_known_and_a_stranger_is_led_there(
    app: FastAPI, client: httpx2.AsyncClient, console: httpx2.AsyncClient, place: Place
) -> None:
    """There and back again; a way back to anywhere else is none."""
    led = await console.get("/streams")
    back = f"{CONSOLE_ORIGIN}/streams"
    assert (303, f"{ORIGIN}/sign-in?back=http%3A%2F%2Fconsole.test%2Fstreams") == (
        led.status_code,
        led.headers["location"],
    )
    place = Place(place.settings.model_copy(update={"console_public_url": CONSOLE_ORIGIN}), place.rules)
    token = place.token(Role.OPS, "ops-1")["authorization"].removeprefix("Bearer ")
    async with place.serving() as notifier:
        for wanted, led_to in ((back, back), ("http://console.test.evil/", "/"), ("//console.test/", "/"), ("/", "/")):
            typed = {"token": token, "back": wanted}
            entered = await notifier.post("/sign-in/token", data=typed, headers={"origin": ORIGIN})
            assert (303, led_to) == (entered.status_code, entered.headers["location"])
        home = await notifier.get("/")
        assert (303, f"{CONSOLE_ORIGIN}/") == (home.status_code, home.headers["location"])
        cookie = {"cookie": f"paidan_notifier={notifier.cookies['paidan_notifier']}"}
        page = await console.get("/streams", headers=cookie)
        assert (200, True) == (page.status_code, f'action="{ORIGIN}/sign-out"' in page.text)
        await notifier.post("/sign-out", headers={"origin": CONSOLE_ORIGIN, "sec-fetch-site": "same-site"})
    assert 303 == (await console.get("/streams", headers=cookie)).status_code


async def test_what_is_done_is_done_by_notifier_in_the_name_of_who_looks(
    place: Place, console: httpx2.AsyncClient, client: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """And in nobody else's: a volunteer's token opens neither."""
    async with place.writing() as notifier:
        await notifier.machinery.writer.do(index_dead_letters, letter(FORGED))
    own = f"/dead-letters/{FORGED}"
    shown = (await console.get(own, headers=ops)).text
    assert f"{ORIGIN}/api/dead-letters/" in shown
    assert "paidan token --role ops" in shown
    volunteer = place.token(Role.VOLUNTEER, "v-1")
    assert 403 == (await console.post(f"{own}/discard", headers=volunteer, data={"reason": "x"})).status_code
    assert 303 == (await console.post(f"{own}/discard", headers=ops, data={"reason": "nobody needs it"})).status_code
    settled = (await client.get("/api/dead-letters?state=discarded", headers=ops)).json()["items"]
    assert [("ops-1", "nobody needs it")] == [(one["settled_by"], one["because"]) for one in settled]


async def test_words_are_looked_for_a_part_of_the_index_at_a_time(
    place: Place, app: FastAPI, client: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """A page that found nothing leads on to older events; together the pages find what there is."""
    stories = [Story(order_id=f"o-{n}", reference=f"PD-{n:04}") for n in range(10)]
    await place.hear([story.placed() for story in stories])
    async with console_of(place, app, searched_events=4) as console:
        first = await console.get("/", headers=ops, params={"q": "PD-0000"})
        assert ("Look on in older events" in first.text, "PD-0000" in first.text) == (True, True)
        pages, address = [first.text], "/?q=PD-0000"
        while (at := pages[-1].find('rel="next" href="')) >= 0:
            address = pages[-1][at + len('rel="next" href="') :].partition('"')[0].replace("&amp;", "&")
            pages.append((await console.get(address, headers=ops)).text)
    assert (3, 1) == (len(pages), sum('/events/1"' in page for page in pages))


async def test_a_time_that_is_none_is_said_beside_its_field(
    place: Place, console: httpx2.AsyncClient, ops: dict[str, str]
) -> None:
    """And a day that lies ahead has no events."""
    wrong = await console.get("/", headers=ops, params={"since": "yesterday"})
    assert (422, True) == (wrong.status_code, "Such as 2026-11-23T09:30" in wrong.text)
    await place.hear([Story().placed()])
    for since, found in (("2026-11-22T00:00", True), ("2999-01-01T00:00", False)):
        page = await console.get("/", headers=ops, params={"since": since})
        assert (200, found) == (page.status_code, '/events/1"' in page.text)


async def test_the_tail_shows_an_event_that_another_process_heard(place: Place, ops: dict[str, str]) -> None:
    """Within a second of its being heard; nobody tells the console."""
    await place.hear([Story().placed()])
    app = make_console(console_settings(place, tail_seconds=0.25), place.rules, AWAY)
    async with listening(app) as client, live(client, ops) as lines:
        await anext(lines)
        other = Story(order_id="o-2", reference="PD-0002")
        await place.hear([other.placed()])
        began = time.monotonic()
        async for line in lines:
            if "/events/2" in line:
                break
    assert time.monotonic() - began < 1.0


@asynccontextmanager
async def live(client: httpx2.AsyncClient, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of the live tail."""
    async with client.stream("GET", "/live", headers=headers, timeout=10) as answer:
        assert 200 == answer.status_code
        yield answer.aiter_lines()


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
