"""Coordinators sign in with the phone they hold their office with, and with nothing once they hold it no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.matcher.models import Incumbent
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.identity.keys import read_key
from shared.identity.tokens import Caller, TokenSigner
from tests.integration.matcher.phone_door import Door, open_door
from tests.integration.matcher.stage import Stage


@pytest.fixture
async def door(stage: Stage, tmp_path: Path, rules: Community) -> AsyncIterator[Door]:
    """Matcher at work with one volunteer on its roster."""
    async with open_door(stage, tmp_path, rules) as made:
        yield made


OFFICES = "coordinator_id,name,phone\nc-maoling-east-g1,王芳,{phone}\nc-qindu,县里,154 0000 7777\n"


async def seat(door: Door, table: str) -> dict[str, int]:
    """The county brings the list of its coordinators."""
    county = TokenSigner(read_key(door.matcher.settings.keys, "tokens"))
    token = county.sign(Caller(Role.COORDINATOR, "c-qindu", "qindu"), timedelta(minutes=5))
    async with door.browser() as client:
        files = {"file": ("offices.csv", table.encode())}
        answer = await client.post("/api/coordinators", files=files, headers={"Authorization": f"Bearer {token}"})
    assert 200 == answer.status_code, answer.text
    told: dict[str, int] = answer.json()
    return told


async def test_who_holds_an_office_chooses_as_whom_to_sign_in(door: Door) -> None:
    """A phone of a volunteer and of a coordinator: the page asks, JSON names the others; the choice is looked up."""
    assert {"coordinators": 2, "changed": 2, "removed": 0} == await seat(door, OFFICES.format(phone=door.phone))
    async with door.browser() as client:
        answer = await door.verify(client, await door.code(client))
        assert ("volunteer", ["c-maoling-east-g1"]) == (answer.json()["role"], answer.json()["others"])
    async with door.browser() as client:
        typed = {"phone": door.phone, "code": await door.code(client), "back": "/gaps"}
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        entered = await client.post("/sign-in/code", data=typed, headers=headers)
        assert (303, "/sign-in/role?back=%2Fgaps") == (entered.status_code, entered.headers["location"])
        page = await client.get(entered.headers["location"], headers=headers)
        assert (True, True) == ("Grid 1 · " in page.text, "Volunteer" in page.text), page.text
        wrong_one = await client.post("/sign-in/role", data={"subject": "c-qindu", "back": "/gaps"}, headers=headers)
        chosen = await client.post(
            "/sign-in/role", data={"subject": "c-maoling-east-g1", "back": "/gaps"}, headers=headers
        )
        assert (401, 303, "/gaps") == (wrong_one.status_code, chosen.status_code, chosen.headers["location"])
        assert (200, 401) == (
            (await client.get("/api/desk")).status_code,
            (await client.get("/sign-in/role")).status_code,
        )


async def test_who_is_replaced_in_office_is_signed_out(door: Door) -> None:
    """At once and with everything the office had; whoever stays as they are stays signed in."""
    alone = OFFICES.format(phone="154 0000 8888")
    await seat(door, alone)
    async with door.browser() as client:
        door.phone = "154 0000 8888"
        assert "coordinator" == (await door.verify(client, await door.code(client))).json()["role"]
        await seat(door, alone)
        assert 200 == (await client.get("/api/desk")).status_code
        assert {"coordinators": 2, "changed": 1, "removed": 0} == await seat(
            door, OFFICES.format(phone="154 0000 9999")
        )
        assert 401 == (await client.get("/api/desk")).status_code
        door.phone = "154 0000 7777"
        assert "c-qindu" == (await door.verify(client, await door.code(client))).json()["subject"]
        assert 200 == (await client.get("/api/desk")).status_code
        assert {"coordinators": 1, "changed": 0, "removed": 1} == await seat(
            door, "\n".join(alone.replace("154 0000 8888", "154 0000 9999").splitlines()[:2])
        )
        assert 401 == (await client.get("/api/desk")).status_code


async def test_a_list_with_an_error_changes_nothing(door: Door, stage: Stage) -> None:
    """Offices nobody has defined, twice the same, no phone: all told by row and column."""
    rows = "c-qindu,a,154 0000 8888\nc-qindu,b,154 0000 8889\nc-none,c,154 0000 8880\nc-maquan,d,12\n"
    table = f"coordinator_id,name,phone\n{rows}"
    county = TokenSigner(read_key(door.matcher.settings.keys, "tokens"))
    token = county.sign(Caller(Role.COORDINATOR, "c-qindu", "qindu"), timedelta(minutes=5))
    async with door.browser() as client:
        files = {"file": ("offices.csv", table.encode())}
        answer = await client.post("/api/coordinators", files=files, headers={"Authorization": f"Bearer {token}"})
    told = {(one["pointer"], one["detail"]) for one in answer.json()["errors"]}
    assert {
        ("/3/coordinator_id", "Another row has the same"),
        ("/4/coordinator_id", "There is no such coordinator"),
        ("/5/phone", "This is not a mobile number"),
    } == told
    async with stage.database.reading() as session:
        assert (422, 0) == (answer.status_code, await session.scalar(select(func.count()).select_from(Incumbent)))
