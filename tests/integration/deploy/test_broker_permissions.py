"""The broker's permissions on the real server: what each service needs works; what it must not is in
test_broker_refusals.py.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from deploy.broker import LocalBroker, come_in
from deploy.permissions import OPERATOR, inbox_of
from deploy.problems import StackProblem
from deploy.rotating import Guarded, rotate
from shared.contracts.flows import SERVICES, durables_of, stream_of, subjects_heard
from tests.integration.deploy.guarded import STREAMS, connected, kept_broker
from tests.waiting import wait_for


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalBroker]:
    """One for all tests here."""
    async with kept_broker(tmp_path_factory.mktemp("broker")) as made:
        yield made


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_publishes_its_own_facts_and_is_told_they_are_stored(broker: LocalBroker, service: str) -> None:
    """A service's own subjects and its dead letters are acknowledged by the stream that holds them."""
    async with connected(broker, service) as connection:
        js = connection.client.jetstream()
        fact = await js.publish(f"{service}.probed.v1._.x", b"{}", headers={"Nats-Msg-Id": f"{service}-probe"})
        dead = await js.publish(f"dead.{service}.matcher.probed.v1._.x", b"{}")
        assert (stream_of(service), "DEAD") == (fact.stream, dead.stream)
        assert [] == connection.complaints


@pytest.mark.parametrize(
    ("service", "durable", "publisher"),
    [(service, *pair) for service in SERVICES for pair in durables_of(service)],
)
async def test_a_service_pulls_and_acknowledges_from_each_of_its_durables(
    broker: LocalBroker, service: str, durable: str, publisher: str
) -> None:
    """With its own inbox a service pulls a fact, acknowledges it, and the durable counts it as done."""
    told_by = publisher if publisher in SERVICES else service  # who buries a letter in the stream of the dead
    subject = subjects_heard(service, publisher)[0].replace("*", "v1").replace(">", f"{told_by}.one")
    async with connected(broker, told_by) as telling:
        await telling.client.jetstream().publish(subject, b"{}")
    async with connected(broker, service) as connection:
        inbox = f"{inbox_of(service)}.".encode()
        pull = await connection.client.jetstream().pull_subscribe("", durable, stream_of(publisher), inbox_prefix=inbox)
        for message in await pull.fetch(100, timeout=5):
            await message.ack_sync()
        state = await pull.consumer_info()
        assert (0, 0) == (state.num_pending, state.num_ack_pending)
        assert [] == connection.complaints


async def test_a_service_answers_a_request_of_another_and_only_once(broker: LocalBroker) -> None:
    """The answer to a request reaches the asker's inbox; a second answer to the same request is refused."""
    async with connected(broker, "intake") as answering, connected(broker, "matcher") as asking:

        async def answer_twice(request: Msg) -> None:
            await request.respond(b"first")
            await request.respond(b"second")

        await answering.client.subscribe("rpc.intake.parties", cb=answer_twice)

        async def answer() -> bytes:  # until the subscription has arrived nobody answers
            return (await asking.client.request("rpc.intake.parties", b"{}", timeout=5)).data

        assert b"first" == await wait_for(answer)
        assert "publish" in await answering.complains(inbox_of("matcher"))


async def test_the_notifier_reads_streams_and_consumers_for_the_ops_page(broker: LocalBroker) -> None:
    """Notifier may look at every stream and list its consumers, also those of others."""
    async with connected(broker, "notifier") as connection:
        js = connection.client.jetstream()
        names = [(await js.stream_info(stream)).config.name for stream in STREAMS]
        listed = {info.name for info in await js.consumers_info("INTAKE")}
        assert list(STREAMS) == names
        assert {"matcher_from_intake", "notifier_from_intake"} == listed
        assert [] == connection.complaints


async def test_the_operator_is_refused_nothing_it_needs(broker: LocalBroker) -> None:
    """Declaring the streams again changes nothing and is not refused."""
    async with connected(broker, OPERATOR) as connection:
        before = {info.config.name for info in await connection.client.jetstream().streams_info()}
        await broker.declare_streams()
        after = {info.config.name for info in await connection.client.jetstream().streams_info()}
        assert set(STREAMS) == before == after
        assert [] == connection.complaints


async def test_a_key_somebody_still_uses_is_not_shut_out(broker: LocalBroker) -> None:
    """The change says who has not come in anew and can be repeated; until then both keys are good, then one alone."""
    seeds, users = broker.seeds, broker.users
    guarded = Guarded(seeds, users, broker.entrance())
    old = seeds.path("intake").with_name("old")
    shutil.copy(seeds.path("intake"), old)
    with pytest.raises(StackProblem, match="there are intake, matcher"):
        await rotate(guarded, "teahouse")
    async with connected(broker, "intake") as staying:
        with pytest.raises(StackProblem, match="1 connections of intake still have the old key"):
            await rotate(guarded, "intake", 0.1)
        taken = seeds.public_key("intake")
        for seed in (old, seeds.path("intake")):
            await (await come_in(replace(broker.entrance("intake"), seed=seed), "intake")).close()
        assert staying.client.is_connected
    assert taken == await rotate(guarded, "intake", 5)
    with pytest.raises(NatsError, match=r"(?i)authorization"):
        await come_in(replace(broker.entrance("intake"), seed=old), "intake")
    assert [taken] == list(seeds.public_keys("intake"))


async def test_servers_that_cannot_read_the_list_go_on_with_the_one_before(broker: LocalBroker) -> None:
    """The change stops at the first server that refuses, and everybody is let in as before."""

    def spoil() -> None:
        broker.users.write_text("authorization: {")

    guarded = Guarded(broker.seeds, broker.users, broker.entrance(), spoil)
    with pytest.raises(StackProblem, match="does not take it"):
        await rotate(guarded, "matcher", 1)
    async with connected(broker, "matcher") as connection:
        assert connection.client.is_connected
    await rotate(replace(guarded, bring=lambda: None), "matcher", 5)
