"""A service's short errand: publish what waits in its outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.refusal import Unavailable
from shared.messaging.connections import Connections
from shared.messaging.ending import end
from shared.messaging.inbox import MessagingRepository
from shared.messaging.machinery import Machinery
from shared.persistence.alone import run_alone

log = structlog.get_logger()

M = TypeVar("M", bound=MessagingRepository)
BROKER_SECONDS = 30.0


def relay_once(service: str, connections: Connections, repository: Callable[[AsyncSession], M]) -> int:
    """Publish everything that waits in the outbox. Returns 0, or 1 when the broker is away or refuses, or when another
    process has the SQLite database or publishes from this one already.
    """
    return run_alone(connections.database_url, lambda: asyncio.run(_relay(service, connections, repository)))


async def _relay(service: str, connections: Connections, repository: Callable[[AsyncSession], M]) -> int:
    machinery = Machinery(service, connections, repository, lambda: datetime.now(UTC))
    writing = asyncio.create_task(machinery.writer.run())
    connecting = asyncio.create_task(machinery.bus.run())
    try:
        if not await machinery.relay.leads():
            log.error("relay.led_elsewhere")
            return 1
        async with asyncio.timeout(BROKER_SECONDS):
            await machinery.bus.connected.wait()
        sent = failed = 0
        while not failed and (page := await machinery.relay.publish_page()) != (0, 0):
            sent, failed = sent + page[0], page[1]
        while not failed and (page := await machinery.relay.publish_again()) != (0, True):
            sent, failed = sent + page[0], not page[1]
    except (TimeoutError, Unavailable):
        log.error("relay.broker_absent")  # noqa: TRY400 - a plain fact, no accident to trace
        return 1
    finally:
        await end(connecting)
        await machinery.bus.stop()
        await machinery.relay.resign()
        machinery.writer.close()
        await writing
        await machinery.database.close()
    log.info("relay.done", sent=sent)
    return 1 if failed else 0
