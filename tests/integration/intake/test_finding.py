"""A resident who lost the number finds the orders of their phone by one-time code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
import structlog

from shared.community.definition import Community
from shared.contracts.words import Role
from tests.integration.intake.finding import STRANGER, Phones, claim_of, enter, found, serving
from tests.integration.intake.neighbours import DOGS, ZHAO, joined, post, public_county
from tests.integration.intake.running import Place, bearer, place_order


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """Where neighbours share matters."""
    return public_county(tmp_path_factory.mktemp("public"))


@pytest.fixture
def phones() -> Phones:
    """Phones that no code has come to yet."""
    return Phones()


@pytest.fixture
async def client(place: Place, phones: Phones) -> AsyncIterator[httpx2.AsyncClient]:
    """Intake at work, with the phones where notifier would be."""
    async with serving(place, phones) as client:
        yield client


async def test_the_code_opens_the_orders_of_the_phone(client: httpx2.AsyncClient, phones: Phones) -> None:
    """The newest first, whatever way the number is typed, each with the token that opens it."""
    first, second = await place_order(client), await place_order(client, **DOGS)
    await place_order(client, contact={"name": "另一位", "phone": STRANGER})
    items = await found(client, phones, "+86 138-0000-1111")
    assert [second["reference"], first["reference"]] == [one["reference"] for one in items]
    assert [second["tracking_token"], first["tracking_token"]] == [one["tracking_token"] for one in items]
    assert {"placed"} == {one["state"] for one in items}
    answer = await client.get(f"/api/orders/{first['reference']}", headers=bearer(items[1]["tracking_token"]))
    assert 200 == answer.status_code
    assert ("+8613800001111", "en", 10) == (
        phones.came[0].phone, phones.came[0].language, phones.came[0].valid_minutes,
    )  # fmt: skip


async def test_who_joined_finds_their_own_way_in(client: httpx2.AsyncClient, phones: Phones) -> None:
    """With the token of their own; once they left it is not theirs any more."""
    await place_order(client, **DOGS)
    zhao = await joined(client, ZHAO)
    (one,) = await found(client, phones, ZHAO["phone"])
    assert (zhao["reference"], zhao["tracking_token"]) == (one["reference"], one["tracking_token"])
    await post(client, zhao, "cancel")
    await claim_of(client, ZHAO["phone"])
    await claim_of(client)  # whoever asks next is served after them: only their code comes
    await phones.code(2)
    assert ["+8613900002222", "+8613800001111"] == [code.phone for code in phones.came]


async def test_a_merged_order_says_where_it_goes_on(client: httpx2.AsyncClient, place: Place, phones: Phones) -> None:
    """Under its own number and state of the other; the token of who ordered opens it as before."""
    mine = await place_order(client, **DOGS)
    into = await place_order(client, **{**DOGS, "contact": {"name": "另一位", "phone": STRANGER}})
    coordinator = place.token(Role.COORDINATOR, "c-1", "east-g1")
    answer = await client.post(
        f"/api/desk/orders/{mine['reference']}/merge", json={"into": into["reference"]}, headers=coordinator
    )
    assert 200 == answer.status_code, answer.text
    (one,) = await found(client, phones)
    assert (mine["reference"], into["reference"], "placed") == (one["reference"], one["goes_on_under"], one["state"])
    view = (await client.get(f"/api/orders/{one['reference']}", headers=bearer(one["tracking_token"]))).json()
    assert into["reference"] == view["goes_on_under"]


async def test_nothing_of_it_stays(client: httpx2.AsyncClient, place: Place, phones: Phones) -> None:
    """Tables hold keyed hashes alone, the log no phone and no code; a code goes after ten minutes, the rest after an
    hour."""
    await place_order(client)
    with structlog.testing.capture_logs() as logs:
        claim = await claim_of(client)
        code = await phones.code()
        assert 200 == (await enter(client, claim, code)).status_code
    kept = str(await place.rows("SELECT * FROM codes")) + str(
        [entry for entry in logs if entry["event"] != "broker.error"]
    )
    for secret in (claim, code, "13800001111", "127.0.0.1"):
        assert secret not in kept
    await claim_of(client)
    await phones.code(2)
    async with place.writing() as intake:
        forget, writer = intake.use_cases.finding.forget_codes, intake.machinery.writer
        await writer.do(forget, phones.wall + timedelta(minutes=10))
        assert [(None,), (None,)] == await place.rows("SELECT code_print FROM codes")
        await writer.do(forget, phones.wall + timedelta(hours=1))
    assert 0 == await place.count("codes")


async def test_a_notifier_that_is_away_harms_nobody(client: httpx2.AsyncClient, phones: Phones) -> None:
    """Who asked is answered as ever; whoever asks once it is back gets a code."""
    await place_order(client)
    phones.away = True
    await claim_of(client)
    await asyncio.wait_for(phones.missed.wait(), 5)
    phones.away = False
    assert 1 == len(await found(client, phones))
