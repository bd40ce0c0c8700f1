"""The local stack: broker, streams, migrations, three services; in this order, and back."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.backup.unfinished import ensure_finished, ensure_keys
from deploy.broker import LocalBroker
from deploy.children import Child
from deploy.declaring import kept_declared
from deploy.environment import PREFIX, project_directory, service_environment
from deploy.keeper import Timings
from deploy.layout import Layout, Ports
from deploy.nursery import nursery_of_services
from deploy.settings import StackSettings
from deploy.stack_file import Stack, State, only_stack
from deploy.supervisor import Supervisor
from shared.contracts.services import CONSOLE, SERVICES
from shared.identity.keys import create_keys

SHOWN = "notifier"
"""The service whose database the console shows, and whose code it is."""
_FEW_PEOPLE = {"ORDERS_PER_PHONE": "1000", "ORDERS_PER_PLACE": "0", "ORDERS_PER_GRID": "0", "ORDERS_ALIKE": "0"}
"""Limits of spam here, unless they are set: a demonstration has few phones, places and words for many orders."""


@dataclass(frozen=True)
class StackPlan:
    """What a stack is to be: ``clock`` is a complete ``PAIDAN_CLOCK``, epoch included, or empty."""

    layout: Layout
    ports: Ports
    definition: Path
    clock: str
    settings: StackSettings

    @property
    def addresses(self) -> dict[str, str]:
        """Where each part answers."""
        place = LocalBroker(self.layout, self.ports, self.settings.nats_sync_interval).place
        services = {service: self.ports.url_of(service) for service in (*SERVICES, CONSOLE)}
        return {**services, "nats": place.url, "monitoring": place.health.removesuffix("/healthz")}

    def described(self, state: State, children: Mapping[str, int]) -> Stack:
        """This stack at this moment, for ``stack.json``."""
        return Stack(
            state=state,
            supervisor=os.getpid(),
            children=children,
            addresses=self.addresses,
            databases=self.settings.databases(self.layout),
            definition=self.definition,
            clock=self.clock,
        )


class LocalStack:
    """A stack that runs, or is about to. Made by ``local_stack``."""

    def __init__(self, plan: StackPlan, timings: Timings | None = None) -> None:
        self.plan = plan
        self._state: State = "starting"
        self._broker = LocalBroker(plan.layout, plan.ports, plan.settings.nats_sync_interval)
        self._kept = AsyncExitStack()
        self.supervisor = Supervisor(
            plan.layout.logs, timings=timings, changed=self._pids_changed, nursery=nursery_of_services(plan.layout.logs)
        )

    async def start(self) -> None:
        """Start everything; returns when every service answers. Raises ``StackProblem``."""
        self._write({})
        await self.supervisor.start(self._broker.prepare())
        await self._kept.enter_async_context(kept_declared(self._broker.connect, self.supervisor.fact))
        await self._migrate()
        await self.supervisor.start(*(self._service(service) for service in (*SERVICES, CONSOLE)))

    async def leave(self) -> None:
        """Look after the streams no longer; the broker is about to be ended."""
        await self._kept.aclose()

    def tell(self, state: State) -> None:
        """Let attaching commands know how far the stack is."""
        self._state = state
        self._write(self.supervisor.pids)

    async def _migrate(self) -> None:
        urls = self.plan.settings.databases(self.plan.layout)
        environment = {**os.environ, **{f"{PREFIX}{name.upper()}_DATABASE_URL": url for name, url in urls.items()}}
        argv = (sys.executable, "-m", "deploy.migrating")
        await self.supervisor.run("migrate", argv, environment, project_directory(), born=True)

    def _service(self, service: str) -> Child:
        return Child(
            name=service,
            argv=(sys.executable, "-m", *_how_to_start(service)),
            health=f"{self.plan.ports.url_of(service)}/healthz",
            environment=self._environment(service),
            directory=project_directory(),
            born=True,
        )

    def _environment(self, service: str) -> dict[str, str]:
        plan, prefix = self.plan, service.upper()
        return service_environment(
            service,
            {
                "KEYS": str(plan.layout.keys),
                "ERASURES": str(plan.layout.erasures),
                "DEFINITION": str(plan.definition),
                "CLOCK": plan.clock,
                "COMPONENTS": os.environ.get(f"{PREFIX}COMPONENTS", "true"),
                **{name: os.environ.get(f"{PREFIX}{name}", few) for name, few in _FEW_PEOPLE.items()},
                "LOG_LEVEL": plan.settings.log_level,
                "NOTICE_FILE": str(plan.layout.notice_file),
                "NATS_URL": self._broker.place.url,
                "NATS_SEED": str(self._broker.seeds.path(service)),
                f"{prefix}_DATABASE_URL": self._database_of(service),
                f"{prefix}_PORT": str(plan.ports.of(service)),
                **{f"{name.upper()}_PUBLIC_URL": plan.ports.url_of(name) for name in (*SERVICES, CONSOLE)},
            },
        )

    def _database_of(self, service: str) -> str:
        """A service's own; the console looks at notifier's, as another user where one is told."""
        own = self.plan.settings.databases(self.plan.layout)
        return own[service] if service in own else self.plan.settings.console_database_url or own[SHOWN]

    def _pids_changed(self, pids: Mapping[str, int]) -> None:
        with contextlib.suppress(OSError):  # a full disk must not keep a child from being started again
            self._write(pids)

    def _write(self, pids: Mapping[str, int]) -> None:
        self.plan.described(self._state, pids).write(self.plan.layout.stack_file)


def _how_to_start(service: str) -> tuple[str, str]:
    return (f"services.{SHOWN}", CONSOLE) if service == CONSOLE else (f"services.{service}", "serve")


@asynccontextmanager
async def local_stack(plan: StackPlan, timings: Timings | None = None) -> AsyncIterator[LocalStack]:
    """A data directory taken, its keys made, its ports free; on leaving, everything is ended and given back.

    Raises ``StackProblem`` when a stack runs there already, or a port is taken.
    """
    layout = plan.layout
    layout.make()
    with only_stack(layout.lock):
        plan.ports.ensure_free()
        ensure_finished(layout)
        ensure_keys(layout)
        create_keys(layout.keys)
        stack = LocalStack(plan, timings)
        try:
            async with stack.supervisor:
                try:
                    yield stack
                finally:
                    stack.tell("stopping")
                    await stack.leave()
        finally:
            layout.stack_file.unlink(missing_ok=True)
