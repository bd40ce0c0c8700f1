"""A one-time code goes to the notice file when intake asks over the broker; notifier keeps nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.notifier.models import NotifierTable
from shared.community.definition import Community
from shared.contracts.refusal import Refusal, Unavailable
from shared.contracts.requests import CodeSent, CodeToSend
from shared.messaging.bus import Bus
from shared.messaging.entering import Entrance
from shared.messaging.requests import ask
from tests.integration.messaging.parties import PASSWORD, declare_streams, guarded_server
from tests.integration.notifier.running import Place, make_place
from tests.servers import NatsServer
from tests.waiting import wait_for

PHONE, CODE = "+8613800001111", "271828"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """The stack's broker, with the permissions of each service."""
    with guarded_server(tmp_path / "nats") as server:
        await declare_streams(server)
        yield server


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community, broker: NatsServer) -> Place:
    """An empty notifier on the broker."""
    told = {"nats_url": broker.url, "nats_user": "notifier", "nats_password": PASSWORD}
    return await make_place(tmp_path, database_url, rules, **told)


@pytest.fixture
async def intake(broker: NatsServer) -> AsyncIterator[Bus]:
    """Intake's side of the broker."""
    bus = Bus("intake", Entrance(broker.url, "intake", PASSWORD))
    running = asyncio.create_task(bus.run())
    try:
        await asyncio.wait_for(bus.connected.wait(), 10)
        yield bus
    finally:
        await bus.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def code(language: str) -> CodeToSend:
    """A code in somebody's language."""
    return CodeToSend(phone=PHONE, code=CODE, language=language, valid_minutes=10)


async def answered(intake: Bus, language: str) -> CodeSent:
    """Notifier's answer, once it is on the broker."""
    told: list[CodeSent] = []

    async def answers() -> bool:
        try:
            told.append(await ask(intake, code(language), within=2))
        except Unavailable:
            return False
        return True

    await wait_for(answers, 15, "notifier on the broker")
    return told[0]


async def test_a_code_goes_to_the_notice_file_in_its_readers_language(place: Place, intake: Bus) -> None:
    """With the phone and in words; an unknown language is Chinese."""
    async with place.serving():
        assert CodeSent() == await answered(intake, "en")
        await ask(intake, code("zh-CN"), within=2)
        await ask(intake, code("fr"), within=2)
        await ask(intake, code("en").model_copy(update={"sign_in": True}), within=2)
    *lines, signing_in = place.lines()
    assert signing_in["text"]["en"].startswith("271828 is your code to sign in.")
    assert [("code", {"phone": PHONE}, CODE)] * 3 == [(one["kind"], one["recipient"], one["code"]) for one in lines]
    assert [["en"], ["zh"], ["zh"]] == [list(one["text"]) for one in lines]
    assert lines[0]["text"]["en"].startswith("271828 is your code to find your orders. It is good for 10 min.")
    assert "验证码 271828" in lines[1]["text"]["zh"]


async def test_nothing_of_a_code_is_kept(place: Place, intake: Bus) -> None:
    """No table of notifier's has a row of it; its stream and the definition it reads are no matter of people's."""
    async with place.serving():
        await answered(intake, "en")
    tables = NotifierTable.metadata.tables.keys() - {"published", "audit"}
    counts = {table: await place.rows(f"SELECT count(*) FROM {table}") for table in tables}  # noqa: S608 - our own table names
    assert {table: [(0,)] for table in counts} == counts
    assert {("edited",)} >= set(await place.rows("SELECT what FROM audit"))


async def test_a_file_that_cannot_be_written_is_told(place: Place, intake: Bus) -> None:
    """Whoever asks hears that it was not sent."""
    async with place.serving():
        await answered(intake, "en")
        place.settings.notice_file.unlink()
        place.settings.notice_file.mkdir()
        with pytest.raises(Refusal) as refused:
            await ask(intake, code("en"), within=2)
    assert Unavailable is type(refused.value)
