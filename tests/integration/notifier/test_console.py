"""The console: it shows what there is whatever stands still, writes nothing, and acts in the name of who looks."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, text

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
from tests.servers import PostgresServer
from tests.unit.notifier.story import Story

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
    """Nobody tells the console, and long before it looks again by itself (`make console-load` measures how soon)."""
    await place.hear([Story().placed()])
    app = make_console(console_settings(place, live_seconds=600.0), place.rules, AWAY)
    async with listening(app) as client, live(client, ops) as lines:
        await anext(lines)
        other = Story(order_id="o-2", reference="PD-0002")
        await place.hear([other.placed()])
        assert any(["/events/2" in line async for line in until(lines, "/events/2")])


async def until(lines: AsyncIterator[str], wanted: str) -> AsyncIterator[str]:
    """Lines up to the one that has it; the client's own time-out ends a wait for nothing."""
    async for line in lines:
        yield line
        if wanted in line:
            return


@asynccontextmanager
async def live(client: httpx2.AsyncClient, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of the live tail."""
    async with client.stream("GET", "/live", headers=headers, timeout=10) as answer:
        assert 200 == answer.status_code
        yield answer.aiter_lines()


CONSOLE_ROLE = Path(__file__).parents[3] / "deploy" / "postgresql" / "console.sql"


async def test_the_role_of_the_console_reads_what_it_shows_and_nothing_else(
    tmp_path: Path, rules: Community, postgres_server: PostgresServer
) -> None:
    """The file as it stands: the pages open, and PostgreSQL itself refuses the rest."""
    name = f"console_{secrets.token_hex(4)}"
    place = await make_place(tmp_path, postgres_server.create(name), rules)
    password = secrets.token_urlsafe(12)
    lines = [line for line in CONSOLE_ROLE.read_text(encoding="utf-8").splitlines() if not line.startswith("--")]
    statements = "\n".join(lines).replace(":password", f"'{password}'").split(";")
    owner, url = Database(place.settings.database_url), make_url(place.settings.database_url)
    async with owner.writing() as session:
        for statement in filter(str.strip, statements):
            await session.execute(text(statement))
    try:
        await place.hear(Story().whole())
        looks = url.set(username="console", password=password).render_as_string(hide_password=False)
        settings = console_settings(place, database_url=looks)
        console = make_console(settings, rules, AWAY)
        ops = place.token(Role.OPS, "ops-1")
        async with (
            console.router.lifespan_context(console),
            client_of(console, CONSOLE_ORIGIN, accept="text/html", **ops) as client,
        ):
            pages = {path: (await client.get(path)).status_code for path in (*PAGES, "/journeys/PD-0001")}
            assert {200} == set(pages.values()), pages
        refused = Database(looks, looks=True)
        for told in ("SELECT * FROM preferences", "SELECT * FROM outbox", "SELECT * FROM audit"):
            with pytest.raises(DATABASE_ERRORS, match="permission denied"):
                async with refused.reading() as session:
                    await session.execute(text(told))
        with pytest.raises(DATABASE_ERRORS, match="permission denied"):
            async with refused.writing() as session:
                await session.execute(text("SET TRANSACTION READ WRITE"))
                await session.execute(text("DELETE FROM events"))
        await refused.close()
    finally:
        async with owner.writing() as session:
            await session.execute(text("DROP OWNED BY console"))
            await session.execute(text("DROP ROLE console"))
        await owner.close()
        postgres_server.drop(name)
