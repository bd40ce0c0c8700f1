"""One backup: freeze, look at the keys, copy, write the manifest, give it its name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from nats.errors import Error as NatsError
from uuid_utils import uuid7

from deploy.backup.cutting import Cut, cut
from deploy.backup.disk import ensure_room, flush, said_plainly
from deploy.backup.epochs import read_epochs
from deploy.backup.installation import Installation
from deploy.backup.keys import copy_keys, ensure_they_open
from deploy.backup.manifest import DatabaseCopy, Manifest, StreamEnd, sha256_of
from deploy.backup.printing import Printer
from deploy.backup.shelf import Shelf, name_of
from deploy.backup.source import Source
from deploy.broker import come_in
from deploy.problems import StackProblem
from shared.community.clock import DomainClock
from shared.contracts.flows import SERVICES, stream_of
from shared.contracts.refusal import Unavailable

BROKER_SECONDS = 5
_ENDINGS = {"sqlite": "db", "postgresql": "dump"}


@dataclass(frozen=True)
class Manner:
    """How a backup is made. ``hold_seconds``: the longest that writers wait for us. ``lock_seconds``: how long it is
    tried to hold all three. ``reserve``: bytes of the backups' disk that stay free. ``keep``: how many backups
    remain, 0 for all.
    """

    hold_seconds: float
    lock_seconds: float
    reserve: int
    keep: int


@dataclass(frozen=True)
class Made:
    """A backup that is there, and the older ones that were removed for it."""

    folder: Path
    manifest: Manifest
    removed: Sequence[str]


async def back_up(installation: Installation, shelf: Shelf, manner: Manner, printer: Printer) -> Made:
    """Make one backup. Raises ``StackProblem``; then nothing of it is left, and no older one was removed."""
    with shelf.taken():
        ends = await _stream_ends(installation)
        async with AsyncExitStack() as given:
            sources = installation.sources()
            for source in sources:
                given.push_async_callback(source.close)
                await source.open()
            sizes = {source.service: await source.size() for source in sources}
            ensure_room(shelf.databases, sum(sizes.values()), manner.reserve)
            moment = await cut(sources, manner.hold_seconds, manner.lock_seconds)
            await ensure_they_open(installation.keys, {source.service: source.read for source in sources})
            name = name_of(moment.at)
            with said_plainly("the backup failed"), shelf.making(name) as (databases, keys):
                marks = copy_keys(installation.keys, keys)
                copies = await _copy_all(sources, databases, printer)
                manifest = _manifest(installation, moment, copies, marks, ends)
                manifest.write(databases)
        removed = shelf.keep(manner.keep) if manner.keep else []
    return Made(shelf.databases / name, manifest, removed)


async def _copy_all(sources: Sequence[Source], folder: Path, printer: Printer) -> Mapping[str, DatabaseCopy]:
    """Side by side; the first that fails ends the others."""
    with printer.copying([source.service for source in sources]):
        try:
            async with asyncio.TaskGroup() as together:
                works = {s.service: together.create_task(_copy(s, folder, printer)) for s in sources}
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
    return {service: work.result() for service, work in works.items()}


async def _copy(source: Source, folder: Path, printer: Printer) -> DatabaseCopy:
    path = folder / f"{source.service}.{_ENDINGS[source.kind]}"
    path.touch(mode=0o600)
    await source.copy(path, lambda done, whole: printer.copied(source.service, done, whole))
    await asyncio.to_thread(flush, path)
    rows = await source.read("SELECT position, event_id FROM outbox ORDER BY position DESC LIMIT 1")
    position, event_id = rows[0] if rows else (0, "")
    return DatabaseCopy(
        kind=source.kind,
        file=path.name,
        bytes=path.stat().st_size,
        sha256=await asyncio.to_thread(sha256_of, path),
        revision=await _revision(source),
        position=position,
        event_id=event_id,
    )


async def _revision(source: Source) -> str:
    rows = await source.read("SELECT version_num FROM alembic_version")
    if len(rows) != 1:
        raise StackProblem(f"the database of {source.service} was never migrated")
    return str(rows[0][0])


def _manifest(
    installation: Installation,
    moment: Cut,
    copies: Mapping[str, DatabaseCopy],
    marks: Mapping[str, str],
    ends: Mapping[str, StreamEnd],
) -> Manifest:
    clock = replace(DomainClock.parse(installation.clock), wall=moment.at.timestamp)
    return Manifest(
        backup_id=str(uuid7()),
        cut_at=moment.at,
        domain_time=clock.now(),
        clock=installation.clock,
        held_ms=round(moment.held_seconds * 1000, 3),
        databases=copies,
        keys=marks,
        epochs=read_epochs(installation.layout.data),
        streams=ends,
    )


async def _stream_ends(installation: Installation) -> Mapping[str, StreamEnd]:
    """Where the streams stand before the cut: what lies behind that was not published when the databases were cut, or
    not even said. Nothing where no broker answers: then a reconciliation reads the streams from their beginning.
    """
    if installation.stack is None:
        return {}
    stack, ends = installation.stack, {}
    try:
        connection = await come_in(stack.entrance(), seconds=BROKER_SECONDS)
    except (NatsError, OSError, TimeoutError, Unavailable):
        return {}
    try:
        js = connection.jetstream(timeout=BROKER_SECONDS)
        for service in SERVICES:
            stream = await js.stream_info(stream_of(service))
            created = stream.created.isoformat() if stream.created else ""
            ends[stream_of(service)] = StreamEnd(created=created, last_sequence=stream.state.last_seq)
    except (NatsError, OSError, TimeoutError):
        return {}
    finally:
        await connection.close()
    return ends
