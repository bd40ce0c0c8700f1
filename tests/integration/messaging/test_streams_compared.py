"""The comparison of streams and outboxes finds what one of them tells and the other does not, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from nats.js import JetStreamContext
from sqlalchemy import insert

from deploy.verify.evidence import Databases, opened
from deploy.verify.looking import Look
from deploy.verify.rereading import posts_are_indexed
from deploy.verify.streams import compare
from deploy.verify.tables import EVENTS_HEARD, INTAKE_OUTBOX, MATCHER_OUTBOX
from services.intake.models import IntakeTable
from services.matcher.models import MatcherTable
from services.notifier.models import NotifierTable
from shared.contracts.envelope import to_headers
from shared.contracts.flows import durables_of
from shared.contracts.matcher import PostClaimed
from shared.messaging.streams import DEAD_STREAM

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
TYPE = "paidan.intake.order_placed.v1"


@pytest.fixture
async def either(new_database_url: Callable[[], str]) -> AsyncIterator[Databases]:
    """The three services' databases, empty; the test runs on SQLite and on PostgreSQL."""
    async with empty(new_database_url) as made:
        yield made


@pytest.fixture
async def databases(tmp_path_url: Callable[[], str]) -> AsyncIterator[Databases]:
    """The three services' databases, empty."""
    async with empty(tmp_path_url) as made:
        yield made


@asynccontextmanager
async def empty(url: Callable[[], str]) -> AsyncIterator[Databases]:
    """Three databases with the services' tables."""
    async with opened({name: url() for name in ("intake", "matcher", "notifier")}) as made:
        grounds = (IntakeTable, MatcherTable, NotifierTable)
        for database, ground in zip(made.named().values(), grounds, strict=True):
            async with database.engine.begin() as connection:
                await connection.run_sync(ground.metadata.create_all)
        yield made


def row(event_id: str, about: str, version: int) -> dict[str, Any]:
    """One row of intake's outbox, published."""
    return {
        "event_id": event_id,
        "subject": subject(about),
        "type": TYPE,
        "about": about,
        "version": version,
        "time": NOW,
        "traceparent": "",
        "body": f'{{"order_id":"{about}","version":{version}}}',
        "sent_at": datetime.now(UTC),
    }


def subject(about: str) -> str:
    """Where facts about an order are published."""
    return f"intake.order_placed.v1.yard.{about}"


async def publish(js: JetStreamContext, kept: dict[str, Any], *, body: str = "", marked: str = "") -> int:
    """Publish a row, or something like it; the sequence in the stream."""
    headers = to_headers(kept["type"], kept["about"], event_id=kept["event_id"], time=kept["time"])
    headers["Nats-Msg-Id"] = marked or kept["event_id"]
    return (await js.publish(kept["subject"], (body or kept["body"]).encode(), headers=headers)).seq


async def test_what_only_one_of_them_tells_is_found(
    js: JetStreamContext, intake_js: JetStreamContext, either: Databases
) -> None:
    """A fact that was published and is not in the stream, one that is there otherwise, one that no outbox knows."""
    kept = [row(f"e{n}", "one", n) for n in range(1, 4)]
    async with either.intake.writing() as session:
        await session.execute(insert(INTAKE_OUTBOX), kept)
    await publish(intake_js, kept[0])
    otherwise = await publish(intake_js, kept[1], body="{}")
    forged = await publish(intake_js, row("forged", "two", 1))
    odd: list[str] = []
    compared = await compare(either, js, lambda place, _message: odd.append(place))
    hearing = ", ".join(sorted(durable for durable, _ in (*durables_of("matcher"), *durables_of("notifier"))[:2]))
    assert [
        f"INTAKE {otherwise}: body of event e2 differ",
        f"INTAKE {forged}: no outbox knows it, and {hearing} did not bury it",
        f"{TYPE} about one was published and is not in INTAKE",
    ] == compared.broken.lines()
    assert [f"stream INTAKE, message {otherwise}", f"stream INTAKE, message {forged}"] == odd


async def test_what_takes_effect_once_is_only_remarked(
    js: JetStreamContext, intake_js: JetStreamContext, databases: Databases
) -> None:
    """A fact that is there twice, one behind a later one, and strangers that nobody hears or everybody buried."""
    kept = [row("e1", "one", 1), row("e2", "one", 2)]
    async with databases.intake.writing() as session:
        await session.execute(insert(INTAKE_OUTBOX), kept)
    await publish(intake_js, kept[1])
    await publish(intake_js, kept[0])
    await publish(intake_js, kept[0], marked="again")
    await intake_js.publish("intake.nothing.v1.yard.one", b"")
    forged = await publish(intake_js, row("forged", "two", 1))
    for service in ("matcher", "notifier"):
        marks = {"dead-durable": f"{service}_from_intake", "dead-stream": "INTAKE", "dead-sequence": str(forged)}
        await intake_js.publish(f"dead.intake.{subject('two')}", b"", stream=DEAD_STREAM, headers=marks)
    compared = await compare(databases, js)
    assert [] == compared.broken.lines()
    assert (1, 1, 1, 1) == (compared.again, compared.overtaken, compared.unheard, compared.buried)
    assert ["1", "1", "1", "1"] == [remark.split()[0] for remark in compared.remarks()]


async def test_facts_about_posts_are_looked_for_in_the_index(databases: Databases) -> None:
    """One that notifier has not heard, and one that it keeps otherwise."""
    claimed = PostClaimed(community="yard", post_id="p-1", skill="repair", area="yard", volunteer_id="v-1", at=NOW)
    told = [
        {**row(name, claimed.about, 1), "type": claimed.type(), "body": claimed.model_dump_json(), "version": None}
        for name in ("e1", "e2")
    ]
    heard = {name: told[0][name] for name in ("event_id", "subject", "type", "about", "time", "traceparent")}
    async with databases.matcher.writing() as session:
        await session.execute(insert(MATCHER_OUTBOX), told)
    async with databases.notifier.writing() as session:
        known = {"publisher": "matcher", "name": "post_claimed", "major": 1, "body": "{}"}
        await session.execute(insert(EVENTS_HEARD), [{**heard, **known}])
    assert [
        "paidan.matcher.post_claimed.v1 e2 about p-1 was not heard by notifier",
        "events: e1 is not as it was published",
    ] == [breach.line for breach in await posts_are_indexed(Look(databases))]
