"""A consumer that was lost is seen by readiness, named, and hears again without anybody's doing."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from nats.js import JetStreamContext

from shared.contracts.envelope import Fact
from shared.contracts.refusal import Refusal, Unavailable
from shared.messaging import watching
from shared.messaging.bus import Bus
from shared.messaging.streams import declare
from shared.messaging.watching import Watch
from tests.integration.ledger import Unit, entries
from tests.integration.messaging.parties import Party, amended, note, party
from tests.servers import NatsServer
from tests.waiting import wait_for

DURABLE = "matcher_from_intake"


async def heard(matcher: Party, *lines: str) -> None:
    """Wait until the ledger has these lines and no other."""

    async def all_there() -> bool:
        return sorted(lines) == sorted(await entries(matcher.database))

    await wait_for(all_there, 20, f"{lines} to be heard")


async def ready(bus: Bus) -> bool:
    """Whether readiness says yes."""
    try:
        await bus.check()
    except Unavailable:
        return False
    return True


def loops_of(bus: Bus) -> list[Any]:
    """The library's subscribers that pull."""
    broker = bus._broker
    assert broker is not None
    return watching._pulling(broker.subscribers)


async def test_a_durable_deleted_and_declared_again_is_heard_without_a_restart(
    tmp_path_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """What was heard is not heard twice, what was told meanwhile is heard, and readiness comes back."""
    async with (
        party("intake", tmp_path_url(), broker) as intake,
        party("matcher", tmp_path_url(), broker, note) as matcher,
    ):
        await intake.record(amended("o-1", 1))
        await heard(matcher, "o-1 1 order_amended")
        await js.delete_consumer("INTAKE", DURABLE)
        await intake.record(amended("o-1", 2))
        await declare(js)
        await heard(matcher, "o-1 1 order_amended", "o-1 2 order_amended")
        await wait_for(lambda: ready(matcher.bus), 10)


async def test_streams_deleted_under_running_services_are_heard_once_they_are_declared(
    tmp_path_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """Nobody is started again: publisher and consumer find the new streams."""
    async with (
        party("intake", tmp_path_url(), broker) as intake,
        party("matcher", tmp_path_url(), broker, note) as matcher,
    ):
        await intake.record(amended("o-1", 1))
        await heard(matcher, "o-1 1 order_amended")
        for stream in ("INTAKE", "MATCHER", "NOTIFIER", "DEAD"):
            await js.delete_stream(stream)
        await intake.record(amended("o-1", 2))
        await wait_for(lambda: _not(ready(matcher.bus)), 10)
        await declare(js)
        await heard(matcher, "o-1 1 order_amended", "o-1 2 order_amended")
        await wait_for(lambda: ready(matcher.bus), 10)


async def test_a_frozen_broker_that_thaws_is_heard_again(tmp_path_url: Callable[[], str], broker: NatsServer) -> None:
    """SIGSTOP keeps every connection open and answers nothing; after SIGCONT both sides go on."""
    async with (
        party("intake", tmp_path_url(), broker) as intake,
        party("matcher", tmp_path_url(), broker, note) as matcher,
    ):
        await intake.record(amended("o-1", 1))
        await heard(matcher, "o-1 1 order_amended")
        with broker.frozen():
            await intake.record(amended("o-1", 2))
            with pytest.raises(Unavailable, match="does not answer"):
                await matcher.bus.check()
        await heard(matcher, "o-1 1 order_amended", "o-1 2 order_amended")
        await wait_for(lambda: ready(matcher.bus), 10)


async def test_a_durable_made_again_under_a_subscriber_is_told_from_the_one_it_was(
    broker: NatsServer, js: JetStreamContext
) -> None:
    """Its name is the same and it answers; its history is another."""
    watch = Watch("matcher", stuck_seconds=60)
    await watch.begin(js)
    await watch.check(js)
    await js.delete_consumer("INTAKE", DURABLE)
    await declare(js)
    with pytest.raises(Unavailable, match=f"{DURABLE} was made again"):
        await watch.check(js)


async def test_a_loop_that_ended_is_found_and_begun_again(tmp_path_url: Callable[[], str], broker: NatsServer) -> None:
    """The connection lives, the durable is there, and nobody asks it for anything."""
    async with (
        party("intake", tmp_path_url(), broker) as intake,
        party("matcher", tmp_path_url(), broker, note) as matcher,
    ):
        await wait_for(lambda: ready(matcher.bus), 10)
        for subscriber in loops_of(matcher.bus):
            for loop in subscriber.tasks:
                loop.cancel()
        with pytest.raises(Unavailable, match=f"nothing pulls from the durable {DURABLE}"):
            await _until_unready(matcher.bus)
        await wait_for(lambda: ready(matcher.bus), 10)
        await intake.record(amended("o-1", 1))
        await heard(matcher, "o-1 1 order_amended")


async def test_the_loop_of_a_lost_durable_does_not_spin(
    tmp_path_url: Callable[[], str], broker: NatsServer, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library asks again at once, thousands of times a second; with the brake a few times (facts.md)."""
    monkeypatch.setattr("shared.messaging.bus.LOOK_SECONDS", 60.0)
    async with party("matcher", tmp_path_url(), broker, note) as matcher:
        await wait_for(lambda: ready(matcher.bus), 10)
        (course,) = matcher.bus._watch._courses
        assert course.pull is not None
        await js.delete_consumer("INTAKE", DURABLE)
        turns, begun = course.pull.turns, time.monotonic()
        await wait_for(lambda: _so_many(course.pull, turns + 5), 10)
        assert time.monotonic() - begun > 3 * watching.BRAKE_SECONDS
        assert course.pull.alive


async def test_a_consumer_that_takes_nothing_is_named_and_ends_the_process(
    tmp_path_url: Callable[[], str], broker: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A use case that never comes back holds everything behind it: not ready first, then started afresh."""
    released, signals = asyncio.Event(), list[tuple[int, int]]()

    async def hang(_uow: Unit, facts: Sequence[Fact[Any]]) -> list[Refusal | None]:
        await released.wait()
        return [None for _ in facts]

    monkeypatch.setattr("shared.messaging.bus.os.kill", lambda pid, number: signals.append((pid, number)))
    monkeypatch.setattr("shared.messaging.bus.LOOK_SECONDS", 0.1)
    async with (
        party("intake", tmp_path_url(), broker) as intake,
        party("matcher", tmp_path_url(), broker, hang, stuck_seconds=1.0) as matcher,
    ):
        await intake.record(amended("o-1", 1))
        with pytest.raises(Unavailable, match=f"{DURABLE} takes nothing"):
            await _until_unready(matcher.bus)
        assert [] == signals
        await wait_for(lambda: _so_many(signals, 1), 10, "the process to be ended")
        released.set()
    assert [(os.getpid(), signal.SIGTERM)] == signals


async def _until_unready(bus: Bus) -> None:
    async with asyncio.timeout(20):
        await bus.connected.wait()
        while True:
            await bus.check()
            await asyncio.sleep(0.02)


async def _not(answer: Any) -> bool:
    return not await answer


async def _so_many(of: Any, count: int) -> bool:
    return (of.turns if isinstance(of, watching.Pull) else len(of)) >= count
