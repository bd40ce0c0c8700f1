"""Fixtures every test may use: a real NATS server, and an empty database of each kind."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests import made_once
from tests.databases import DATABASES, UnknownChoice, is_spared, wants_both
from tests.migrated import empty_database
from tests.rows import Rows, turn_of
from tests.servers import NatsServer, PostgresServer, ServerMissing

AServer = TypeVar("AServer", NatsServer, PostgresServer)

made_once.install()

settings.register_profile("unhurried", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
"""No test is judged by how long it takes: the machine may have other work."""

gc.disable()
"""While the tests are collected, which makes classes and cases by the ten thousand and throws nothing away."""


def pytest_configure(config: pytest.Config) -> None:
    """A process that dies is not replaced: its test has failed, and the run ends (see ``Rows``)."""
    config.option.maxworkerrestart = "0"
    try:
        wants_both(os.environ)
    except UnknownChoice as unknown:
        raise pytest.UsageError(str(unknown)) from unknown


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Doors and pages run on one database unless both are asked for; rows that take long begin first."""
    if not wants_both(os.environ):
        spared = [one for one in items if is_spared(one.location[0], _parameters(one))]
        config.hook.pytest_deselected(items=spared)
        left_out = {id(one) for one in spared}
        items[:] = [one for one in items if id(one) not in left_out]
    items.sort(key=lambda one: turn_of(one.nodeid))


def _parameters(item: pytest.Item) -> dict[str, object]:
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}


def pytest_collection_finish() -> None:
    """From here on garbage is collected as ever, but nobody looks for it among what was collected."""
    gc.freeze()
    gc.enable()


@contextmanager
def _running(server: AServer) -> Iterator[AServer]:
    """Run a server; one that is not installed fails the test with a single line."""
    try:
        server.start()
    except ServerMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """One NATS server for the whole session: its streams are shared, so clear away what you make."""
    with _running(NatsServer(tmp_path_factory.mktemp("nats"))) as server:
        yield server


@pytest.fixture
def own_nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    """A NATS server of this test alone: empty at the start, and free to be stopped, killed and started."""
    with _running(NatsServer(tmp_path / "nats")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole session, started by the first test that asks for it."""
    with _running(PostgresServer()) as server:
        yield server


@pytest.fixture(scope="session")
def dropping(postgres_server: PostgresServer) -> Iterator[Callable[[str], None]]:
    """Drops databases while the next test runs: PostgreSQL writes everything to disk for it. A drop that fails is told
    at the end.
    """
    with ThreadPoolExecutor(1) as thread:
        begun: list[Future[None]] = []
        yield lambda name: begun.append(thread.submit(postgres_server.drop, name))
    for drop in begun:
        drop.result()


@pytest.fixture(params=DATABASES)
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes empty databases, all of one kind: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield lambda: f"sqlite+aiosqlite:///{tmp_path / f'{secrets.token_hex(4)}.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    drop: Callable[[str], None] = request.getfixturevalue("dropping")
    made: list[str] = []

    def create() -> str:
        made.append(f"test_{secrets.token_hex(8)}")
        return empty_database(server, made[-1])

    yield create
    for name in made:
        drop(name)


@pytest.fixture
def database_url(new_database_url: Callable[[], str]) -> str:
    """SQLAlchemy URL of one empty database; the test runs once on SQLite and once on PostgreSQL."""
    return new_database_url()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Rows:
    """Spread whole rows over the processes, whatever ``--dist`` says."""
    config.option.loadscopereorder = False
    return Rows(config, log)
