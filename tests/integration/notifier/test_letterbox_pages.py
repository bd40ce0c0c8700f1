"""One's own letterbox and preferences as pages: who comes over from matcher, reads, and says how they are reached."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from services.notifier.app import make_app
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.identity.handing_over import Handovers
from shared.identity.keys import read_key
from shared.identity.tokens import Caller
from tests.integration.notifier.running import ORIGIN, Place, client_of, make_place
from tests.unit.notifier.story import Story

MATCHER = "http://matcher.test"


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community) -> Place:
    """A notifier with channels of people's own, and a way to matcher."""
    told = {
        "channels": "mail,bark,file",
        "mail_url": "mailtos://u:p@mail.test?to={to}",
        "matcher_public_url": MATCHER,
        "thanks_at": "23:59",
    }
    return await make_place(tmp_path, database_url, rules, notifier_public_url=ORIGIN, **told)


@pytest.fixture
async def app(place: Place) -> AsyncIterator[FastAPI]:
    """The running application."""
    made = make_app(place.settings, place.rules)
    async with made.router.lifespan_context(made):
        yield made


async def come(place: Place, client: httpx2.AsyncClient, caller: Caller, path: str = "/letterbox") -> httpx2.Response:
    """Come over from matcher."""
    handovers = Handovers(read_key(place.settings.keys, "tokens"), "notifier")
    token = handovers.sign(caller, path, timedelta(minutes=1))
    return await client.post("/handover", data={"token": token}, headers={"origin": MATCHER})


async def prefer(client: httpx2.AsyncClient, **fields: str | list[str]) -> httpx2.Response:
    """Send the form as its page does."""
    told: Mapping[str, str | list[str]] = {name.replace("__", "."): value for name, value in fields.items()}
    return await client.post("/preferences", data=told, headers={"origin": ORIGIN})


async def test_a_letterbox_is_read_and_each_message_marked(place: Place, app: FastAPI) -> None:
    """In the reader's language, the newest first; another's messages are not there to be marked."""
    await place.hear(Story().whole())
    async with client_of(app, accept="text/html") as client, client_of(app, accept="text/html") as other:
        led = await client.get("/letterbox")
        assert (303, f"{MATCHER}/messages?back=%2Fletterbox") == (led.status_code, led.headers["location"])
        came = await come(place, client, Caller(Role.VOLUNTEER, "v-1"))
        assert (303, "/letterbox") == (came.status_code, came.headers["location"])
        page = (await client.get("/letterbox")).text
        first = page[page.find('action="/letterbox/') + len('action="') :].partition('"')[0]
        unread = page.count("I have read it")
        assert unread > 1
        await come(place, other, Caller(Role.VOLUNTEER, "v-2"))
        assert 404 == (await other.post(first, headers={"origin": ORIGIN})).status_code
        assert 303 == (await client.post(first, headers={"origin": ORIGIN})).status_code
        assert unread - 1 == (await client.get("/letterbox")).text.count("I have read it")
        chinese = await client.get("/letterbox", headers={"accept-language": "zh-CN"})
        assert "我的信箱" in chinese.text


@pytest.mark.parametrize("role", [Role.OPS, Role.RESIDENT])
async def test_nobody_else_comes_over(place: Place, app: FastAPI, role: Role) -> None:
    """Ops sign in here, residents have their order's page; a signed handover of theirs opens nothing."""
    async with client_of(app) as client:
        assert 401 == (await come(place, client, Caller(role, "someone"))).status_code


async def test_what_is_said_on_the_page_is_what_holds(place: Place, app: FastAPI) -> None:
    """The same as over JSON: hours, groups, channels, an address of one's own, which is shown masked and forgotten."""
    async with client_of(app, accept="text/html") as client:
        await come(place, client, Caller(Role.VOLUNTEER, "v-1"), "/preferences")
        said = await prefer(
            client,
            quiet_hours__from="21:00",
            quiet_hours__to="08:00",
            digest="true",
            own_channels="true",
            language="en",
            addresses__mail="someone@example.org",
            **{"muted[]": ["thanks", "reminders"], "channels[]": ["mail"]},
        )
        assert (303, "/preferences?saved=true") == (said.status_code, said.headers["location"])
        shown = (await client.get("/api/preferences")).json()
        assert ({"from": "21:00:00", "to": "08:00:00"}, True, ["reminders", "thanks"], ["mail"], "en") == tuple(
            shown[name] for name in ("quiet_hours", "digest", "muted", "channels", "language")
        )
        page = (await client.get("/preferences")).text
        assert (True, False) == ("so•••@example.org" in page, "someone@example.org" in page)
        assert 303 == (await prefer(client, **{"channels[]": ["mail"], "forget[]": ["mail"]})).status_code
        now = (await client.get("/api/preferences")).json()
        assert ({}, None, None, []) == tuple(now[name] for name in ("addresses", "channels", "quiet_hours", "muted"))


async def test_what_cannot_be_is_said_beside_its_field(place: Place, app: FastAPI) -> None:
    """And nothing that was typed is lost."""
    async with client_of(app, accept="text/html") as client:
        await come(place, client, Caller(Role.COORDINATOR, "c-1", "east"))
        wrong = await prefer(client, addresses__mail="nobody", quiet_hours__from="21:00", digest="true")
        assert (422, True, True) == (wrong.status_code, 'value="nobody"' in wrong.text, "#field-" in wrong.text)
        assert not (await client.get("/api/preferences")).json()["digest"]
