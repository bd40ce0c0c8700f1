"""The two short errands of the command line: ``migrate`` and ``relay-once``, and their exit codes."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from services.intake.repository import Repository
from services.intake.settings import IntakeSettings
from services.intake.use_cases.placing import NewOrder
from shared.community.definition import Community
from shared.messaging import errands
from shared.messaging.connections import Connections
from tests.integration.intake.running import Place, make_place
from tests.integration.messaging.parties import PASSWORD, connected, declare_streams, guarded_server, stored

ROOT = Path(__file__).parents[3]
NEW = NewOrder(service="homework", area="east-g1", details="", contact=None)


async def run(settings: IntakeSettings, *arguments: str) -> int:
    """Run ``python -m services.intake`` as an operator would; answers its exit code."""
    told = {
        "PAIDAN_INTAKE_DATABASE_URL": settings.database_url,
        "PAIDAN_NATS_URL": settings.nats_url,
        "PAIDAN_NATS_USER": settings.nats_user,
        "PAIDAN_NATS_PASSWORD": settings.nats_password.get_secret_value(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.intake", *arguments, cwd=ROOT, env={**os.environ, **told}
    )
    return await asyncio.wait_for(process.wait(), 60)


async def placed(place: Place, count: int) -> None:
    """Orders whose events nobody has published."""
    async with place.writing() as intake:
        do, placing = intake.machinery.writer.do, intake.use_cases.placing
        await asyncio.gather(*(do(placing.place_orders, NEW) for _ in range(count)))


async def test_relay_once_publishes_everything_and_exits_0(tmp_path: Path, database_url: str, rules: Community) -> None:
    """More than a page of events waits; after one run none does, and a second run finds nothing to do."""
    with guarded_server(tmp_path / "nats") as broker:
        await declare_streams(broker)
        told = {"nats_url": broker.url, "nats_user": "intake", "nats_password": PASSWORD}
        place = await make_place(tmp_path, database_url, rules, **told)
        await placed(place, 300)
        assert [0, 0] == [await run(place.settings, "relay-once") for _ in range(2)]
        async with connected(broker) as js:
            messages = await stored(js, "INTAKE")
    assert 300 == len(messages)
    assert [(300, 300)] == await place.rows("SELECT count(*), count(sent_at) FROM outbox")


async def test_relay_once_without_a_broker_exits_1(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost and nothing is marked; the operator hears of it by the exit code."""
    await placed(place, 2)
    monkeypatch.setattr(errands, "BROKER_SECONDS", 1.0)
    code = await asyncio.to_thread(errands.relay_once, "intake", Connections.of(place.settings), Repository)
    assert 1 == code
    assert [(2, 0)] == await place.rows("SELECT count(*), count(sent_at) FROM outbox")


async def test_migrate_makes_the_tables_and_exits_0(place: Place, new_database_url: object) -> None:
    """An empty database has every table after one run."""
    assert callable(new_database_url)
    empty = Place(place.settings.model_copy(update={"database_url": new_database_url()}), place.rules)
    assert 0 == await run(empty.settings, "migrate")
    assert 0 == await empty.count("orders")


async def test_an_unknown_verb_exits_2() -> None:
    """And says how it is used."""
    assert 2 == await run(IntakeSettings(), "dance")
