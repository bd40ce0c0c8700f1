"""Fifty at once for one place: one winner on every way in, at one matcher on SQLite and at two on PostgreSQL."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Claim, Outbox, Volunteer
from shared.community.definition import Community
from shared.contracts import matcher as events
from shared.contracts.words import Urgency
from shared.persistence.migrating import migrate
from tests.databases import DATABASES
from tests.integration.matcher.replicas import Fleet, Tap, fleet
from tests.integration.matcher.stage import MIGRATIONS, Stage, volunteer
from tests.integration.messaging.parties import declare_streams, guarded_server
from tests.servers import PostgresServer
from tests.waiting import wait_for

SAFETY = "safety-maoling-east-g1"
MANY = 50
SPEED = 30.0
"""Domain seconds a wall second: a draw of five minutes takes ten seconds."""


@pytest.fixture(scope="module", params=DATABASES)
async def matchers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, rules: Community
) -> AsyncIterator[Fleet]:
    """One process on SQLite, two on PostgreSQL, for all tests of this file."""
    folder = tmp_path_factory.mktemp(f"races-{request.param}")
    url, count = f"sqlite+aiosqlite:///{folder / 'matcher.db'}", 1
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url, count = server.create(f"races_{secrets.token_hex(4)}"), 2
    stage = Stage(url, rules)
    await migrate(stage.database, MIGRATIONS)
    with guarded_server(folder / "nats") as broker:
        await declare_streams(broker)
        async with fleet(stage, broker, folder, count=count, speed=SPEED) as running:
            yield running
    await stage.database.close()


async def assigned(stage: Stage, order_id: str) -> list[Outbox]:
    """The facts that tell of a winner."""
    found = select(Outbox).where(col(Outbox.about) == order_id, col(Outbox.type) == events.LegAssigned.type())
    return await stage.all(found)


async def carried(stage: Stage) -> tuple[int, int]:
    """How much all volunteers hold, and how much they are asked."""
    people = await stage.all(select(Volunteer))
    return sum(person.held for person in people), sum(person.asked for person in people)


async def enrol(stage: Stage, count: int) -> list[str]:
    """So many more volunteers of the grid, always free."""
    names = [f"{secrets.token_hex(3)}-{number:02}" for number in range(count)]
    await stage.enrol(*(volunteer(name) for name in names))
    return names


async def pooled(stage: Stage, urgency: Urgency) -> tuple[str, Sequence[Tap]]:
    """An order one volunteer is asked about, and fifty others who ask for it."""
    names = await enrol(stage, MANY + 1)
    stage.asking(1)
    order_id = await stage.place("sweeping", urgency=urgency)
    asked = (await stage.last(events.OfferMade)).volunteer_id
    others = [name for name in names if name != asked][:MANY]
    return order_id, [(name, f"/api/pool/{order_id}-l1/take") for name in others]


async def test_fifty_accept_one_urgent_place(matchers: Fleet) -> None:
    """One 200 assigned, forty-nine 409; one fact, one who holds it, nobody who is still counted as asked."""
    stage = matchers.stage
    await enrol(stage, MANY)
    stage.asking(MANY)
    before = await carried(stage)
    order_id = await stage.place("sweeping", urgency=Urgency.URGENT)
    made = (event for event in await stage.heard() if isinstance(event, events.OfferMade))
    offers = [offer for offer in made if offer.order_id == order_id]
    answers = await matchers.tap([(offer.volunteer_id, f"/api/offers/{offer.offer_id}/accept") for offer in offers])
    won = [answer["state"] for status, answer in answers if status == 200]
    assert ({200: 1, 409: MANY - 1}, ["assigned"]) == (Counter(status for status, _ in answers), won)
    assert (1, 1) == (len(await stage.assignment_states(order_id)), len(await assigned(stage, order_id)))
    assert (before[0] + 1, 0) == await carried(stage)


async def test_fifty_take_one_urgent_leg_of_the_pool(matchers: Fleet) -> None:
    """The first yes wins, and forty-nine hear 409."""
    stage = matchers.stage
    before = await carried(stage)
    order_id, taps = await pooled(stage, Urgency.URGENT)
    answers = await matchers.tap(taps)
    assert {200: 1, 409: MANY - 1} == Counter(status for status, _ in answers)
    assert (1, 1) == (len(await stage.assignment_states(order_id)), len(await assigned(stage, order_id)))
    assert (before[0] + 1, 0) == await carried(stage)


async def test_fifty_take_one_normal_leg_of_the_pool(matchers: Fleet) -> None:
    """All of them take part; when the draw ends there is one winner, and everybody else stands by."""
    stage = matchers.stage
    before = await carried(stage)
    order_id, taps = await pooled(stage, Urgency.NORMAL)
    answers = await matchers.tap(taps)
    assert {(200, "drawing"): MANY} == Counter((status, answer["state"]) for status, answer in answers)

    async def is_settled() -> bool:
        return "drawing" not in (await stage.offer_states(order_id)).values()

    await wait_for(is_settled, 60)
    states = await stage.offer_states(order_id)
    assert {"accepted": 1, "standby": MANY - 1} == Counter(states[name] for name, _ in taps)
    assert (1, 1) == (len(await stage.assignment_states(order_id)), len(await assigned(stage, order_id)))
    assert (before[0] + 1, 0) == await carried(stage)


async def test_fifty_claim_the_last_place_of_a_post(matchers: Fleet) -> None:
    """One 201, forty-nine 409; as many claims as places."""
    stage = matchers.stage
    fitting = [volunteer(f"claim-{n:02}").model_copy(update={"profession": "driver"}) for n in range(MANY)]
    await stage.enrol(volunteer("claim-99", SAFETY), *fitting)
    answers = await matchers.tap([(row.volunteer_id, f"/api/posts/{SAFETY}/claim") for row in fitting])
    claims = await stage.all(select(Claim).where(col(Claim.post_id) == SAFETY))
    assert ({201: 1, 409: MANY - 1}, 2) == (Counter(status for status, _ in answers), len(claims))
