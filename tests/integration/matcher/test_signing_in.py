"""Volunteers sign in with the phone they are on the roster with and the code that comes to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from services.matcher.models import Volunteer
from shared.community.definition import Community
from tests.integration.matcher.phone_door import Door, open_door
from tests.integration.matcher.stage import Stage
from tests.waiting import wait_for

URL = "http://matcher.test"
STRANGER = "139 0000 7777"


@pytest.fixture
async def door(stage: Stage, tmp_path: Path, rules: Community) -> AsyncIterator[Door]:
    """Matcher at work with one volunteer on its roster."""
    async with open_door(stage, tmp_path, rules) as made:
        yield made


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_code_opens_a_new_session_and_is_good_once(door: Door) -> None:
    """By JSON: the session is a fresh cookie, whatever cookie the browser brought; the same code again is 401."""
    async with door.browser() as client:
        client.cookies.set("paidan_matcher", "planted", domain="matcher.test")
        code = await door.code(client)
        answer = await door.verify(client, code)
        assert (200, "volunteer", "v-1") == (answer.status_code, answer.json()["role"], answer.json()["subject"])
        assert 43 == len(client.cookies["paidan_matcher"])
        assert 200 == (await client.get("/api/me")).status_code
        assert 401 == (await door.verify(client, code)).status_code


async def test_a_code_is_for_the_browser_that_asked_and_for_ten_minutes(door: Door) -> None:
    """Typed elsewhere it is 401 and not used up; too late it is 401 as well."""
    async with door.browser() as client, door.browser() as thief:
        code = await door.code(client)
        assert 401 == (await door.verify(thief, code)).status_code
        door.wall += timedelta(minutes=10)
        assert 401 == (await door.verify(client, code)).status_code


async def test_six_wrong_codes_are_429_and_the_code_is_dead(door: Door) -> None:
    """Five are 401; then the right one does not help any more."""
    async with door.browser() as client:
        code = await door.code(client)
        answers = [(await door.verify(client, wrong(code))).status_code for _ in range(6)]
        assert [401] * 5 + [429] == answers
        assert 429 == (await door.verify(client, code)).status_code


async def test_known_and_unknown_phones_are_answered_alike(door: Door) -> None:
    """The same status, body and kind of cookie; nothing comes to a phone of nobody."""
    async with door.browser() as client, door.browser() as stranger:
        unknown = await stranger.post("/api/sign-in", json={"phone": STRANGER})
        await door.code(client)
        known = await client.post("/api/sign-in", json={"phone": door.phone})
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert len(client.cookies["paidan_matcher_code"]) == len(stranger.cookies["paidan_matcher_code"])
        assert {door.phone} == {code.phone for code in door.came}


async def test_codes_of_one_phone_are_bounded(door: Door) -> None:
    """Five in an hour, known or not; the sixth is 429."""
    async with door.browser() as client:
        asked = [(await client.post("/api/sign-in", json={"phone": STRANGER})).status_code for _ in range(6)]
        assert [202] * 5 + [429] == asked


async def test_who_is_suspended_is_signed_out_and_gets_no_code(door: Door, stage: Stage) -> None:
    """Their session speaks for nobody from that moment, and a code that came before opens nothing."""
    async with door.browser() as client, door.browser() as later:
        await door.verify(client, await door.code(client))
        code = await door.code(later)
        async with stage.database.writing() as session:
            await session.execute(update(Volunteer).values(suspended_at=stage.now, suspended_by="c-1"))
        assert (401, 401) == (
            (await client.get("/api/me")).status_code,
            (await door.verify(later, code)).status_code,
        )


async def test_the_pages_lead_from_the_phone_to_the_first_page(door: Door) -> None:
    """In both languages; a wrong code is told at its field."""
    async with door.browser() as client:
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        first = await client.get("/sign-in?back=/pool", headers=headers | {"accept-language": "zh-CN"})
        assert 200 == first.status_code, first.text
        assert ("名册上的手机号码" in first.text, "令牌" in first.text) == (True, True)
        shown = await client.post("/sign-in", data={"phone": door.phone, "back": "/pool"}, headers=headers)
        assert (200, True) == (shown.status_code, "Type the code" in shown.text)

        async def there() -> bool:
            return bool(door.came)

        await wait_for(there, 5.0, "a code to come")
        typed = {"phone": door.phone, "back": "/pool"}
        again = await client.post("/sign-in/code", data=typed | {"code": wrong(door.came[0].code)}, headers=headers)
        assert (401, True) == (again.status_code, "not accepted" in again.text)
        entered = await client.post("/sign-in/code", data=typed | {"code": door.came[0].code}, headers=headers)
        assert (303, "/pool") == (entered.status_code, entered.headers["location"])
        assert door.came[0].sign_in
