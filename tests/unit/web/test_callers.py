"""Who is calling."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.responses import Response

from shared.contracts.audit import Deed, Verdict, What, Who
from shared.contracts.words import Role
from shared.identity.tokens import Caller, TokenSigner
from shared.web.callers import Callers
from tests.unit.web.conftest import COORDINATOR, KEY, SIGNER, make_teahouse, visitor

VOLUNTEER = Caller(Role.VOLUNTEER, "v-1")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": f"Bearer {SIGNER.sign(VOLUNTEER, HOUR)}"}, 200),
        ({"authorization": f"bearer  {SIGNER.sign(VOLUNTEER, HOUR)} "}, 200),
        ({"authorization": f"Bearer {SIGNER.sign(VOLUNTEER, -HOUR)}"}, 401),
        ({"authorization": f"Bearer {TokenSigner(b'x' * 32).sign(VOLUNTEER, HOUR)}"}, 401),
        ({"authorization": "Bearer nonsense"}, 401),
        ({"authorization": "Bearer"}, 401),
        ({"authorization": "Basic dTpw"}, 401),
        ({"cookie": "paidan_teahouse=good-session"}, 200),
        ({"cookie": "paidan_teahouse=unknown"}, 401),
        ({"cookie": "paidan_matcher=good-session"}, 401),
        ({"cookie": "paidan_teahouse=good-session", "authorization": "Bearer nonsense"}, 401),
    ],
)
async def test_a_caller_is_known_by_a_token_or_a_session(
    teahouse: FastAPI, headers: dict[str, str], status: int
) -> None:
    """Valid tokens and sessions of this service pass; a bad token is not saved by a cookie; 401 says nothing more."""
    async with visitor(teahouse, **headers) as client:
        answer = await client.get("/api/me")
    assert status == answer.status_code
    if status == 401:
        assert ("/problems/unauthenticated", "", "Bearer") == (
            answer.json()["type"],
            answer.json()["detail"],
            answer.headers["www-authenticate"],
        )


class Kept:
    """An audit that keeps in memory what doors tell it."""

    def __init__(self) -> None:
        self.deeds: list[Deed] = []
        self.strangers = 0

    async def note(self, *deeds: Deed) -> None:
        """Keep them."""
        self.deeds += deeds

    def count_stranger(self) -> None:
        """One more."""
        self.strangers += 1


async def test_a_caller_in_another_role_is_refused_and_that_is_audited() -> None:
    """403 for the caller, one deed with route, role and id."""
    kept = Kept()
    async with visitor(make_teahouse(audit=kept), authorization=f"Bearer {SIGNER.sign(VOLUNTEER, HOUR)}") as client:
        answer = await client.get("/api/desk")
    assert (403, "/problems/role-missing") == (answer.status_code, answer.json()["type"])
    who = Who("volunteer", "v-1")
    assert [Deed(who, What.ENTERED, field="/api/desk", reason="role-missing", verdict=Verdict.REFUSED)] == kept.deeds


async def test_a_caller_in_the_role_passes_with_its_area(teahouse: FastAPI) -> None:
    """The route sees the caller."""
    async with visitor(teahouse, authorization=f"Bearer {SIGNER.sign(COORDINATOR, HOUR)}") as client:
        assert {"area": "grid-1"} == (await client.get("/api/desk")).json()


async def test_everybody_is_shown_the_links_of_their_role(teahouse: FastAPI) -> None:
    """A stranger sees what is everybody's; a volunteer also what is theirs, and nothing of a coordinator's."""
    links = ("/tea", "/pot", "/desk")
    as_volunteer = {"authorization": f"Bearer {SIGNER.sign(VOLUNTEER, HOUR)}", "accept": "text/html"}
    async with visitor(teahouse) as stranger, visitor(teahouse, **as_volunteer) as volunteer:
        pages = [(await stranger.get("/tea")).text, (await volunteer.get("/desk")).text]
    shown = [[link for link in links if f'<li><a href="{link}"' in page] for page in pages]
    assert [["/tea"], ["/tea", "/pot"]] == shown


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    """HttpOnly, SameSite, Secure behind TLS, named after the service; signing out takes it back."""
    callers = Callers("teahouse", TokenSigner(KEY), secure=True)
    given, taken = Response(), Response()
    callers.remember(given, "token")
    callers.forget(taken)
    assert (
        "paidan_teahouse=token; HttpOnly; Max-Age=7776000; Path=/; SameSite=lax; Secure" == given.headers["set-cookie"]
    )
    assert 'paidan_teahouse=""' in taken.headers["set-cookie"]
    assert "Max-Age=0" in taken.headers["set-cookie"]
