"""What may befall the broker beside its process: it cannot be started, its disk or a part of it is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from nats.js import JetStreamContext

from deploy.verify.run import connect
from shared.contracts.flows import SERVICES, durables_of, stream_of
from shared.messaging.streams import declare
from tests.faults.fault import DATABASES, Refused, known
from tests.faults.site import Site

OUTAGE_SECONDS = 150.0


@asynccontextmanager
async def operator(site: Site) -> AsyncIterator[JetStreamContext]:
    """The broker as the operator has it."""
    connection = await connect(site.attached)
    try:
        yield connection.jetstream(timeout=10)
    finally:
        await connection.close()


@dataclass(frozen=True)
class CannotStart:
    """The broker is killed and its configuration gone, so that every start of the supervisor's fails."""

    seconds: float
    kind: str = "outage"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``broker away 150 s``."""
        return f"broker away {self.seconds:.0f} s"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Away for so many seconds, then there again."""
        pid = await site.living("nats")
        with _gone(site):
            os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(self.seconds * dice.uniform(1.0, 1.02))


@dataclass(frozen=True)
class WiresCut:
    """The broker lives, and these services cannot reach it: their connections are reset, new ones too."""

    services: tuple[str, ...]
    seconds: float
    kind: str = "outage"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``wire of matcher cut 8 s``."""
        whose = f"wire of {self.services[0]}" if len(self.services) == 1 else "all wires"
        return f"{whose} cut {self.seconds:.0f} s"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Cut them, wait, mend them."""
        if not site.wires:
            raise Refused("this stack has no wires of the harness's own")
        cut = [site.wires[service] for service in self.services]
        for wire in cut:
            wire.cut()
        try:
            await asyncio.sleep(self.seconds * dice.uniform(1.0, 1.02))
        finally:
            for wire in cut:
                wire.mend()


@dataclass(frozen=True)
class StoreLost:
    """The broker dies, and is started on an empty disk. The supervisor stands still meanwhile."""

    name: str = "broker's store lost"
    kind: str = "store lost"
    databases: tuple[str, ...] = DATABASES

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Kill it, empty its disk, let the supervisor start it."""
        await asyncio.sleep(dice.uniform(0, 1))
        pid, supervisor = await site.living("nats"), site.pid("supervisor")
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.2)
            for part in site.layout.nats_store.iterdir():
                await asyncio.to_thread(shutil.rmtree, part)
        finally:
            os.kill(supervisor, signal.SIGCONT)
        await site.replaced("nats", pid)


@dataclass(frozen=True)
class StreamLost:
    """One stream is deleted while everybody uses it."""

    publisher: str
    kind: str = "stream lost"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``stream INTAKE lost``."""
        return f"stream {stream_of(self.publisher)} lost"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Delete it; the operator declares it again some time later."""
        async with operator(site) as js:
            await js.delete_stream(stream_of(self.publisher))
            await asyncio.sleep(dice.uniform(0, 3))
            await declare(js)


@dataclass(frozen=True)
class DurableLost:
    """One durable consumer is deleted, and declared again: its whole stream is heard once more."""

    durable: str
    stream: str
    kind: str = "replay"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``intake_from_matcher replayed``."""
        return f"{self.durable} replayed"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Delete it, and have the operator declare it from the beginning."""
        async with operator(site) as js:
            await js.delete_consumer(self.stream, self.durable)
            await asyncio.sleep(dice.uniform(0, 3))
            await declare(js)


@contextmanager
def _gone(site: Site) -> Iterator[None]:
    there = site.layout.nats_configuration
    away = there.with_suffix(".away")
    there.rename(away)
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            away.rename(there)


OUTAGE = known(CannotStart(OUTAGE_SECONDS))
CUT_OFF = known(WiresCut(SERVICES, OUTAGE_SECONDS))
CUTS = [known(WiresCut(services, 8.0, kind="short outage")) for services in (*((one,) for one in SERVICES), SERVICES)]
SHORT_OUTAGE = known(CannotStart(8.0, kind="short outage"))
STORE_LOST = known(StoreLost())
STREAMS_LOST = [known(StreamLost(publisher)) for publisher in SERVICES]
REPLAYS = [
    known(DurableLost(durable, stream_of(publisher)))
    for service in SERVICES
    for durable, publisher in durables_of(service)
]
