"""Services in number: several processes of each on one database and one broker, kept alive by a supervisor.

What an operator's own supervisor does (systemd, a container platform) the project's does here; people are spread over
the replicas as a load balancer would.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Protocol

from deploy.attached import Attached, attach, load_definition
from deploy.children import Child
from deploy.demonstration import Demonstration
from deploy.environment import project_directory, service_environment
from deploy.layout import DEFAULT_DEFINITION, Layout
from deploy.nursery import nursery_of_services
from deploy.permissions import OPERATOR
from deploy.stack_file import Stack, State, only_stack
from deploy.supervisor import Supervisor, side_by_side
from shared.community.clock import DomainClock
from shared.contracts.flows import SERVICES
from shared.identity.keys import create_keys
from shared.messaging.entering import Entrance
from tests.faults.site import AFTERNOON, OVERLAY, Site
from tests.integration.deploy.stacks import alive
from tests.ports import LOOPBACK, free_port


class Broker(Protocol):
    """What the services connect to."""

    @property
    def url(self) -> str:
        """One server, or several separated by commas."""

    def entrance(self, user: str = OPERATOR) -> Entrance:
        """How a service or the operator comes in."""

    def living_url(self) -> str:
        """One server that runs."""


@dataclass(frozen=True)
class Replica:
    """One process of a service, ``intake-2``, and where it answers."""

    service: str
    number: int
    port: int

    @property
    def name(self) -> str:
        """What the supervisor calls it."""
        return f"{self.service}-{self.number}"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{LOOPBACK}:{self.port}"


@dataclass
class Fleet:
    """Replicas of every service in one data directory. Made by ``open_fleet``."""

    layout: Layout
    broker: Broker
    databases: Mapping[str, str]
    replicas: tuple[Replica, ...]
    more: Mapping[str, str]
    clock: str
    turns: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        nursery = nursery_of_services(self.layout.logs, {**os.environ, **self.more})
        self.supervisor = Supervisor(self.layout.logs, nursery=nursery)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.layout.data

    @property
    def stack(self) -> Stack:
        """As ``paidan`` commands see it: the first replica of each service."""
        return self._described("ready")

    def url(self, service: str) -> str:
        """The next living replica in turn; while none lives, any."""
        ours = [one for one in self.replicas if one.service == service]
        pids = self.supervisor.pids
        living = [one for one in ours if one.name in pids and alive(pids[one.name])] or ours
        return living[next(self.turns) % len(living)].url

    async def start(self) -> None:
        """Migrate, start every replica, bring the roster in; ready afterwards."""
        self.tell("starting")
        firsts = {one.service: one for one in self.replicas if one.number == 1}
        await side_by_side(*(self._migrate(one) for one in firsts.values()))
        await self.supervisor.start(*(self.child(one) for one in self.replicas))
        demonstration = Demonstration.of(load_definition(DEFAULT_DEFINITION))
        await asyncio.to_thread(demonstration.bring, self.layout, firsts["matcher"].url, lambda _: None)
        self.tell("ready")

    def tell(self, state: State) -> None:
        """Write the file by which commands attach."""
        self._described(state).write(self.layout.stack_file)

    def _described(self, state: State) -> Stack:
        firsts = {one.service: one.url for one in self.replicas if one.number == 1}
        return Stack(
            state=state,
            supervisor=os.getpid(),
            children=self.supervisor.pids,
            addresses={**firsts, "nats": self.broker.living_url(), "monitoring": ""},
            databases=self.databases,
            definition=DEFAULT_DEFINITION,
            clock=self.clock,
        )

    async def _migrate(self, one: Replica) -> None:
        argv = (sys.executable, "-m", f"services.{one.service}", "migrate")
        await self.supervisor.run(one.name, argv, self._environment(one), project_directory(), born=True)

    def child(self, one: Replica) -> Child:
        """How a replica is started, from this source tree."""
        return Child(
            name=one.name,
            argv=(sys.executable, "-m", f"services.{one.service}", "serve"),
            health=f"{one.url}/healthz",
            environment=self._environment(one),
            directory=project_directory(),
            born=True,
        )

    def _environment(self, one: Replica) -> dict[str, str]:
        prefix, entrance = one.service.upper(), self.broker.entrance(one.service)
        given = service_environment(
            one.service,
            {
                "KEYS": str(self.layout.keys),
                "DEFINITION": str(DEFAULT_DEFINITION),
                "CLOCK": self.clock,
                "NOTICE_FILE": str(self.layout.notice_file),
                "NATS_URL": self.broker.url,
                "NATS_SEED": str(entrance.seed),
                "NATS_AUTHORITY": str(entrance.authority or ""),
                f"{prefix}_DATABASE_URL": self.databases[one.service],
                f"{prefix}_PORT": str(one.port),
                **{f"{other.service.upper()}_PUBLIC_URL": other.url for other in self.replicas if other.number == 1},
            },
        )
        return given | dict(self.more)


@dataclass(frozen=True)
class SpreadAttached(Attached):
    """A stack whose services answer at more than one place."""

    fleet: Fleet

    def url(self, service: str) -> str:
        """Another replica each time; a server of the broker that runs."""
        return self.fleet.url(service) if service in SERVICES else self.fleet.broker.living_url()

    def entrance(self, user: str = OPERATOR) -> Entrance:
        """At a server of the broker that runs."""
        return replace(self.fleet.broker.entrance(user), url=self.fleet.broker.living_url())


@dataclass(kw_only=True)
class FleetSite(Site):
    """A site whose children are replicas."""

    fleet: Fleet

    @property
    def attached(self) -> Attached:
        """As commands attach, spread over the replicas."""
        attached = attach(self.data)
        return SpreadAttached(attached.layout, attached.stack, self.fleet)


@asynccontextmanager
async def open_fleet(
    directory: Path,
    layout: Layout,
    broker: Broker,
    databases: Mapping[str, str],
    *,
    each: int,
    told: Mapping[str, str] | None = None,
    clock: str = AFTERNOON,
) -> AsyncIterator[Fleet]:
    """``each`` processes of every service, with keys and the roster, in the data directory of ``layout``; ended on
    leaving. The broker has its streams already. ``told``: further settings;
    ``clock``: domain time at the start, and how fast it goes."""
    layout.make()
    replicas = tuple(Replica(service, number + 1, free_port()) for service in SERVICES for number in range(each))
    with only_stack(layout.lock):
        create_keys(layout.keys)
        armory = directory / "armory"
        armory.mkdir(exist_ok=True)
        more = {"PYTHONPATH": str(OVERLAY), "FAULTS_ARMORY": str(armory), **(told or {})}
        begins = DomainClock.parse(f"{clock}/{time.time()}").spec
        fleet = Fleet(layout, broker, databases, replicas, more, begins)
        async with fleet.supervisor:
            await fleet.start()
            yield fleet
