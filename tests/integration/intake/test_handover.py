"""From matcher's desk to an order's page at intake: signed for a minute, for one use, for coordinators alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import update

from deploy.attached import county_coordinator
from services.intake.models import Session
from services.matcher.app import MIGRATIONS, Matcher, application_of
from services.matcher.settings import MatcherSettings
from shared.community.definition import Community
from shared.contracts.envelope import Fact
from shared.contracts.intake import OrderPlaced
from shared.contracts.words import Role
from shared.identity.handing_over import Handovers
from shared.identity.keys import read_key
from shared.identity.tokens import Caller, TokenSigner
from shared.persistence.engine import Database
from tests.integration.intake.running import ORIGIN, Place, make_place, place_order
from tests.migrated import make_tables

DESK = "http://matcher.test"
MINUTE = timedelta(seconds=60)
PAGE = {"accept": "text/html"}
FROM_DESK = {**PAGE, "origin": DESK, "sec-fetch-site": "same-site"}
SECRET = re.compile(r'name="token" value="([^"]+)"')
COORDINATOR = Caller(Role.COORDINATOR, "c-2", "east-g1")


@dataclass
class Both:
    """The two services in one process, and an order both know."""

    place: Place
    intake: httpx2.AsyncClient
    desk: httpx2.AsyncClient
    reference: str

    def token(self, caller: Caller = COORDINATOR, ttl: timedelta = MINUTE, service: str = "intake") -> str:
        """A handover to the order as matcher would sign it."""
        handovers = Handovers(read_key(self.place.settings.keys, "tokens"), service)
        return handovers.sign(caller, f"/desk/orders/{self.reference}", ttl)

    async def hand_over(self, token: str, **headers: str) -> httpx2.Response:
        """Post a handover to intake as matcher's page does."""
        return await self.intake.post("/handover", data={"token": token}, headers=FROM_DESK | headers)


@pytest.fixture
async def both(new_database_url: Callable[[], str], rules: Community, place_told: Place) -> AsyncIterator[Both]:
    """Intake with an order, and matcher that has heard of it."""
    settings = MatcherSettings(
        database_url=new_database_url(),
        keys=place_told.settings.keys,
        clock=place_told.settings.clock,
        nats_url=place_told.settings.nats_url,
        intake_public_url=ORIGIN,
        matcher_public_url=DESK,
    )
    await make_tables(settings.database_url, MIGRATIONS)
    matcher = Matcher(settings, rules)
    app = application_of(matcher)
    signer = TokenSigner(read_key(settings.keys, "tokens"))
    bearer = {"authorization": f"Bearer {signer.sign(COORDINATOR, MINUTE)}"}
    transport = httpx2.ASGITransport(app=app)
    async with (
        place_told.serving() as intake,
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=DESK, headers=bearer | PAGE) as desk,
    ):
        placed = await place_order(intake)
        await tell(matcher, place_told, placed["order_id"])
        yield Both(place_told, intake, desk, placed["reference"])


@pytest.fixture
async def place_told(tmp_path: Path, new_database_url: Callable[[], str], rules: Community) -> Place:
    """An intake that knows where matcher's pages are."""
    return await make_place(
        tmp_path, new_database_url(), rules, intake_public_url=ORIGIN, matcher_public_url=DESK
    )  # fmt: skip


async def tell(matcher: Matcher, place: Place, order_id: str) -> None:
    """Matcher hears what intake's outbox holds."""
    ((body,),) = await place.rows("SELECT body FROM outbox WHERE about = :id", id=order_id)
    text = body if isinstance(body, str) else bytes(body).decode()
    event = OrderPlaced.model_validate_json(text)
    dispatching = matcher.use_cases.dispatching
    await matcher.machinery.writer.do(dispatching.open_dispatches, Fact("e-1", event.placed_at, event))


async def test_a_coordinator_goes_from_the_desk_to_the_order_without_signing_in_again(both: Both) -> None:
    """One button; its post opens intake's own session and lands on the order's page, which leads back."""
    page = await both.desk.get(f"/orders/{both.reference}")
    assert (200, True, "strict-origin") == (
        page.status_code, f'action="{ORIGIN}/handover"' in page.text, page.headers["referrer-policy"],
    )  # fmt: skip
    assert f"form-action 'self' {ORIGIN} {DESK}" in page.headers["content-security-policy"]
    (token,) = SECRET.findall(page.text)
    entered = await both.hand_over(token)
    assert (303, f"/desk/orders/{both.reference}") == (entered.status_code, entered.headers["location"])
    order = await both.intake.get(entered.headers["location"], headers=PAGE)
    assert (200, True) == (order.status_code, f'href="{DESK}"' in order.text)


@pytest.mark.parametrize(
    "moved", [Caller(Role.COORDINATOR, "c-2", "east-g2"), Caller(Role.COORDINATOR, "c-gone", "east-g1")]
)
async def test_who_answers_for_another_area_is_signed_out(both: Both, moved: Caller) -> None:
    """A session of an area that is not theirs, or not any more, speaks for nobody."""
    entered = await both.hand_over(both.token(moved))
    order = await both.intake.get(entered.headers["location"], headers=PAGE)
    assert (303, 303, True) == (entered.status_code, order.status_code, "sign-in" in order.headers["location"])


async def test_a_session_that_was_handed_over_lasts_as_long_as_the_one_it_came_from(both: Both) -> None:
    """It began when the coordinator signed in at the desk; one whose time is over is handed over no more."""
    limits = both.place.settings.session_limits[Role.COORDINATOR]
    since = datetime.now(UTC) - limits.longest + timedelta(hours=1)
    late = replace(COORDINATOR, since=since)
    assert 303 == (await both.hand_over(both.token(late))).status_code
    ((opened, expires),) = await both.place.rows("SELECT opened_at, expires_at FROM sessions")
    assert (since, since + limits.longest) == (_time(opened), _time(expires))
    over = replace(COORDINATOR, since=since - timedelta(hours=1))
    assert (401, 1) == ((await both.hand_over(both.token(over))).status_code, await both.place.count("sessions"))


