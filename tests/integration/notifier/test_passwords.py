"""Operators sign in by password: the right one opens a session, others wait longer each time."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import httpx2
import pytest

from services.notifier.models import passwords
from shared.identity.operators import Operators
from shared.identity.waiting import wait_after
from tests.integration.notifier.running import Place

RIGHT = "correct horse battery"


async def enter(client: httpx2.AsyncClient, name: str, password: str) -> httpx2.Response:
    """Fill the form in, as a browser does."""
    page = await client.get("/sign-in")
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None
    return await client.post("/sign-in", data={"form_token": found[1], "name": name, "password": password, "back": "/"})


async def test_the_right_password_opens_the_console(place: Place, client: httpx2.AsyncClient) -> None:
    """A wrong one says as little as an unknown name; the right one opens what is for ops, and the audit has it."""
    Operators(place.settings.keys).add("ops-1", RIGHT)
    wrong = [await enter(client, name, "not this one at all") for name in ("ops-1", "ops-2")]
    assert [401, 401] == [answer.status_code for answer in wrong]
    assert {True} == {"This name or password is not accepted" in answer.text for answer in wrong}
    assert 401 == (await client.get("/api/streams")).status_code
    assert 303 == (await enter(client, "ops-1", RIGHT)).status_code
    assert 401 != (await client.get("/api/events")).status_code
    assert [("ops", "ops-1", "signed_in")] == await place.rows(
        "SELECT role, actor, what FROM audit WHERE what = 'signed_in'"
    )


async def test_many_tries_at_once_are_counted_before_they_are_looked_at(
    place: Place, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of twenty tries side by side no more than the free ones are looked at; then even the right one has to wait, and
    another operator does not. An hour for a second: no machine is so slow that the wait is over meanwhile."""
    monkeypatch.setattr(passwords, "wait_after", lambda count, free: wait_after(count, free) * 3600)
    operators = Operators(place.settings.keys)
    operators.add("ops-1", RIGHT)
    operators.add("ops-2", RIGHT)
    tried = await asyncio.gather(*(enter(client, "ops-1", f"guess number {nth:03}") for nth in range(20)))
    free = place.settings.password_tries
    assert {401: free + 1, 429: 20 - free - 1} == Counter(answer.status_code for answer in tried)
    assert 429 == (await enter(client, "ops-1", RIGHT)).status_code
    assert 303 == (await enter(client, "ops-2", RIGHT)).status_code
    assert [(1,)] == await place.rows("SELECT count(*) FROM audit WHERE what = 'limited'")
