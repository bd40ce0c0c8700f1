"""Matchers as processes of their own, on one database and one broker: what an operator starts, and nothing less."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2

from services.matcher.settings import MatcherSettings
from services.matcher.use_cases import UseCases
from shared.community.clock import DomainClock
from shared.contracts.words import Role
from shared.identity.keys import create_keys, read_key
from shared.identity.tokens import Caller, TokenSigner
from shared.persistence.vault import Vault
from tests.integration.matcher.stage import SUNDAY_EVENING, Stage
from tests.integration.messaging.parties import PASSWORD
from tests.servers import LOOPBACK, NatsServer, free_port
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
STOPPED_SECONDS = 20.0

Answer = tuple[int, dict[str, str]]
Tap = tuple[str, str]
"""A volunteer, and the path they post to."""


@dataclass
class Replica:
    """One running matcher."""

    process: asyncio.subprocess.Process
    client: httpx2.AsyncClient
    log: Path

    async def ready(self) -> bool:
        """Whether its database and its broker are there."""
        return (await self.client.get("/readyz")).status_code == 200

    async def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(by)
        return await asyncio.wait_for(self.process.wait(), STOPPED_SECONDS)


class Fleet:
    """Matchers beside each other; the stage shares their database, clock and vault."""

    def __init__(self, stage: Stage, settings: MatcherSettings, folder: Path) -> None:
        self.stage = stage
        self.replicas: list[Replica] = []
        self._settings = settings
        self._folder = folder
        self._signer = TokenSigner(read_key(settings.keys, "tokens"))

    async def start(self, count: int) -> None:
        """So many more, ready to serve."""
        fresh = [await self._spawn() for _ in range(count)]
        for replica in fresh:
            await wait_for(replica.ready, 60, f"a matcher that is ready; see {replica.log}")

    async def run(self, *verb: str) -> tuple[int, list[str]]:
        """Run one verb of the service to its end: its exit code, and the lines on stderr."""
        process = await asyncio.create_subprocess_exec(
            *_command(*verb), cwd=ROOT, env=self._environment(free_port()), stderr=asyncio.subprocess.PIPE
        )
        _, told = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, told.decode().splitlines()

    async def tap(self, taps: Sequence[Tap]) -> list[Answer]:
        """Everybody at once, each at the next of the matchers in turn."""
        clients = [replica.client for replica in self.replicas]
        answers = await asyncio.gather(
            *(clients[n % len(clients)].post(path, headers=self.as_(who)) for n, (who, path) in enumerate(taps))
        )
        return [(answer.status_code, answer.json()) for answer in answers]

    def as_(self, volunteer_id: str) -> dict[str, str]:
        """Headers of a volunteer."""
        token = self._signer.sign(Caller(Role.VOLUNTEER, volunteer_id, None), timedelta(minutes=5))
        return {"Authorization": f"Bearer {token}"}

    async def stop(self) -> None:
        """End them all."""
        await asyncio.gather(*(replica.end() for replica in self.replicas))
        for replica in self.replicas:
            await replica.client.aclose()

    async def _spawn(self) -> Replica:
        port = free_port()
        log = self._folder / f"matcher-{port}.log"
        with log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *_command("serve"), cwd=ROOT, env=self._environment(port), stdout=out, stderr=out
            )
        client = httpx2.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", timeout=30)
        self.replicas.append(Replica(process, client, log))
        return self.replicas[-1]

    def _environment(self, port: int) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PAIDAN_")}
        settings = self._settings
        return inherited | {
            "PAIDAN_MATCHER_DATABASE_URL": settings.database_url,
            "PAIDAN_MATCHER_PORT": str(port),
            "PAIDAN_KEYS": str(settings.keys),
            "PAIDAN_CLOCK": settings.clock,
            "PAIDAN_NATS_URL": settings.nats_url,
            "PAIDAN_NATS_USER": "matcher",
            "PAIDAN_NATS_PASSWORD": PASSWORD,
            "PAIDAN_MATCHER_SWEEP_SECONDS": "0.2",
        }


def _command(*verb: str) -> list[str]:
    return [sys.executable, "-m", "services.matcher", *verb]


@asynccontextmanager
async def fleet(
    stage: Stage, broker: NatsServer, folder: Path, *, count: int, speed: float = 1
) -> AsyncIterator[Fleet]:
    """``count`` matchers, ready, on the stage's database; domain time runs ``speed`` times as fast as wall time."""
    keys = folder / "keys"
    create_keys(keys)
    clock = DomainClock.parse(f"{SUNDAY_EVENING.isoformat()}@{speed}/{time.time()}")
    settings = MatcherSettings(
        database_url=stage.database.url, keys=keys, clock=clock.spec, nats_url=broker.url, nats_user="matcher"
    )
    stage.vault = Vault(read_key(keys, "matcher-vault"))
    stage.use_cases = UseCases(stage.rules, stage.vault, stage.writer)
    stage.follow(clock)
    made = Fleet(stage, settings, folder)
    try:
        await made.start(count)
        yield made
    finally:
        await made.stop()
