"""The node that leads a stream is lost: killed, or it stands still and says nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from dataclasses import dataclass

from tests.faults.fault import DATABASES
from tests.faults.grounds.brokers import ClusterBroker
from tests.faults.site import Site
from tests.nats_cluster import NatsNode

AWAY_SECONDS = (12.0, 16.0)
"""Longer than the others may take to go on without it."""


@dataclass(frozen=True)
class LeaderLost:
    """kill -9 or SIGSTOP of the node that leads a stream. It comes back later, while the others have gone on."""

    broker: ClusterBroker
    stream: str
    number: signal.Signals
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``leader of INTAKE killed``."""
        return f"leader of {self.stream} {'killed' if self.number == signal.SIGKILL else 'stopped'}"

    @property
    def kind(self) -> str:
        """Counted apart: a killed server closes its connections, one that stands still does not."""
        return "leader killed" if self.number == signal.SIGKILL else "leader stopped"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Take it as soon as all three are well; returns at once, because the others must go on without it."""
        await self.broker.whole()
        await asyncio.sleep(dice.uniform(0, 1))
        node = await self.broker.leader_of(self.stream)
        self.broker.away.add(node.name)
        pid = node.pid
        if self.number == signal.SIGKILL:
            node.kill()
        else:
            os.kill(pid, signal.SIGSTOP)
        returning = asyncio.create_task(self._return(node, pid, dice.uniform(*AWAY_SECONDS)))
        self.broker.returning.add(returning)

    async def _return(self, node: NatsNode, pid: int, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            if self.number == signal.SIGKILL:
                await asyncio.to_thread(node.start)
        finally:
            if self.number != signal.SIGKILL:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            self.broker.away.discard(node.name)
