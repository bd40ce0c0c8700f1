"""The database is the truth: a stream that was lost, whole or at its end, is published again from the outbox."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.js import JetStreamContext
from sqlalchemy import update
from sqlmodel import col

from shared.messaging.streams import KEPT_SECONDS, declare
from shared.persistence.engine import Database
from tests.integration.ledger import Outbox, Published, entries, outbox
from tests.integration.messaging.parties import Party, amended, connected, headers_of, line, note, party, stored
from tests.servers import NatsServer
from tests.waiting import wait_for

EVENTS = [amended(f"o-{number % 3}", number // 3 + 1) for number in range(30)]


async def remembered(database: Database) -> Published | None:
    """What intake remembers of its stream."""
    async with database.reading() as session:
        return await session.get(Published, "INTAKE")


async def whole(intake: Party) -> bool:
    """Whether everything is published, and nothing is still to be published again."""
    row = await remembered(intake.database)
    return await intake.relay.waiting() == 0 and row is not None and row.lacking is None and row.last_sequence > 0


async def in_stream(js: JetStreamContext) -> list[str]:
    """The event ids of intake's stream, in its order."""
    return [headers_of(message)["ce-id"] for message in await stored(js, "INTAKE")]


async def ids(intake: Party) -> list[str]:
    """The event ids of intake's outbox, in its order."""
    return [row.event_id for row in await outbox(intake.database)]


async def lost_and_declared(js: JetStreamContext) -> None:
    """The stream with everything in it is gone; an empty one of the same name is there."""
    await js.delete_stream("INTAKE")
    await declare(js)


async def test_a_stream_that_was_lost_whole_is_published_again_in_order(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """The same events under the same ids: who heard them drops them, who missed some hears those."""
    async with party("intake", new_database_url(), broker) as intake:
        async with party("matcher", new_database_url(), broker, note) as matcher:
            await intake.record(*EVENTS[:20])
            await wait_for(lambda: _heard(matcher, 20), 20)
            await lost_and_declared(js)
            await intake.record(*EVENTS[20:])
            await wait_for(lambda: _heard(matcher, 30), 20)
            await wait_for(lambda: _so_many(js, 30), 20)
            assert [line(event) for event in EVENTS[20:]] == (await entries(matcher.database))[20:]
        published = await in_stream(js)
        assert sorted(await ids(intake)) == sorted(published)
        assert [one for one in published if one in set((await ids(intake))[:20])] == (await ids(intake))[:20]


async def test_a_stream_that_lost_its_end_is_published_again_from_there(
    tmp_path: Path, tmp_path_url: Callable[[], str], broker: NatsServer
) -> None:
    """An older disk was put back under the broker: what it had acknowledged since is there again, once."""
    store, kept = tmp_path / "nats" / "store", tmp_path / "kept"
    async with party("intake", tmp_path_url(), broker) as intake:
        await intake.record(*EVENTS[:10])
        await wait_for(lambda: whole(intake), 20)
        broker.stop()
        shutil.copytree(store, kept)
        broker.start()
        await intake.record(*EVENTS[10:])
        await wait_for(lambda: whole(intake), 20)
        broker.kill()
        shutil.rmtree(store)
        shutil.copytree(kept, store)
        broker.start()
        async with connected(broker) as js:
            await wait_for(lambda: _so_many(js, 30), 20)
            assert await ids(intake) == await in_stream(js)


async def test_publishing_again_goes_on_where_it_was(
    new_database_url: Callable[[], str], broker: NatsServer, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended in the middle, the next process begins after the last page that was noted."""
    monkeypatch.setattr("shared.messaging.republishing.PAGE", 3)
    url = new_database_url()
    async with party("intake", url, broker) as intake:
        await intake.record(*EVENTS)
        await wait_for(lambda: whole(intake), 20)
        await lost_and_declared(js)

        async def under_way() -> bool:
            row = await remembered(intake.database)
            return row is not None and (row.again_at or 0) >= 9

        await wait_for(under_way, 20)
    async with party("intake", url, broker) as intake:
        await wait_for(lambda: whole(intake), 20)
        row = await remembered(intake.database)
        assert await ids(intake) == await in_stream(js)
        assert row is not None
        assert (0, 30, 30) == (row.again_from, row.again_to, row.whole_at)


async def test_what_the_stream_would_have_forgotten_is_not_published_again(
    tmp_path_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """A stream keeps ninety days; an older event was there for all of them."""
    async with party("intake", tmp_path_url(), broker) as intake:
        await intake.record(*EVENTS)
        await wait_for(lambda: whole(intake), 20)
        long_ago = datetime.now(UTC) - timedelta(seconds=KEPT_SECONDS + 60)
        async with intake.database.writing() as session:
            await session.execute(update(Outbox).where(col(Outbox.position) <= 12).values(sent_at=long_ago))
        await lost_and_declared(js)
        await wait_for(lambda: _so_many(js, 18), 20)
        await wait_for(lambda: whole(intake), 20)
        assert (await ids(intake))[12:] == await in_stream(js)


async def _heard(matcher: Party, count: int) -> bool:
    return len(await entries(matcher.database)) == count


async def _so_many(js: JetStreamContext, count: int) -> bool:
    return (await js.stream_info("INTAKE")).state.messages == count
