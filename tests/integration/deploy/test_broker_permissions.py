"""The broker's permissions on the real server: what each user may do works, and everything else is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from deploy.broker import LocalBroker
from deploy.keeper import Timings
from deploy.layout import Layout, Ports
from deploy.permissions import OPERATOR, inbox_of
from deploy.supervisor import Supervisor
from shared.contracts.flows import SERVICES, durables_of, stream_of, subjects_heard
from tests.integration.deploy.stacks import free_port_base
from tests.waiting import wait_for

SHORT = 0.2
"""Seconds to wait for an answer that must not come; a violation is reported long before."""


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalBroker]:
    """The local stack's broker with all its streams, kept by the real supervisor."""
    layout = Layout.at(tmp_path_factory.mktemp("broker"))
    layout.make()
    broker = LocalBroker(layout, Ports(free_port_base()), "always")
    async with Supervisor(layout.logs, timings=Timings(grace=5)) as supervisor:
        await supervisor.start(broker.prepare())
        yield broker


class Connection:
    """A connection of one user that remembers what the server complained about."""

    def __init__(self, client: Client, complaints: list[str]) -> None:
        self.client = client
        self.complaints = complaints

    async def complains(self, of: str) -> str:
        """The server's permission violation on a subject, once it has arrived."""

        async def violation() -> str:
            found = [line for line in self.complaints if "permissions violation" in line and of.lower() in line]
            return found[0] if found else ""

        return await wait_for(violation, within=5, what=f"a permission violation on {of}")


@asynccontextmanager
async def connected(broker: LocalBroker, user: str) -> AsyncIterator[Connection]:
    """Connect as a service would: own name, own password, own inbox."""
    complaints: list[str] = []

    async def complained(error: Exception) -> None:
        complaints.append(str(error).lower())

    client = await nats.connect(
        broker.place.url,
        user=user,
        password=broker.password_of(user),
        inbox_prefix=inbox_of(user),
        error_cb=complained,
        allow_reconnect=False,
    )
    try:
        yield Connection(client, complaints)
    finally:
        await client.close()


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

        await answering.client.subscribe("rpc.intake.>", cb=answer_twice)

        async def answer() -> bytes:  # until the subscription has arrived nobody answers
            return (await asking.client.request("rpc.intake.parties", b"{}", timeout=5)).data

        assert b"first" == await wait_for(answer)
        assert "publish" in await answering.complains(inbox_of("matcher"))


async def test_the_notifier_reads_streams_and_consumers_for_the_ops_page(broker: LocalBroker) -> None:
    """Notifier may look at every stream and every consumer, also those of others."""
    async with connected(broker, "notifier") as connection:
        js = connection.client.jetstream()
        names = [(await js.stream_info(stream_of(service))).config.name for service in SERVICES]
        listed = {info.name for info in await js.consumers_info("INTAKE")}
        other = await js.consumer_info("INTAKE", "matcher_from_intake")
        assert [stream_of(service) for service in SERVICES] == names
        assert {"matcher_from_intake", "notifier_from_intake"} == listed
        assert "matcher_from_intake" == other.name


async def test_an_anonymous_client_and_a_wrong_password_are_refused(broker: LocalBroker) -> None:
    """Nobody connects without a user, nor with a password that is not the user's."""
    for user, password in ((None, None), ("intake", broker.password_of("matcher"))):
        client = Client()
        with pytest.raises(NatsError, match=r"(?i)authorization"):
            await client.connect(broker.place.url, user=user, password=password, allow_reconnect=False)
        await client.close()


async def _publish(client: Client, subject: str) -> None:
    await client.jetstream(timeout=SHORT).publish(subject, b"{}")


async def _request(client: Client, subject: str) -> None:
    await client.request(subject, b"{}", timeout=SHORT)


Try = Callable[[Client, str], Awaitable[None]]

REFUSED: list[tuple[str, Try, str]] = [
    ("intake", _publish, "matcher.leg_assigned.v1._.x"),
    ("matcher", _publish, "intake.order_placed.v1._.x"),
    ("notifier", _publish, "intake.order_placed.v1._.x"),
    ("intake", _publish, "dead.matcher.intake.order_placed.v1._.x"),
    ("intake", _publish, "rpc.intake.parties"),
    ("intake", _publish, "rpc.matcher.hear_again"),
    ("matcher", _publish, "rpc.intake.hear_again"),
    ("intake", _publish, f"{inbox_of('matcher')}.x"),
    ("matcher", _request, "$JS.API.STREAM.DELETE.INTAKE"),
    ("matcher", _request, "$JS.API.STREAM.PURGE.MATCHER"),
    ("matcher", _request, "$JS.API.STREAM.CREATE.MORE"),
    ("matcher", _request, "$JS.API.STREAM.INFO.INTAKE"),
    ("notifier", _request, "$JS.API.STREAM.DELETE.NOTIFIER"),
    ("intake", _request, "$JS.API.CONSUMER.MSG.NEXT.MATCHER.notifier_from_matcher"),
    ("intake", _request, "$JS.API.CONSUMER.INFO.MATCHER.notifier_from_matcher"),
    ("notifier", _request, "$JS.API.CONSUMER.MSG.NEXT.INTAKE.matcher_from_intake"),
    ("notifier", _request, "$JS.API.CONSUMER.DURABLE.CREATE.INTAKE.more"),
    ("matcher", _request, "$JS.API.CONSUMER.DELETE.INTAKE.matcher_from_intake"),
    ("intake", _publish, "$JS.ACK.MATCHER.notifier_from_matcher.1.1.1.1.0"),
    (OPERATOR, _publish, "intake.order_placed.v1._.x"),
]


@pytest.mark.parametrize(("user", "attempt", "subject"), REFUSED, ids=lambda value: getattr(value, "__name__", value))
async def test_a_foreign_subject_durable_or_stream_is_a_permission_violation(
    broker: LocalBroker, user: str, attempt: Try, subject: str
) -> None:
    """What is not a user's own is refused by the server, which says so; the caller hears nothing (case 23)."""
    async with connected(broker, user) as connection:
        with pytest.raises((NatsTimeout, NatsError)) as refused:
            await attempt(connection.client, subject)
        assert not isinstance(refused.value, NoRespondersError)
        assert "publish" in await connection.complains(subject)


@pytest.mark.parametrize("subject", ["_INBOX_intake.>", "_INBOX.>", "intake.>", "rpc.intake.>", ">", "$JS.ACK.>"])
async def test_a_service_hears_no_inbox_and_no_subject_of_another(broker: LocalBroker, subject: str) -> None:
    """Matcher may not listen to intake's replies, requests or facts outside its durable."""
    async with connected(broker, "matcher") as connection:
        await connection.client.subscribe(subject)
        assert "subscription" in await connection.complains(subject)


async def test_the_server_keeps_its_streams_and_refuses_the_operator_nothing_it_needs(
    broker: LocalBroker, tmp_path: Path
) -> None:
    """Declaring the streams again changes nothing and is not refused."""
    async with connected(broker, OPERATOR) as connection:
        before = {info.config.name for info in await connection.client.jetstream().streams_info()}
        await broker.declare_streams()
        after = {info.config.name for info in await connection.client.jetstream().streams_info()}
        assert {"INTAKE", "MATCHER", "NOTIFIER", "DEAD"} == before == after
        assert [] == connection.complaints
