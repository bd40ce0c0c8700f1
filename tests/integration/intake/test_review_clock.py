"""The review that never came: an order is closed honestly, once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from services.intake.app import MIGRATIONS
from services.intake.commands import ReviewOrder
from services.intake.models import Order
from services.intake.queries.deadlines import Deadlines
from services.intake.use_cases.changing import Change
from services.intake.use_cases.placing import NewOrder
from shared.community.definition import Community
from shared.contracts.words import Outcome
from shared.persistence.engine import Database
from shared.persistence.migrating import migrate
from tests.integration.intake.dispatch import AT, REVIEW_DUE, SERVED, Dispatch
from tests.integration.intake.ending import DAY, HOUR, later
from tests.integration.intake.running import START, Place, make_place
from tests.waiting import wait_for

SECOND = timedelta(seconds=1)
NEW = NewOrder(service="homework", area="east-g1", details="", contact=None)
REMINDED = [("order_placed", 1), ("review_reminded", 2), ("review_reminded", 3)]
LAPSED = [*REMINDED, ("order_closed", 4)]


async def served(place: Place, count: int = 1) -> list[str]:
    """Orders that wait for their review, by id."""
    async with place.writing() as intake:
        do, placing = intake.machinery.writer.do, intake.use_cases.placing
        answers = await asyncio.gather(*(do(placing.place_orders, NEW) for _ in range(count)))
        ids = [answer.order.order_id for answer in answers]
        for order_id in ids:
            await (await Dispatch.of(intake, place, order_id)).tell(*SERVED)
    return ids


async def sweep(place: Place, at: datetime) -> int:
    """What the clock finds to do at a moment."""
    async with later(place, at).writing() as intake:
        return await intake.review_clock.sweep(at)


async def test_two_reminders_come_before_a_review_is_due(place: Place) -> None:
    """After a day and after two, each once in effect however often the clock fires, and told with the deadline."""
    (order_id,) = await served(place)
    assert 0 == await sweep(place, AT + DAY - SECOND)
    for nth in (1, 2):
        assert [1, 0] == [await sweep(place, AT + nth * DAY), await sweep(place, AT + nth * DAY + HOUR)]
    assert REMINDED == await place.published(order_id)
    bodies = await place.rows("SELECT body FROM outbox WHERE type LIKE '%review_reminded%' ORDER BY version")
    told = [json.loads(body) for (body,) in bodies]
    assert [(1, REVIEW_DUE), (2, REVIEW_DUE)] == [(one["nth"], datetime.fromisoformat(one["due_at"])) for one in told]


async def test_a_review_that_is_due_closes_as_no_reply(place: Place) -> None:
    """Not a second before the deadline; then closed, by the clock, with nobody holding it."""
    (order_id,) = await served(place)
    await sweep(place, AT + DAY)
    await sweep(place, AT + 2 * DAY)
    async with later(place, REVIEW_DUE).writing() as intake:
        assert 0 == await intake.review_clock.sweep(REVIEW_DUE - SECOND)
        assert REVIEW_DUE == await Deadlines(intake.machinery.database).next_due()
        assert 1 == await intake.review_clock.sweep(REVIEW_DUE)
        view = await intake.queries.order(order_id, REVIEW_DUE)
    assert ("closed", "no_reply", None) == (view.state, view.outcome, view.holder)
    assert ("order_closed", "system") == (view.timeline[-1].what, view.timeline[-1].by)
    assert LAPSED == await place.published(order_id)


async def test_nothing_closes_before_its_reminders_however_late_the_clock_is(place: Place) -> None:
    """Down for a week: the reminders come first, and after each of them at least half of its time is left."""
    (order_id,) = await served(place)
    down = AT + 7 * DAY
    for at, done in ((down, 1), (down + 11 * HOUR, 0), (down + 13 * HOUR, 1), (down + 35 * HOUR, 0)):
        assert done == await sweep(place, at)
    assert REMINDED == await place.published(order_id)
    assert 1 == await sweep(place, down + 37 * HOUR)
    assert LAPSED == await place.published(order_id)


async def test_it_closes_once_however_often_the_clock_fires(place: Place) -> None:
    """Two processes sweeping at once, and again later: one closing, one event."""
    ids = await served(place, count=5)
    for at in (AT + DAY, AT + 2 * DAY, REVIEW_DUE):
        async with later(place, at).writing() as one, later(place, at).writing() as other:
            clocks = [intake.review_clock for intake in (one, other, one)]
            await asyncio.gather(*(clock.sweep(at) for clock in clocks))
    assert 0 == await sweep(place, REVIEW_DUE + 30 * DAY)
    assert [LAPSED] * 5 == [await place.published(order_id) for order_id in ids]


async def test_a_verdict_in_the_same_instant_wins_or_loses_as_a_whole(place: Place) -> None:
    """The resident's review and the deadline together make one outcome, never two."""
    (order_id,) = await served(place)
    await sweep(place, AT + DAY)
    await sweep(place, AT + 2 * DAY)
    async with later(place, REVIEW_DUE).writing() as intake:
        review = Change(order_id, ReviewOrder(outcome=Outcome.FIXED))
        do, changing = intake.machinery.writer.do, intake.use_cases.changing
        _, swept = await asyncio.gather(do(changing.review_orders, review), intake.review_clock.sweep(REVIEW_DUE))
    assert swept in {0, 1}
    assert [*REMINDED, ("order_reviewed", 4), ("order_closed", 5)] == await place.published(order_id)
    assert [("closed", "fixed")] == await place.rows("SELECT state, outcome FROM orders")


