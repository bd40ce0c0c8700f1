"""How one service asks another on the real broker: always answered, by whoever may, or told that nobody is there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from nats.aio.client import Client

from shared.contracts.refusal import Conflict, Forbidden, NotFound, Refusal, Unavailable
from shared.contracts.requests import ExplanationAsked, ExplanationTold, PartiesAsked, PartiesTold
from shared.messaging.requests import Answers, ask
from tests.integration.messaging.parties import PASSWORD, Party, party
from tests.integration.messaging.parties import connected as connected_js
from tests.servers import NatsServer
from tests.waiting import wait_for

NewUrl = Callable[[], str]


class SomethingRuled(Conflict):
    """A rule of one service, which the other knows by its kind alone."""

    title = "This is ruled out"


async def told_of(order: PartiesAsked) -> PartiesTold:
    """An answer that says who was asked about; some orders are refused in several ways."""
    match order.order_id:
        case "absent":
            raise NotFound("no such order")
        case "ruled":
            raise SomethingRuled
        case "broken":
            raise ZeroDivisionError
        case "slow":
            await asyncio.sleep(5)
    return PartiesTold(areas=(order.order_id,), marks=frozenset({"a", "b"}))


def intake_answers() -> Answers:
    """Intake answering who the parties of an order are."""
    answers = Answers("intake")
    answers.on(PartiesAsked)(told_of)
    return answers


async def connected(*parties: Party) -> None:
    """Wait until everybody is on the broker."""
    for one in parties:
        await asyncio.wait_for(one.bus.connected.wait(), 10)


async def refusal_of(matcher: Party, order_id: str) -> Refusal:
    """What asking about this order is refused with."""
    with pytest.raises(Refusal) as refused:
        await ask(matcher.bus, PartiesAsked(order_id=order_id), within=1)
    return refused.value


async def test_a_request_is_answered(tmp_path_url: NewUrl, broker: NatsServer) -> None:
    """What one service tells arrives at the other as it was told, under the permissions of the stack."""
    async with (
        party("intake", tmp_path_url(), broker, answers=intake_answers()) as intake,
        party("matcher", tmp_path_url(), broker) as matcher,
    ):
        await connected(intake, matcher)
        told = await ask(matcher.bus, PartiesAsked(order_id="o-1"))
        assert PartiesTold(areas=("o-1",), marks=frozenset({"a", "b"})) == told


async def test_whoever_asks_is_answered_even_when_there_is_no_answer(tmp_path_url: NewUrl, broker: NatsServer) -> None:
    """A refusal keeps its kind and its reason; a rule travels as its kind; an accident is told, and nothing stops."""
    async with (
        party("intake", tmp_path_url(), broker, answers=intake_answers()) as intake,
        party("matcher", tmp_path_url(), broker) as matcher,
    ):
        await connected(intake, matcher)
        refused = [await refusal_of(matcher, order) for order in ("absent", "ruled", "broken", "slow")]
        assert [NotFound, Conflict, Unavailable, Unavailable] == [type(one) for one in refused]
        assert "no such order" == refused[0].detail
        garbled = await matcher.bus.ask(PartiesAsked.subject(), b'{"order_id": 7}')
        assert b'{"refused":"Invalid","detail":"the request cannot be read"}' == garbled
        assert ("o-2",) == (await ask(matcher.bus, PartiesAsked(order_id="o-2"))).areas


async def test_nobody_there_is_said_at_once(tmp_path_url: NewUrl, broker: NatsServer) -> None:
    """Without a service behind the subject, or without a broker, the asker need not wait for its deadline."""
    async with party("matcher", tmp_path_url(), broker) as matcher:
        with pytest.raises(Unavailable):
            await ask(matcher.bus, PartiesAsked(order_id="o-1"), within=60)
        await connected(matcher)
        async with asyncio.timeout(10):
            with pytest.raises(Unavailable):
                await ask(matcher.bus, PartiesAsked(order_id="o-1"), within=60)


async def test_replicas_share_the_requests_and_requests_do_not_wait_for_one_another(
    tmp_path_url: NewUrl, broker: NatsServer
) -> None:
    """Each of 200 requests is answered once, both replicas work, and a slow one holds up none of the others."""
    heard: Counter[str] = Counter()

    def replica(which: str) -> Answers:
        answers = Answers("intake")

        @answers.on(PartiesAsked)
        async def parties(asked: PartiesAsked) -> PartiesTold:
            heard[which] += 1
            return await told_of(asked)

        return answers

    async with (
        party("intake", tmp_path_url(), broker, answers=replica("one")) as one,
        party("intake", tmp_path_url(), broker, answers=replica("other")) as other,
        party("matcher", tmp_path_url(), broker) as matcher,
    ):
        await connected(one, other, matcher)
        slow = [asyncio.create_task(refusal_of(matcher, "slow")) for _ in range(4)]
        asked = [ask(matcher.bus, PartiesAsked(order_id=f"o-{number}")) for number in range(196)]
        told = await asyncio.gather(*asked)
        assert [(f"o-{number}",) for number in range(196)] == [answer.areas for answer in told]
        assert {Unavailable} == {type(refused) for refused in await asyncio.gather(*slow)}
        assert (200, {"one", "other"}) == (heard.total(), {which for which, count in heard.items() if count > 20})


async def test_requests_are_answered_again_after_a_restart_of_the_broker(
    tmp_path_url: NewUrl, broker: NatsServer
) -> None:
    """Nobody starts anything again: the subscription comes back with the connection."""
    async with (
        party("intake", tmp_path_url(), broker, answers=intake_answers()) as intake,
        party("matcher", tmp_path_url(), broker) as matcher,
    ):
        await connected(intake, matcher)
        await ask(matcher.bus, PartiesAsked(order_id="o-1"))
        broker.kill()
        broker.start()

        async def answered() -> tuple[str, ...]:
            try:
                return (await ask(matcher.bus, PartiesAsked(order_id="o-2"))).areas
            except Unavailable:
                return ()

        assert ("o-2",) == await wait_for(answered, 20, "an answer after the restart")


async def test_a_service_cannot_answer_for_another(tmp_path_url: NewUrl, broker: NatsServer) -> None:
    """Registering another's request is refused; and with matcher's password the broker gives it no request."""
    with pytest.raises(ValueError, match=r"rpc\.matcher\.explanation"):
        Answers("intake").on(ExplanationAsked)(_explained)
    complaints: list[str] = []

    async def complained(error: Exception) -> None:
        complaints.append(str(error).lower())

    impostor = Client()
    await impostor.connect(broker.url, user="matcher", password=PASSWORD, error_cb=complained)
    try:
        await impostor.subscribe(PartiesAsked.subject(), queue="intake")

        async def refused() -> bool:
            return any("permissions violation for subscription" in line for line in complaints)

        assert await wait_for(refused, 5, "the broker's refusal")
    finally:
        await impostor.close()
    async with party("notifier", tmp_path_url(), broker) as notifier:
        await connected(notifier)
        assert Unavailable is type(await refusal_of(notifier, "o-1"))


async def _explained(asked: ExplanationAsked) -> ExplanationTold:
    raise Forbidden(asked.order_id)


async def test_what_was_not_asked_is_not_answered(tmp_path_url: NewUrl, broker: NatsServer) -> None:
    """An answer is published under no fact's subject, and a stored message that a service has sent to a request's
    subject is no request: the broker checks neither.
    """
    asked: list[str] = []
    answers = Answers("intake")

    @answers.on(PartiesAsked)
    async def on_parties_asked(order: PartiesAsked) -> PartiesTold:
        asked.append(order.order_id)
        return PartiesTold()

    async with (
        party("intake", tmp_path_url(), broker, answers=answers) as intake,
        party("matcher", tmp_path_url(), broker) as matcher,
        connected_js(broker, "intake") as told,
        connected_js(broker, "matcher") as pulling,
        connected_js(broker) as operator,
    ):
        await connected(intake, matcher)
        before = (await operator.stream_info("INTAKE")).state.messages
        question = PartiesAsked(order_id="stolen").model_dump_json().encode()
        client = pulling._nc
        await client.publish("rpc.intake.parties", question, reply="intake.order_closed.v1.c1.o-1")
        await told.publish("intake.order_amended.v1.c1.o-1", question)
        pull = "$JS.API.CONSUMER.MSG.NEXT.INTAKE.matcher_from_intake"
        await client.publish(pull, b'{"batch": 100, "no_wait": true}', reply="rpc.intake.parties")
        await client.flush()
        await ask(matcher.bus, PartiesAsked(order_id="o-1"))
        assert ["o-1"] == asked
        assert before + 1 == (await operator.stream_info("INTAKE")).state.messages
