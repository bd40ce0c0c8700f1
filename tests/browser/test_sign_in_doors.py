"""Who gets in: the sign-in of matcher's and notifier's pages, as a program that plays a browser sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import quote

import httpx2
import pytest

from deploy.attached import Attached, sign
from shared.contracts.words import Role
from shared.identity.tokens import Caller, TokenSigner
from tests.browser.people import OPS, TTL, coordinator

VOLUNTEER = Caller(Role.VOLUNTEER, "v-0001")


@asynccontextmanager
async def visitor(stack: Attached, service: str = "matcher") -> AsyncIterator[httpx2.AsyncClient]:
    """A browser's requests to one service: cookies are kept, redirects are not followed."""
    url = stack.url(service)
    headers = {"accept": "text/html", "accept-language": "en", "origin": url}
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        yield client


async def enter(client: httpx2.AsyncClient, stack: Attached, caller: Caller, back: str = "/") -> httpx2.Response:
    """Send the sign-in form with a fresh token."""
    return await client.post("/sign-in/token", data={"token": sign(stack.layout, caller, TTL), "back": back})


async def test_a_session_is_an_opaque_cookie_no_script_can_read(stack: Attached) -> None:
    """HttpOnly, SameSite=Lax, and nothing of the caller or the token in it."""
    async with visitor(stack) as client:
        answer = await enter(client, stack, VOLUNTEER)
        cookie = next(text for text in answer.headers.get_list("set-cookie") if text.startswith("paidan_matcher="))
        assert (303, "/") == (answer.status_code, answer.headers["location"])
        assert ("httponly" in cookie.lower(), "samesite=lax" in cookie.lower()) == (True, True)
        assert 43 == len(client.cookies["paidan_matcher"])
        assert 200 == (await client.get("/")).status_code


async def test_no_bad_token_is_told_why(stack: Attached) -> None:
    """Expired, signed by somebody else, for a role without pages here, nonsense: one and the same answer."""
    tokens = [
        sign(stack.layout, VOLUNTEER, timedelta(seconds=-1)),
        TokenSigner(bytes(32)).sign(VOLUNTEER, TTL),
        sign(stack.layout, OPS, TTL),
        sign(stack.layout, Caller(Role.RESIDENT, "r-1"), TTL),
        "nonsense",
        "",
    ]
    async with visitor(stack) as client:
        await client.get("/sign-in/token")
        answers = [await client.post("/sign-in/token", data={"token": token, "back": "/"}) for token in tokens]
        assert {(422, answers[0].text)} == {(answer.status_code, answer.text) for answer in answers}
        assert "paidan_matcher" not in client.cookies


@pytest.mark.parametrize("back", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)"])
async def test_signing_in_leads_to_no_other_site(stack: Attached, back: str) -> None:
    """Whatever the address says, one goes on within the service."""
    async with visitor(stack) as client:
        assert "/" == (await enter(client, stack, VOLUNTEER, back)).headers["location"]


async def test_a_page_asked_for_is_come_back_to(stack: Attached) -> None:
    """A stranger is sent to the sign-in, and from there to the page they wanted."""
    wanted = f"{stack.url('console')}/streams"
    async with visitor(stack, "console") as console, visitor(stack, "notifier") as notifier:
        sent = await console.get("/streams")
        led = f"{stack.url('notifier')}/sign-in?back={quote(wanted, safe='')}"
        assert (303, led) == (sent.status_code, sent.headers["location"])
        assert wanted == (await enter(notifier, stack, OPS, wanted)).headers["location"]
        console.cookies.set("paidan_notifier", notifier.cookies["paidan_notifier"])
        assert 200 == (await console.get("/streams")).status_code


async def test_a_cookie_is_worthless_after_signing_out(stack: Attached) -> None:
    """The session is forgotten by the service, not only by the browser."""
    async with visitor(stack) as client, visitor(stack) as thief:
        await enter(client, stack, VOLUNTEER)
        thief.cookies.set("paidan_matcher", client.cookies["paidan_matcher"])
        assert 200 == (await thief.get("/")).status_code
        await client.post("/sign-out")
        assert "paidan_matcher" not in client.cookies
        assert (303, 401) == (
            (await thief.get("/")).status_code,
            (await thief.get("/api/me", headers={"accept": "application/json"})).status_code,
        )


async def test_another_site_acts_in_nobodys_name(stack: Attached) -> None:
    """A form sent from elsewhere is refused before it does anything, signed in or not."""
    elsewhere = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    async with visitor(stack) as client:
        await enter(client, stack, VOLUNTEER)
        for path in ("/sign-out", "/sign-in", "/sign-in/token", "/offers/x/accept", "/legs/x/resolve", "/view"):
            assert 403 == (await client.post(path, headers=elsewhere)).status_code, path
        assert 200 == (await client.get("/")).status_code


async def test_pages_keep_the_roles_apart(stack: Attached) -> None:
    """A volunteer decides nothing on a desk, a coordinator accepts nothing, and neither sees the events."""
    async with visitor(stack) as volunteer, visitor(stack) as desk, visitor(stack, "console") as ops:
        await enter(volunteer, stack, VOLUNTEER)
        await enter(desk, stack, coordinator(stack))
        answers = {
            "volunteer": await volunteer.get("/legs/x/resolve"),
            "desk": await desk.post("/offers/x/accept"),
            "unknown leg": await desk.get("/legs/x/resolve"),
            "unknown verb": await desk.get("/legs/x/destroy"),
            "another's assignment": await volunteer.get("/assignments/x/complete"),
            "events": await ops.get("/events/1", headers={"authorization": f"Bearer {volunteer_token(stack)}"}),
        }
        expected = {"volunteer": 403, "desk": 403, "events": 403}
        assert {name: expected.get(name, 404) for name in answers} == {
            name: answer.status_code for name, answer in answers.items()
        }


def volunteer_token(stack: Attached) -> str:
    """A volunteer's own access token."""
    return sign(stack.layout, VOLUNTEER, TTL)
