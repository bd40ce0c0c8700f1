"""A whole rebuild of a running stack: declare, publish what the streams lack, have it heard, put read models right."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nats.js import JetStreamContext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.attached import Attached
from deploy.rebuild import streams
from deploy.rebuild.read_models import Repaired, Told, repair
from deploy.verify.bus import backlog, wait_for_quiet
from deploy.verify.evidence import Databases, opened
from deploy.verify.replaying import Replay
from deploy.verify.run import connect
from deploy.verify.tables import OUTBOXES
from shared.community.clock import DomainClock
from shared.contracts.flows import SERVICES, durables_of, stream_of
from shared.messaging.streams import declare
from shared.persistence.engine import Database

LOOK_SECONDS = 0.5
STANDSTILL_SECONDS = 30.0
"""A relay that publishes nothing for so long does not run, or its broker takes nothing."""


@dataclass
class Rebuilt:
    """What was done. ``published``: events each stream lacked; ``lacking``: those it still lacks; ``again``: durables
    that hear their stream from its beginning; ``waiting``: what had not come to rest, by name."""

    published: dict[str, int] = field(default_factory=dict)
    lacking: dict[str, int] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    repaired: Repaired = field(default_factory=Repaired)

    @property
    def whole(self) -> bool:
        """Whether streams and read models are what the databases say."""
        return not any(self.lacking.values()) and not self.waiting and self.repaired.whole


class Printer:
    """Progress on a terminal, nothing of it elsewhere."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self.console, disable=not self.console.is_terminal)

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Show the bars until the block is left."""
        with self._progress:
            yield

    def bar(self, name: str) -> Told:
        """A bar that is told how many of how many are done."""
        bar = self._progress.add_task(name, total=None)
        return lambda done, whole: self._progress.update(bar, completed=done, total=whole or None)


def run_rebuild(stack: Attached, everything: bool, quiet: float) -> bool:
    """Rebuild and print what was done; whether all of it is whole now. Raises ``StackProblem``."""
    printer = Printer()
    with printer.showing():
        rebuilt = asyncio.run(rebuild(stack, everything, quiet, printer))
    _show(rebuilt)
    return rebuilt.whole


async def rebuild(stack: Attached, everything: bool, quiet: float, printer: Printer) -> Rebuilt:
    """Streams first, then whoever lacks something of them, then the read models; each may be done again at any time."""
    rebuilt = Rebuilt()
    connection = await connect(stack)
    try:
        js = connection.jetstream(timeout=streams.ANSWER_SECONDS)
        await declare(js)
        async with opened(stack.stack.databases) as databases:
            for service in SERVICES:
                await _fill(js, databases.named()[service], service, everything, rebuilt, printer)
            await wait_for_quiet(lambda: backlog(databases, js), quiet)
            await _hear_again(js, databases, rebuilt)
            left = await wait_for_quiet(lambda: backlog(databases, js), quiet)
            rebuilt.waiting = dict(left.waiting)
            rebuilt.repaired = await _repair(stack, databases, printer)
    finally:
        await connection.close()
    return rebuilt


async def _fill(
    js: JetStreamContext, database: Database, service: str, everything: bool, rebuilt: Rebuilt, printer: Printer
) -> None:
    stream, told = stream_of(service), printer.bar(f"looking through {stream_of(service)}")
    await _published(database, service, printer)  # what a relay finds by itself is not done twice
    lacking = await streams.lacking(js, database, service, told)
    rebuilt.published[stream] = len(lacking)
    await streams.publish_anew(database, service, lacking)
    if everything:
        await streams.publish_everything(database, service)
    await _published(database, service, printer)
    rebuilt.lacking[stream] = len(await streams.lacking(js, database, service, told)) if lacking else 0


async def _published(database: Database, service: str, printer: Printer) -> None:
    """Wait for the relay, for as long as it gets on."""
    whole = left = await streams.under_way(database, service)
    if not whole:
        return
    told, moved_at = printer.bar(f"publishing {stream_of(service)}"), time.monotonic()
    while left and time.monotonic() - moved_at < STANDSTILL_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        before, left = left, await streams.under_way(database, service)
        if left != before:
            moved_at = time.monotonic()
        told(max(0, whole - left), whole)


async def _hear_again(js: JetStreamContext, databases: Databases, rebuilt: Rebuilt) -> None:
    """A service that lacks facts its durable has passed hears the stream from the beginning; it drops what it knows."""
    for service in SERVICES:
        for durable, publisher in durables_of(service):
            if publisher not in OUTBOXES:
                continue
            named = databases.named()
            if await streams.unheard(named[publisher], named[service], durable, (publisher, service)):
                await js.delete_consumer(stream_of(publisher), durable)
                rebuilt.again.append(durable)
    if rebuilt.again:
        await declare(js)


async def _repair(stack: Attached, databases: Databases, printer: Printer) -> Repaired:
    clock = DomainClock.parse(stack.stack.clock)
    with tempfile.TemporaryDirectory(prefix="rebuild-", dir=stack.layout.data) as folder:
        replay = Replay(Database(f"sqlite+aiosqlite:///{Path(folder) / 'made.db'}"), clock.now)
        try:
            await replay.prepare()
            return await repair(databases, replay, printer.bar("replaying into the read models"))
        finally:
            await replay.database.close()


def _show(rebuilt: Rebuilt) -> None:
    table = Table("what", "done", title="paidan rebuild")
    for stream, count in rebuilt.published.items():
        still = f", {rebuilt.lacking[stream]} still missing" if rebuilt.lacking[stream] else ""
        table.add_row(f"stream {stream}", f"{count} missing events published{still}")
    table.add_row("durables from the beginning", ", ".join(rebuilt.again) or "none")
    repaired = rebuilt.repaired
    for name, count in repaired.rows.items():
        table.add_row(f"read model {name}", f"{count} rows put right")
    table.add_row("facts replayed", str(repaired.facts))
    console = Console()
    console.print(table)
    for line in _what_is_left(rebuilt):
        console.print(line, markup=False, highlight=False)


def _what_is_left(rebuilt: Rebuilt) -> Iterator[str]:
    repaired = rebuilt.repaired
    if any(rebuilt.lacking.values()):
        yield "The broker takes what is missing for duplicates for ten minutes; run it again then."
    for name, count in rebuilt.waiting.items():
        yield f"{name}: {count} waiting"
    if repaired.unknown:
        yield f"{repaired.unknown} facts were heard that no outbox has"
    if repaired.early:
        yield f"{repaired.early} facts were heard whose predecessor was not"
    if repaired.moving:
        yield f"{repaired.moving} orders moved on all the while; run it again"
