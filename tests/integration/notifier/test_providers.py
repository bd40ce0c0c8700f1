"""Operators sign in at an OpenID provider: a real one on loopback, which says the right thing and every wrong one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.notifier.settings import NotifierSettings
from shared.community.definition import Community
from tests.integration.notifier.provider import CLIENT_ID, CLIENT_SECRET, Provider, provider_at_work, query_of
from tests.integration.notifier.running import ORIGIN, Place, make_place

BEGIN, BACK = "/sign-in/provider", "/sign-in/provider/back"
AUDITED = "SELECT role, actor, what, verdict FROM audit WHERE what IN ('signed_in', 'entered') ORDER BY sequence"


@dataclass
class Both:
    """A provider, notifier that knows it, and a browser."""

    provider: Provider
    place: Place
    browser: httpx2.AsyncClient

    async def come_back(self) -> str:
        """Go to the provider and sign in there; answers where it leads back to."""
        begun = await self.browser.get(BEGIN, params={"back": "/streams"})
        assert 303 == begun.status_code
        async with httpx2.AsyncClient(trust_env=False) as elsewhere:
            led = await elsewhere.get(begun.headers["location"])
        assert led.headers["location"].startswith(ORIGIN + BACK)
        return str(led.headers["location"])

    async def is_in(self) -> bool:
        """Whether the browser is signed in."""
        return (await self.browser.get("/api/events")).status_code == 200


@pytest.fixture
async def both(tmp_path: Path, new_database_url: Callable[[], str], rules: Community) -> AsyncIterator[Both]:
    """Everything at work."""
    async with provider_at_work() as provider, served(tmp_path, new_database_url(), rules, provider) as both:
        yield both


@asynccontextmanager
async def served(folder: Path, url: str, rules: Community, provider: Provider) -> AsyncIterator[Both]:
    """Notifier that knows a provider."""
    told = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_operators": "ops-1=0042, ops-2=0043",
        "notifier_public_url": ORIGIN,
    }
    place = await make_place(folder, url, rules, **told)
    async with place.serving() as browser:
        yield Both(provider, place, browser)


async def test_an_operator_of_the_provider_is_let_in(both: Both) -> None:
    """By code and PKCE, under our own id for them, to where they wanted; the audit has it, and the page offers it."""
    assert BEGIN in (await both.browser.get("/sign-in")).text
    back = await both.come_back()
    asked = both.provider.asked[0]
    assert ("code", "S256", "openid", ORIGIN + BACK) == (
        asked["response_type"], asked["code_challenge_method"], asked["scope"], asked["redirect_uri"],
    )  # fmt: skip
    entered = await both.browser.get(back)
    assert (303, "/streams") == (entered.status_code, entered.headers["location"])
    assert await both.is_in()
    assert [("ops", "ops-1", "signed_in", "allowed")] == await both.place.rows(AUDITED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"aud": "somebody-else"},
        {"exp": 1_700_000_000, "iat": 1_699_999_000},
        {"iss": "http://127.0.0.1:1"},
    ],
    ids=["nonce", "audience", "expired", "issuer"],
)
async def test_what_the_provider_did_not_say_to_us_now_lets_nobody_in(both: Both, wrong: dict[str, Any]) -> None:
    """Another sign-in's answer, another program's, an old one, another provider's."""
    both.provider.wrong = wrong
    assert 401 == (await both.browser.get(await both.come_back())).status_code
    assert not await both.is_in()


async def test_what_another_key_signed_lets_nobody_in(both: Both) -> None:
    """Under the id of the provider's own key."""
    both.provider.others_key = True
    assert 401 == (await both.browser.get(await both.come_back())).status_code
    assert not await both.is_in()


@pytest.mark.parametrize("forgets", [False, True], ids=["the provider refuses it", "the provider forgot it"])
async def test_a_code_is_let_in_once(both: Both, *, forgets: bool) -> None:
    """Whoever has the address and the cookie of a sign-in that is done gets nothing for them."""
    both.provider.forgets = forgets
    back = await both.come_back()
    kept = dict(both.browser.cookies)
    assert 303 == (await both.browser.get(back)).status_code
    both.browser.cookies.clear()
    again = await both.browser.get(back, headers={"cookie": "; ".join(f"{name}={kept[name]}" for name in kept)})
    assert 401 == again.status_code
    assert [(1,)] == await both.place.rows("SELECT count(*) FROM sessions")


async def test_an_answer_is_for_the_browser_that_asked(both: Both) -> None:
    """Without its cookie, with another sign-in's, or with another state it is nobody's: who is lured to an address that
    leads back is not signed in as somebody else.
    """
    first = await both.come_back()
    await both.come_back()  # the cookie is the second's now
    other = await both.browser.get(first)
    forged = await both.browser.get(BACK, params={**query_of(first), "state": "guessed"})
    both.browser.cookies.clear()
    bare = await both.browser.get(first)
    assert [401, 401, 401] == [answer.status_code for answer in (other, forged, bare)]
    assert [(0,)] == await both.place.rows("SELECT count(*) FROM sessions")


async def test_who_is_no_operator_here_stays_outside(both: Both) -> None:
    """The provider knows them, we do not: 403, a row of the audit that does not say who."""
    both.provider.account = "0099"
    answer = await both.browser.get(await both.come_back())
    assert (403, True) == (answer.status_code, "no operator" in answer.text)
    assert [("stranger", "", "entered", "refused")] == await both.place.rows(AUDITED)


async def test_a_description_of_another_issuer_is_not_taken(both: Both) -> None:
    """503 until the provider describes itself; nothing is remembered of the wrong one."""
    both.provider.says_issuer = "http://127.0.0.1:1"
    assert 503 == (await both.browser.get(BEGIN)).status_code
    both.provider.says_issuer = ""
    assert 303 == (await both.browser.get(BEGIN)).status_code


async def test_without_a_provider_there_is_no_such_door(place: Place, client: httpx2.AsyncClient) -> None:
    """As long as none is told: 404, and the page does not offer it."""
    assert not place.settings.oidc_issuer
    assert [404, 404] == [(await client.get(path)).status_code for path in (BEGIN, BACK)]
    assert BEGIN not in (await client.get("/sign-in")).text


@pytest.mark.parametrize(
    "told",
    [
        {"oidc_issuer": "http://provider.example", "oidc_client_id": "a", "oidc_operators": "ops-1=1"},
        {"oidc_issuer": "https://provider.example", "oidc_operators": "ops-1=1"},
        {"oidc_issuer": "https://provider.example", "oidc_client_id": "a"},
        {"oidc_operators": "somebody"},
        {"oidc_operators": "ops-1=1,ops-2=1"},
    ],
)
def test_half_a_provider_is_refused_at_the_start(told: dict[str, str]) -> None:
    """Over plain HTTP, without a client id, for nobody, or with operators that say nothing: it does not start."""
    with pytest.raises(ValueError, match=r"provider|operator|account"):
        NotifierSettings(**told)  # type: ignore[arg-type]  # texts, as from the environment
