"""The ground the other tests stand on: servers that are real, databases that are empty, waiting that ends."""

from __future__ import annotations

import asyncio
import os
import sysconfig
from collections.abc import Callable
from pathlib import Path

import nats
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers import NatsServer, PostgresServer, ServerMissing, free_port
from tests.waiting import wait_for


async def _ask(url: str, *statements: str) -> object:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


async def test_two_databases_of_one_test_share_nothing(new_database_url: Callable[[], str]) -> None:
    """What one database holds is not seen in another of the same kind."""
    one, other = new_database_url(), new_database_url()
    await _ask(one, "CREATE TABLE kept (word TEXT)", "INSERT INTO kept VALUES ('one')")
    await _ask(other, "CREATE TABLE kept (word TEXT)")
    assert await _ask(one, "SELECT count(*) FROM kept") == 1
    assert await _ask(other, "SELECT count(*) FROM kept") == 0


async def test_postgresql_keeps_its_promises_with_fsync(postgres_server: PostgresServer) -> None:
    """The server of the tests is PostgreSQL 18 with fsync on, reached with a password."""
    url = postgres_server.create("promises")
    try:
        assert await _ask(url, "SHOW fsync") == "on"
        assert str(await _ask(url, "SHOW server_version")).startswith("18.")
    finally:
        postgres_server.drop("promises")


def test_ports_in_a_row_leave_room_for_a_stack() -> None:
    """A stack uses the seven ports from its base on; the next port handed out is not one of them."""
    one, other = free_port(), free_port()
    assert 7 <= abs(other - one)


async def test_a_killed_nats_server_comes_back_with_its_stream(own_nats_server: NatsServer) -> None:
    """Kill and start keep the address and the stored messages."""
    client = await nats.connect(own_nats_server.url)
    await client.jetstream().add_stream(name="KEPT", subjects=["kept.>"])
    await client.jetstream().publish("kept.one", b"1")
    await client.close()
    pid = own_nats_server.pid
    own_nats_server.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    own_nats_server.start()
    client = await nats.connect(own_nats_server.url)
    stream = await client.jetstream().stream_info("KEPT")
    await client.close()
    assert stream.state.messages == 1


def test_a_stopped_postgresql_leaves_nothing_behind() -> None:
    """Process and directory are gone after stop."""
    server = PostgresServer()
    with server:
        pid, directory = server.pid, server.directory
        assert directory.exists()
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_missing_server_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what is missing and which command installs it."""
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    with pytest.raises(ServerMissing, match=r"^nats-server is missing: `make setup` installs it .*$"):
        NatsServer(tmp_path / "nats").start()


async def test_waiting_ends_with_the_first_true_answer() -> None:
    """The answer itself is returned."""
    answers = iter([None, 0, "there"])

    async def arrival() -> object:
        return next(answers)

    assert await wait_for(arrival, within=5) == "there"


async def test_waiting_in_vain_says_for_what_and_the_last_answer() -> None:
    """The deadline ends the wait, with the fact's name and what it last said."""

    async def order_is_closed() -> bool:
        return False

    with pytest.raises(AssertionError, match=r"waited 0.05 s for order_is_closed; last answer False"):
        await wait_for(order_is_closed, within=0.05)


async def test_waiting_for_what_cannot_be_asked_tells_the_last_error() -> None:
    """An error is "not yet" until the deadline, then it is told."""

    async def page() -> str:
        raise ConnectionRefusedError("no door")

    with pytest.raises(AssertionError, match=r"for the front page; last error ConnectionRefusedError\('no door'\)"):
        await wait_for(page, within=0.05, what="the front page")


async def test_waiting_is_not_held_up_by_a_fact_that_hangs() -> None:
    """The deadline also bounds a fact that never answers."""

    async def silence() -> str:
        await asyncio.Event().wait()
        return "never"

    with pytest.raises(AssertionError, match="for silence; it never answered, then it hung"):
        await wait_for(silence, within=0.05)
