"""A stack that faults strike: made by ``paidan up``, known by its pids, addresses, databases and its ledger."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.attached import Attached, attach
from deploy.layout import Layout, Ports
from deploy.stack_file import Stack
from shared.contracts.flows import SERVICES
from tests.faults.wires import Wire, as_environment, wires
from tests.integration.deploy.stacks import alive, free_port_base, up
from tests.servers import PostgresServer
from tests.waiting import wait_for

AFTERNOON = "2026-11-22T17:30+08:00@20"
"""A Sunday, from half past five on: in the quarter of an hour that a run takes it becomes half past ten, so that people
are free to be asked, and most clocks run out while somebody looks."""

BACK_SECONDS = 60.0
OVERLAY = Path(__file__).parent / "overlay"


class Running(Protocol):
    """What stands behind a site: ``paidan up``, or something like it."""

    @property
    def data(self) -> Path:
        """The data directory."""

    @property
    def stack(self) -> Stack:
        """What it says about itself."""


@dataclass
class Site:
    """A running stack. ``database``: ``sqlite`` or ``postgresql``; ``postgres``: its server, where it has one;
    ``environment``: what the harness gave its processes; ``wires``: each service's to the broker, where it was strung.
    """

    directory: Path
    database: str
    running: Running
    postgres: PostgresServer | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    wires: Mapping[str, Wire] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The stack's data directory."""
        return self.running.data

    @property
    def layout(self) -> Layout:
        """Where its files lie."""
        return Layout.at(self.data)

    @property
    def attached(self) -> Attached:
        """The stack as commands attach to it; addresses and databases do not change while it runs."""
        return attach(self.data)

    @property
    def ledger(self) -> Path:
        """Outside the stack's data: a line for each 201 that somebody saw."""
        return self.directory / "ledger.jsonl"

    @property
    def armory(self) -> Path:
        """What the launcher overlay reads: where a process is to die, and how far its clock is off."""
        return self.directory / "armory"

    def pid(self, name: str) -> int:
        """The process of a child (``nats``, ``intake`` …), or of the ``supervisor``.

        Raises ``ProcessLookupError`` while it does not run.
        """
        stack = self.running.stack
        if name == "supervisor":
            return stack.supervisor
        if name not in stack.children:
            raise ProcessLookupError(f"{name} does not run")
        return stack.children[name]

    async def living(self, name: str, within: float = BACK_SECONDS) -> int:
        """The process of a child, once it runs."""

        async def there() -> int:
            pid = self.pid(name)
            return pid if alive(pid) else 0

        return await wait_for(there, within, f"{name} to run")

    async def replaced(self, name: str, pid: int, within: float = BACK_SECONDS) -> int:
        """Wait until another process runs in the place of ``pid``; its pid."""

        async def another() -> int:
            now = self.pid(name)
            return now if now != pid and alive(now) else 0

        return await wait_for(another, within, f"{name} to be started again")


@asynccontextmanager
async def open_site(
    directory: Path,
    database: str = "sqlite",
    *,
    clock: str = AFTERNOON,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    data: Path | None = None,
    cluster: Path | None = None,
    wired: bool = False,
) -> AsyncIterator[Site]:
    """A stack in ``directory/stack``, or in ``data``, with the reference county and its roster; ended on leaving.

    ``environment`` is laid over what the harness gives it. On PostgreSQL it has a server of its own, whose files lie
    in ``cluster`` where that is given. ``wired``: services reach the broker over wires that can be cut.
    """
    await asyncio.to_thread((directory / "armory").mkdir, parents=True, exist_ok=True)
    server = PostgresServer(cluster) if database == "postgresql" else None
    if server is not None:
        await asyncio.to_thread(server.start)
    base = free_port_base()
    try:
        async with wires(Ports(base).nats if wired else None) as strung:
            laid = {**_overlay(directory), **_databases(server), **as_environment(strung), **(environment or {})}
            arguments = ("--clock", clock, *options) if clock else tuple(options)
            async with up(data or directory / "stack", base, *arguments, environment=laid) as running:
                yield Site(directory, database, running, server, laid, strung)
    finally:
        if server is not None:
            await asyncio.to_thread(server.stop)


def _overlay(directory: Path) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(OVERLAY), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "FAULTS_ARMORY": str(directory / "armory")}


def _databases(server: PostgresServer | None) -> dict[str, str]:
    if server is None:
        return {}
    return {f"PAIDAN_{name.upper()}_DATABASE_URL": server.create(f"{name}_{secrets.token_hex(3)}") for name in SERVICES}
