"""One-time codes at the door: security.md, cases 10 to 13."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.community.definition import Community
from tests.integration.intake.finding import MINE, STRANGER, Phones, ask, claim_of, enter, found, serving, wrong
from tests.integration.intake.running import Place, make_place, place_order

NewUrl = Callable[[], str]
NewPlace = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]


@pytest.fixture
def phones() -> Phones:
    """Phones that no code has come to yet."""
    return Phones()


@pytest.fixture
async def client(place: Place, phones: Phones) -> AsyncIterator[httpx2.AsyncClient]:
    """Intake at work, with the phones where notifier would be."""
    async with serving(place, phones) as client:
        yield client


async def test_six_wrong_codes_and_it_is_dead(client: httpx2.AsyncClient, phones: Phones) -> None:
    """Case 10: the sixth is a 429, and the right one does not help any more; a new code does."""
    await place_order(client)
    claim = await claim_of(client)
    code = await phones.code()
    statuses = [(await enter(client, claim, wrong(code))).status_code for _ in range(6)]
    assert [401, 401, 401, 401, 401, 429] == statuses
    assert 429 == (await enter(client, claim, code)).status_code
    assert 1 == len(await found(client, phones))


async def test_attempts_at_once_are_counted_one_by_one(client: httpx2.AsyncClient, phones: Phones) -> None:
    """Case 10: twenty at the same moment are five attempts, no more."""
    await place_order(client)
    claim = await claim_of(client)
    code = await phones.code()
    answers = await asyncio.gather(*(enter(client, claim, wrong(code)) for _ in range(20)))
    assert [401] * 5 + [429] * 15 == sorted(answer.status_code for answer in answers)


async def test_a_code_is_good_once_soon_and_here(client: httpx2.AsyncClient, phones: Phones) -> None:
    """Case 11: used, older than ten minutes, from another browser or for another phone, it is a 401 without detail."""
    await place_order(client)
    used, other = await claim_of(client), await claim_of(client, STRANGER)
    code = await phones.code()
    assert 401 == (await enter(client, other, code)).status_code
    assert 401 == (await enter(client, "a claim that nobody gave", code)).status_code
    assert 401 == (await enter(client, used, code, STRANGER)).status_code
    assert [200, 401] == [(await enter(client, used, code)).status_code for _ in range(2)]
    late = await claim_of(client)
    phones.wall += timedelta(minutes=10)
    answer = await enter(client, late, await phones.code(2))
    assert (401, "") == (answer.status_code, answer.json()["detail"])


async def test_known_and_unknown_phones_are_answered_alike(client: httpx2.AsyncClient, phones: Phones) -> None:
    """Case 12: the same status and body, before anything is sent; wrong codes are refused alike, and as often."""
    await place_order(client)
    phones.held = asyncio.Event()
    answers = [await asyncio.wait_for(ask(client, phone), 5) for phone in (MINE, STRANGER, MINE, STRANGER)]
    assert [] == phones.came
    assert {202} == {answer.status_code for answer in answers}
    shapes = {re.sub(r'"claim":"[\w-]{43}"', '"claim":…', answer.text) for answer in answers}
    assert {'{"claim":…}'} == shapes
    assert 1 == len({tuple(sorted(set(answer.headers) - {"date"})) for answer in answers})
    phones.held.set()
    code = await phones.code(2)
    refused = [
        [await enter(client, answer.json()["claim"], wrong(code), phone) for _ in range(6)]
        for answer, phone in zip(answers[2:], (MINE, STRANGER), strict=True)
    ]
    mine, strangers = (
        [(one.status_code, {**one.json(), "trace_id": ""}) for one in answers_of] for answers_of in refused
    )
    assert mine == strangers
    assert {"+8613800001111"} == {one.phone for one in phones.came}


@pytest.mark.parametrize("phone", [MINE, STRANGER])
async def test_codes_for_one_phone_are_bounded(client: httpx2.AsyncClient, phones: Phones, phone: str) -> None:
    """Case 13: the sixth in an hour is a 429 for known and unknown phones; an hour later it goes on."""
    await place_order(client)
    answers = [await ask(client, phone) for _ in range(6)]
    assert [202] * 5 + [429] == [answer.status_code for answer in answers]
    assert "3600" == answers[-1].headers["retry-after"]
    phones.wall += timedelta(hours=1)
    assert 202 == (await ask(client, phone)).status_code
    assert len(phones.came) <= 6


async def test_codes_from_one_address_and_in_all_are_bounded(new_place: NewPlace) -> None:
    """Case 13, and 20: many phones are no way round it, nor is a forwarded address that the sender made up."""
    for bound in ({"codes_per_address": 3}, {"codes_in_all": 3}):
        async with new_place(**bound) as client:
            answers = [
                await ask(client, f"139 0000 10{nth:02}", **{"x-forwarded-for": f"10.0.0.{nth}"}) for nth in range(5)
            ]
            assert [202, 202, 202, 429, 429] == [answer.status_code for answer in answers]


@pytest.fixture
def new_place(tmp_path: Path, new_database_url: NewUrl, rules: Community) -> NewPlace:
    """Makes running intakes with settings of their own."""

    @asynccontextmanager
    async def serving(**settings: Any) -> AsyncIterator[httpx2.AsyncClient]:
        place = await make_place(tmp_path, new_database_url(), rules, **settings)
        async with place.serving() as client:
            yield client

    return serving


async def test_only_a_mobile_is_sent_a_code(client: httpx2.AsyncClient) -> None:
    """Anything else is a 422 at its field, before it is counted; so is what is no code."""
    for phone in ("0755 1234567", "12", "", "8" * 5000, "138\t00001111"):
        answer = await ask(client, phone)
        assert (422, "/phone") == (answer.status_code, answer.json()["errors"][0]["pointer"])
    assert 422 == (await ask(client, "\0")).status_code
    claim = await claim_of(client)
    assert 422 == (await enter(client, claim, "12345")).status_code
    assert 401 == (await enter(client, claim, "１２３４５６")).status_code
    answer = await client.post("/api/orders/find", json={"phone": MINE, "claim": "mine"})
    assert 422 == answer.status_code
