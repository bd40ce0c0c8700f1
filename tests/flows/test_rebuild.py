"""``paidan rebuild`` on a running stack: damaged read models become what they were, lost facts are heard again."""

from __future__ import annotations

from typing import Any

import pytest
from nats.js import JetStreamContext
from sqlalchemy import func, select, text

from deploy.attached import Attached
from deploy.demo.doors import Doors
from deploy.rebuild.run import Printer, Rebuilt, rebuild
from deploy.verify.bus import backlog, wait_for_quiet
from deploy.verify.evidence import Databases, opened
from deploy.verify.replaying import READ_MODELS, compared
from deploy.verify.run import connect
from deploy.verify.tables import NOTICES
from tests.flows.people import asked, in_state, place, review, serve

QUIET_SECONDS = 20.0

DAMAGE = (
    "UPDATE matters SET rounds = 9, service = 'other'",
    "DELETE FROM matters WHERE order_id = '{order}'",
    "UPDATE orders SET involved = '{{}}', dispatch_version = 99 WHERE order_id = '{order}'",
    "UPDATE events SET body = '{{}}' WHERE name = 'offer_made'",
    "DELETE FROM events WHERE name IN ('leg_assigned', 'order_reviewed')",
)
FORGOTTEN = (
    "DELETE FROM deliveries WHERE notice_id IN (SELECT notice_id FROM notices WHERE order_id = '{order}')",
    "DELETE FROM notices WHERE order_id = '{order}'",
    "DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM events WHERE about = '{order}')",
    "DELETE FROM events WHERE about = '{order}'",
    "DELETE FROM matters WHERE order_id = '{order}'",
    "DELETE FROM orders WHERE order_id = '{order}'",
)


@pytest.fixture
async def order_id(doors: Doors) -> str:
    """An order that was served and closed."""
    placed = await place(doors, "moving", urgency="urgent")
    _, token, offer_id = await asked(doors, placed["order_id"])
    await serve(doors, token, offer_id)
    await in_state(doors, placed, "done")
    await review(doors, placed, "fixed")
    return str(placed["order_id"])


async def quiet(databases: Databases, stack: Attached) -> None:
    """Wait until nothing is under way: what is compared must stand still."""
    connection = await connect(stack)
    try:
        js: JetStreamContext = connection.jetstream(timeout=10)
        assert (await wait_for_quiet(lambda: backlog(databases, js), QUIET_SECONDS)).quiet
    finally:
        await connection.close()


async def read_models(databases: Databases) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the read models."""
    found = {}
    async with databases.notifier.reading() as session:
        for name, (table, key) in READ_MODELS.items():
            rows = await session.execute(select(*(table.c[one] for one in compared(table))).order_by(table.c[key]))
            found[name] = [tuple(row) for row in rows]
    return found


async def run(databases: Databases, statements: tuple[str, ...], order_id: str) -> None:
    """Change notifier's database behind its back."""
    for statement in statements:
        async with databases.notifier.writing() as session:
            await session.execute(text(statement.format(order=order_id)))


async def rebuilt(stack: Attached) -> Rebuilt:
    """One rebuild."""
    return await rebuild(stack, everything=False, quiet=QUIET_SECONDS, printer=Printer())


async def test_damaged_read_models_become_what_they_were(stack: Attached, order_id: str) -> None:
    """Row by row; notices are records and stay; doing it again changes nothing."""
    async with opened(stack.stack.databases) as databases:
        await quiet(databases, stack)
        before = await read_models(databases)
        async with databases.notifier.reading() as session:
            notices = await session.scalar(select(func.count()).select_from(NOTICES))
        await run(databases, DAMAGE, order_id)
        assert before != await read_models(databases)
        first, second = await rebuilt(stack), await rebuilt(stack)
        assert before == await read_models(databases)
        async with databases.notifier.reading() as session:
            assert notices == await session.scalar(select(func.count()).select_from(NOTICES))
    assert first.whole
    assert all(first.repaired.rows.values())
    assert ({"events": 0, "orders": 0, "matters": 0}, [], True) == (second.repaired.rows, second.again, second.whole)


async def test_a_service_that_lost_facts_hears_them_again(stack: Attached, order_id: str) -> None:
    """Nothing is pending, and notifier knows nothing of an order: its streams are heard from the beginning."""
    async with opened(stack.stack.databases) as databases:
        await quiet(databases, stack)
        before = await read_models(databases)
        await run(databases, FORGOTTEN, order_id)
        done = await rebuilt(stack)
        after = await read_models(databases)
        told = select(NOTICES.c.kind).where(NOTICES.c.order_id == order_id)
        async with databases.notifier.reading() as session:
            kinds = set(await session.scalars(told))
    assert {"notifier_from_intake", "notifier_from_matcher"} <= set(done.again)
    assert [before["orders"], before["matters"]] == [after["orders"], after["matters"]]
    assert {row[0] for row in before["events"]} <= {row[0] for row in after["events"]}
    assert {"order_placed", "order_done"} <= kinds