async def test_a_review_that_was_given_is_not_asked_for_again(place: Place) -> None:
    """Reviewed after the first reminder: no second one, and nothing falls due."""
    (order_id,) = await served(place)
    await sweep(place, AT + DAY)
    async with later(place, AT + DAY + HOUR).writing() as intake:
        review = Change(order_id, ReviewOrder(outcome=Outcome.PARTLY))
        await intake.machinery.writer.do(intake.use_cases.changing.review_orders, review)
        assert None is await Deadlines(intake.machinery.database).next_due()
    assert 0 == await sweep(place, REVIEW_DUE)


async def test_the_running_clock_finds_it_by_itself(tmp_path: Path, database_url: str, rules: Community) -> None:
    """In a service at work nobody calls the sweep: a day of the domain passes in a second."""
    place = await make_place(tmp_path, database_url, rules, clock=f"{START}@86400/{time.time()}", sweep_seconds=0.2)
    (order_id,) = await served(place)

    async def closed() -> bool:
        return await place.published(order_id) == LAPSED

    async with place.serving():
        await wait_for(closed, within=20)
    assert [("closed", "no_reply")] == await place.rows("SELECT state, outcome FROM orders")


async def test_the_clock_waits_for_a_database_that_is_not_there_yet(
    tmp_path: Path, new_database_url: Callable[[], str], rules: Community
) -> None:
    """Started before its tables exist, a service is not ready and lives on; once they do, its clock turns."""
    place = await make_place(tmp_path, new_database_url(), rules, sweep_seconds=0.1)
    empty = Place(place.settings.model_copy(update={"database_url": new_database_url()}), rules)
    database = Database(empty.settings.database_url)

    async def ready() -> bool:
        told: dict[str, str] = (await client.get("/readyz")).json()["checks"]
        return told["database"] == "ok"

    async def closed() -> bool:
        return await empty.published(order_id) == [("order_placed", 1), ("order_closed", 2)]

    try:
        async with empty.serving() as client:
            assert not await ready()
            await migrate(database, MIGRATIONS)
            await wait_for(ready)
            (order_id,) = await served(empty)
            past = (REVIEW_DUE - timedelta(days=30)).astimezone(UTC)
            async with database.engine.begin() as connection:
                await connection.execute(update(Order).values(due_at=past, remind_at=None, reminded=2))
            await wait_for(closed, within=20)
    finally:
        await database.close()
