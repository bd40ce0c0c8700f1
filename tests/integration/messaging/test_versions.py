"""An event through its versions on the real broker: whoever hears it sees the newest, whatever was published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from shared.contracts import flows
from shared.contracts.envelope import Event, Fact, OrderEvent
from shared.contracts.refusal import Refusal
from shared.contracts.requests import HeardAs, MatcherHearsAgain
from shared.messaging.asyncapi import describe
from shared.messaging.bus import Bus
from shared.messaging.consuming import Hearing
from shared.messaging.entering import Entrance
from shared.messaging.hearing_again import HearingAgain
from shared.messaging.streams import declare
from tests.integration.ledger import Unit, entries
from tests.integration.messaging.parties import headers_of, party, publish_raw, stored
from tests.integration.messaging.test_hearing import DURABLE, consumed, lines
from tests.servers import NatsServer
from tests.waiting import wait_for


class Tea(OrderEvent):
    """Tea was served."""

    publisher: ClassVar[str] = "intake"
    name: ClassVar[str] = "tea_served"


class TeaServedV1(Tea):
    """How it began: cups as a word."""

    cups: str

    def upcast(self) -> TeaServedV2:
        """Cups became a number."""
        number = {"one": 1, "two": 2}[self.cups]
        return TeaServedV2(community=self.community, order_id=self.order_id, version=self.version, cups=number)


class TeaServedV2(Tea):
    """A number of cups."""

    major: ClassVar[int] = 2
    older: ClassVar[type[Event] | None] = TeaServedV1

    cups: int

    def upcast(self) -> TeaServed:
        """Millilitres took the place of cups."""
        told = {"community": self.community, "order_id": self.order_id, "version": self.version}
        return TeaServed(**told, millilitres=250 * self.cups)


class TeaServed(Tea):
    """As it is today; ``sugar`` came later, without a new version."""

    major: ClassVar[int] = 3
    older: ClassVar[type[Event] | None] = TeaServedV2

    millilitres: int
    sugar: bool = False

    def upcast(self) -> TeaServedNext:
        """What the next release says about today's."""
        told = {"community": self.community, "order_id": self.order_id, "version": self.version}
        return TeaServedNext(**told, litres=self.millilitres / 1000)


class TeaServedNext(Tea):
    """What a publisher says that was upgraded before its hearers."""

    major: ClassVar[int] = 4
    older: ClassVar[type[Event] | None] = TeaServed

    litres: float


def today() -> Hearing:
    """Matcher as it hears tea today: consumers know the newest version and no other."""
    hearing = Hearing("matcher", "intake")

    async def on_tea_served(uow: Unit, facts: Sequence[Fact[TeaServed]]) -> list[Refusal | None]:
        for fact in facts:
            event = fact.event
            await uow.repository.write(f"{event.order_id} {event.millilitres} ml {event.sugar}", uow.now)
        return [None for _ in facts]

    hearing.on(on_tea_served, TeaServed)
    return hearing


def upgraded() -> Hearing:
    """Matcher after its own upgrade."""
    hearing = Hearing("matcher", "intake")

    async def on_tea_served(uow: Unit, facts: Sequence[Fact[TeaServedNext]]) -> list[Refusal | None]:
        for fact in facts:
            await uow.repository.write(f"{fact.event.order_id} {fact.event.litres} l", uow.now)
        return [None for _ in facts]

    hearing.on(on_tea_served, TeaServedNext)
    return hearing


def of(kind: type[Event], order_id: str, **more: Any) -> Event:
    """An event of a version."""
    return kind.model_validate({"community": "c1", "order_id": order_id, "version": 1, **more})


async def test_every_version_is_heard_as_the_newest_and_a_newer_one_waits_for_the_upgrade(
    tmp_path: Path,
    broker: NatsServer,
    js: JetStreamContext,
    intake_js: JetStreamContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """v1 → v2 → v3, a field more and a field less; v4 is a dead letter that is heard, once, by the next release."""
    narrow = ConsumerConfig(DURABLE, filter_subjects=["intake.tea_served.v1.>"], ack_policy=AckPolicy.EXPLICIT)
    await js.delete_consumer("INTAKE", DURABLE)
    await js.add_consumer("INTAKE", narrow)  # as a release declared it that knew one version
    monkeypatch.setattr(flows, "HEARS", {**flows.HEARS, "matcher": frozenset({TeaServed})})
    await declare(js)
    url = f"sqlite+aiosqlite:///{tmp_path / 'matcher.db'}"
    async with party("matcher", url, broker, today()) as matcher:
        await publish_raw(intake_js, of(TeaServedV1, "o-1", cups="two"), "event-1")
        await publish_raw(intake_js, of(TeaServedV2, "o-2", cups=3), "event-2")
        await publish_raw(intake_js, of(TeaServed, "o-3", millilitres=1, sugar=True), "event-3")
        later = b'{"community": "c1", "order_id": "o-4", "version": 1, "millilitres": 2, "cup": {"of": "gold"}}'
        await publish_raw(intake_js, of(TeaServed, "o-4", millilitres=2), "event-4", body=later)
        await publish_raw(intake_js, of(TeaServedV1, "o-5", cups="many"), "event-5")
        await publish_raw(intake_js, of(TeaServedNext, "o-6", litres=0.2), "event-6")
        expected = ["o-1 500 ml False", "o-2 750 ml False", "o-3 1 ml True", "o-4 2 ml False"]
        assert expected == await lines(matcher, 4)
        await wait_for(lambda: consumed(js), 10, "an acknowledgement of everything")
        assert expected == await entries(matcher.database)
        letters = await stored(js, "DEAD")
    assert {"misshapen:v1", "unknown_version:v4"} == {headers_of(letter)["dead-reason"] for letter in letters}
    newer = next(letter for letter in letters if headers_of(letter)["dead-reason"] == "unknown_version:v4")
    letter = MatcherHearsAgain(
        durable=DURABLE,
        published_under=newer.subject.removeprefix("dead.matcher."),
        headers=dict(headers_of(newer)),
        body=newer.data,
    )
    async with party("matcher", url, broker, upgraded()) as matcher:
        again = HearingAgain(matcher.writer, [upgraded()])
        assert [HeardAs.HEARD, HeardAs.KNOWN] == [(await again.hear(letter)).result for _ in range(2)]
        assert [*expected, "o-6 0.2 l"] == await entries(matcher.database)


def test_the_documents_show_every_version(tmp_path: Path) -> None:
    """Whoever reads what a service hears finds the older versions beside the newest."""
    bus = Bus("matcher", Entrance("nats://127.0.0.1:1"))
    bus.attach(lambda broker, this: today().attach(None, broker, this))  # type: ignore[arg-type]  # nothing is heard
    said = str(describe(bus, "1"))
    assert [True] * 3 == [kind.__name__ in said for kind in (TeaServedV1, TeaServedV2, TeaServed)]


def test_versions_form_a_chain_without_gaps() -> None:
    """A version that is not the next of its predecessor is refused where it is written."""
    with pytest.raises(TypeError, match="cannot follow"):
        type("TeaServedV9", (Tea,), {"major": 9, "older": TeaServedV2, "__module__": __name__})