async def test_a_session_that_is_used_is_kept_on(both: Both) -> None:
    """Once a tenth of its idle time has gone, a look at a page gives it all of that again."""
    await both.hand_over(both.token())
    idle, now = both.place.settings.session_limits[Role.COORDINATOR].idle, datetime.now(UTC)
    database = Database(both.place.settings.database_url, pool=1)
    async with database.writing() as session:
        await session.execute(update(Session).values(expires_at=now + idle / 2))
    await database.close()
    assert 200 == (await both.intake.get(f"/desk/orders/{both.reference}", headers=PAGE)).status_code
    ((expires,),) = await both.place.rows("SELECT expires_at FROM sessions")
    assert now + idle <= _time(expires)


@pytest.mark.parametrize("at_intake", [True, False])
async def test_who_signs_out_everywhere_is_out_at_every_service(both: Both, *, at_intake: bool) -> None:
    """At the desk by its API, or at intake by the page: the desk's token and session, and the handed over one, end;
    so does a handover that was signed before. The audit has it; a colleague stays in.
    """
    before, order = both.token(), f"/desk/orders/{both.reference}"
    await both.hand_over(both.token())
    assert 200 == (await both.intake.get(order, headers=PAGE)).status_code
    if at_intake:
        left = await both.intake.post("/sign-out/everywhere", headers={"sec-fetch-site": "same-origin", **PAGE})
    else:
        left = await both.desk.post("/api/sign-out/everywhere")
    assert (303 if at_intake else 204) == left.status_code
    assert 401 == (await both.desk.get("/api/desk", headers={"accept": "application/json"})).status_code
    await both.hand_over(before)
    assert (303, True) == (
        (again := await both.intake.get(order, headers=PAGE)).status_code, "sign-in" in again.headers["location"],
    )  # fmt: skip
    audited = await both.place.rows("SELECT actor FROM audit WHERE what = 'signed_out' AND field = 'everywhere'")
    assert ([("c-2",)] if at_intake else []) == audited
    await both.hand_over(both.token(county_coordinator(both.place.rules)))
    assert "sign-in" not in (await both.intake.get(order, headers=PAGE)).headers.get("location", "")


async def test_a_stranger_who_signs_out_everywhere_ends_nothing(both: Both) -> None:
    """The page leads to signing in, the API says 401."""
    page = await both.intake.post("/sign-out/everywhere", headers={"sec-fetch-site": "same-origin"})
    assert (303, 401) == (page.status_code, (await both.intake.post("/api/sign-out/everywhere")).status_code)
    assert not (both.place.settings.keys / "access.json").exists()


def _time(told: object) -> datetime:
    """A time as SQLite or PostgreSQL gives it to plain SQL."""
    at = datetime.fromisoformat(told) if isinstance(told, str) else told
    assert isinstance(at, datetime)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def test_a_handover_is_used_once(both: Both) -> None:
    """The second browser with the same token stays outside, also when both come at once."""
    token = both.token()
    answers = await asyncio.gather(*(both.hand_over(token) for _ in range(5)))
    assert [303, 401, 401, 401, 401] == sorted(answer.status_code for answer in answers)
    assert 1 == await both.place.count("sessions")


async def test_what_was_not_signed_for_this_is_refused_without_detail(both: Both) -> None:
    """Forged, expired, for another service, an access token, nothing: 401 each, and no session."""
    good = both.token()
    signer = TokenSigner(read_key(both.place.settings.keys, "tokens"))
    bad = [
        good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"),
        both.token(ttl=timedelta(seconds=-1)),
        both.token(service="notifier"),
        signer.sign(COORDINATOR, MINUTE),
        "",
        "x" * 5000,
    ]
    answers = [await both.hand_over(token, accept="application/json") for token in bad]
    assert [(401, "")] * len(bad) == [(answer.status_code, answer.json()["detail"]) for answer in answers]
    assert 0 == await both.place.count("sessions")


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.OPS, Role.RESIDENT, Role.DEPARTMENT])
async def test_another_role_is_not_handed_over(both: Both, role: Role) -> None:
    """Even a well signed handover of somebody else opens nothing."""
    answer = await both.hand_over(both.token(Caller(role, "someone", "east-g1")))
    assert (401, 0) == (answer.status_code, await both.place.count("sessions"))


async def test_another_site_cannot_post_a_handover(both: Both) -> None:
    """Only our own services' pages may, or an attacker could sign somebody in as themselves."""
    answer = await both.hand_over(both.token(), origin="http://evil.test", **{"sec-fetch-site": "cross-site"})
    assert (403, 0) == (answer.status_code, await both.place.count("sessions"))


async def test_the_desk_leads_only_to_orders_of_its_area(both: Both) -> None:
    """An order elsewhere, or none: 404. A volunteer: 403."""
    signer = TokenSigner(read_key(both.place.settings.keys, "tokens"))

    async def status(caller: Caller, reference: str) -> int:
        headers = {"authorization": f"Bearer {signer.sign(caller, MINUTE)}"}
        return (await both.desk.get(f"/orders/{reference}", headers=headers)).status_code

    elsewhere, volunteer = Caller(Role.COORDINATOR, "c-2", "east-g2"), Caller(Role.VOLUNTEER, "v-1")
    seen = [await status(caller, both.reference) for caller in (elsewhere, volunteer)]
    assert [404, 403, 404] == [*seen, await status(COORDINATOR, "261122-AAAA-AAAA")]
