"""People say how they want to be reached; nobody else learns of it, and their addresses lie sealed."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from shared.contracts.words import Role
from tests.integration.notifier.running import Place

URL = "/api/preferences"
MAIL = "someone@example.org"
WISHES: dict[str, Any] = {
    "channels": ["mail", "sms"],
    "quiet_hours": {"from": "21:30:00", "to": "06:30:00"},
    "urgent_at_night": True,
    "digest": True,
    "muted": ["thanks"],
    "language": "en",
}


async def test_whoever_has_said_nothing_has_the_installations_ways(place: Place, client: httpx2.AsyncClient) -> None:
    """And sees which channels there are."""
    told = (await client.get(URL, headers=place.token(Role.VOLUNTEER, "v-1"))).json()
    assert (None, None, False, {}, ["file"], "") == tuple(
        told[name] for name in ("channels", "quiet_hours", "digest", "addresses", "available", "push_key")
    )


@pytest.mark.parametrize(
    ("role", "area"),
    [(Role.RESIDENT, None), (Role.VOLUNTEER, None), (Role.COORDINATOR, "east"), (Role.DEPARTMENT, None)],
)
async def test_what_somebody_says_is_what_they_find(
    place: Place, client: httpx2.AsyncClient, role: Role, area: str | None
) -> None:
    """Whole, each time; addresses masked, and kept until they are taken back by name."""
    mine = place.token(role, "me", area)
    said = (await client.put(URL, json={**WISHES, "addresses": {"mail": MAIL}}, headers=mine)).json()
    assert WISHES == {name: said[name] for name in WISHES}
    assert {"mail": "so•••@example.org"} == said["addresses"]
    again = (await client.put(URL, json={"addresses": {"bark": "device-key-1"}}, headers=mine)).json()
    assert (None, {"mail": "so•••@example.org", "bark": "de•••-1"}) == (again["channels"], again["addresses"])
    taken_back = (await client.put(URL, json={"addresses": {"mail": None}}, headers=mine)).json()
    assert {"bark": "de•••-1"} == taken_back["addresses"] == (await client.get(URL, headers=mine)).json()["addresses"]


async def test_addresses_lie_sealed_and_anothers_are_not_found(place: Place, client: httpx2.AsyncClient) -> None:
    """No column has them in plain; another volunteer's answer has nothing of them; ops have no preferences."""
    await client.put(URL, json={"addresses": {"mail": MAIL}}, headers=place.token(Role.VOLUNTEER, "v-1"))
    ((sealed, wishes),) = await place.rows("SELECT addresses, wishes FROM preferences")
    assert (False, False) == (b"someone" in bytes(sealed), "someone" in wishes)
    assert {} == (await client.get(URL, headers=place.token(Role.VOLUNTEER, "v-2"))).json()["addresses"]
    assert 403 == (await client.get(URL, headers=place.token(Role.OPS))).status_code
    assert 401 == (await client.get(URL)).status_code


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": ["pigeon"]},
        {"channels": ["sms"] * 40},
        {"quiet_hours": {"from": "25:00", "to": "06:00"}},
        {"quiet_hours": {"from": "21:00"}},
        {"muted": ["everything"]},
        {"language": "tlh"},
        {"addresses": {"mail": "no address"}},
        {"addresses": {"bark": "http://127.0.0.1/steal"}},
        {"addresses": {"sms": "13800138000"}},
        {"addresses": {"apprise": "json://127.0.0.1"}},
        {"addresses": {"push": {"endpoint": "ftp://x", "keys": {"p256dh": "a", "auth": "b"}}}},
        {"role": "ops"},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_what_is_no_wish_is_refused_in_the_readers_language(
    place: Place, client: httpx2.AsyncClient, wrong: dict[str, Any], language: str
) -> None:
    """With the place of what is wrong; nothing is kept of it, and nothing repeats what was said."""
    headers = {**place.token(Role.VOLUNTEER, "v-1"), "accept-language": language}
    answer = await client.put(URL, json=wrong, headers=headers)
    problem = answer.json()
    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert problem["errors"]
    assert "steal" not in answer.text
    assert [] == await place.rows("SELECT * FROM preferences")
