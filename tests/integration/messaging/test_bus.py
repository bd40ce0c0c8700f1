"""The connection: kept through restarts of the broker, honest about what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.contracts.refusal import Unavailable
from shared.messaging.streams import consumer_configs, declare, stream_configs
from tests.integration.ledger import entries
from tests.integration.messaging.parties import (
    Party,
    amended,
    connected,
    declare_streams,
    guarded_server,
    note,
    party,
)
from tests.servers import NatsServer
from tests.waiting import wait_for


async def heard(matcher: Party, count: int) -> bool:
    """Whether the ledger has so many lines."""
    return len(await entries(matcher.database)) == count


async def ready(any_party: Party) -> bool:
    """Whether the connection and the durables are there."""
    await any_party.bus.check()
    return True


@pytest.mark.parametrize("crash", [False, True], ids=["stopped", "killed"])
async def test_consumption_goes_on_after_a_restart_of_the_broker(
    tmp_path_url: Callable[[], str], broker: NatsServer, crash: bool
) -> None:
    """Both sides stay alive while the broker is away and go on by themselves when it is back."""
    async with (
        party("intake", tmp_path_url(), broker) as intake,
        party("matcher", tmp_path_url(), broker, note) as matcher,
    ):
        await intake.record(amended("o-1", 1))
        await wait_for(lambda: heard(matcher, 1), 10)
        if crash:
            broker.kill()
        else:
            broker.stop()
        with pytest.raises(Unavailable):
            await wait_for_check_to_fail(matcher)
        await intake.record(amended("o-1", 2))
        broker.start()
        await wait_for(lambda: heard(matcher, 2), 20)
        await wait_for(lambda: ready(matcher), 10)


async def wait_for_check_to_fail(any_party: Party) -> None:
    """Readiness until it says no."""
    while True:
        await any_party.bus.check()
        await asyncio.sleep(0.02)


async def test_a_missing_durable_is_named_and_waited_for(
    tmp_path_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """Without its durable a service is not ready and says which one; declared, it is heard without a restart.

    The library would create a durable of its own making here, or start and never receive anything.
    """
    await js.delete_consumer("INTAKE", "matcher_from_intake")
    async with (
        party("intake", tmp_path_url(), broker) as intake,
        party("matcher", tmp_path_url(), broker, note) as matcher,
    ):
        await intake.record(amended("o-1", 1))

        async def named() -> bool:
            with pytest.raises(Unavailable, match="matcher_from_intake"):
                await matcher.bus.check()
            return True

        await wait_for(named, 10)
        with pytest.raises(NotFoundError):
            await js.consumer_info("INTAKE", "matcher_from_intake")
        await declare_streams(broker)
        await wait_for(lambda: heard(matcher, 1), 10)
        await wait_for(lambda: ready(matcher), 10)


async def test_a_durable_deleted_under_a_running_service_shows_in_readiness(
    tmp_path_url: Callable[[], str], broker: NatsServer, js: JetStreamContext
) -> None:
    """The connection is fine and nothing arrives: only looking at the consumer tells (facts.md)."""
    async with party("matcher", tmp_path_url(), broker, note) as matcher:
        await wait_for(lambda: ready(matcher), 10)
        await js.delete_consumer("INTAKE", "matcher_from_intake")
        with pytest.raises(Unavailable, match="matcher_from_intake"):
            await wait_for_check_to_fail(matcher)


async def test_a_service_that_starts_before_the_broker_finds_it(
    tmp_path: Path, tmp_path_url: Callable[[], str]
) -> None:
    """Nothing listens yet: the service is not ready, keeps trying, and hears what comes later."""
    server = guarded_server(tmp_path / "late")
    async with party("matcher", tmp_path_url(), server, note) as matcher:
        with pytest.raises(Unavailable, match="not connected"):
            await matcher.bus.check()
        with server:
            await declare_streams(server)
            async with party("intake", tmp_path_url(), server) as intake:
                await intake.record(amended("o-1", 1))
                await wait_for(lambda: heard(matcher, 1), 20)


async def test_declaring_twice_changes_nothing(broker: NatsServer, js: JetStreamContext) -> None:
    """The operator may declare at every start of the broker; positions of durables are kept."""
    async with connected(broker, "intake") as intake_js:
        await intake_js.publish(amended("o-1", 1).subject, b"{}")
    async with connected(broker, "matcher") as matcher_js:  # who else may acknowledge it
        inbox = b"_INBOX_matcher."
        consumer = await matcher_js.pull_subscribe("", "matcher_from_intake", "INTAKE", inbox_prefix=inbox)
        (message,) = await consumer.fetch(1, timeout=5)
        await message.ack_sync()
    await declare(js)
    info = await js.consumer_info("INTAKE", "matcher_from_intake")
    assert (0, 1) == (info.num_pending, info.ack_floor.stream_seq if info.ack_floor else None)
    assert sorted(config.name or "" for config in stream_configs()) == sorted(
        stream.config.name or "" for stream in await js.streams_info()
    )


async def test_a_durable_hears_what_flows_says(broker: NatsServer, js: JetStreamContext) -> None:
    """Filter subjects on the broker are those of the map, on every durable."""
    for stream, config in consumer_configs():
        live = (await js.consumer_info(stream, config.durable_name or "")).config
        subjects = live.filter_subjects or [live.filter_subject]
        assert sorted(config.filter_subjects or []) == sorted(subject or "" for subject in subjects)
