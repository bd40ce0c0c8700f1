"""One restore: look at everything first, then move what is there away and put the backup in its place.

Up to ``begin`` nothing is touched. From there to ``end`` a file says that the work is not done: no stack starts, and
the same command goes on where it was cut off. What was there is moved, never written over.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.backup import unfinished
from deploy.backup.choosing import Chosen, ensure_restorable
from deploy.backup.disk import flush, own_folder, said_plainly
from deploy.backup.epochs import begin_epoch
from deploy.backup.installation import Installation, kind_of
from deploy.backup.keys import ensure_copied, ensure_same, ensure_they_open, fingerprints
from deploy.backup.manifest import Epoch
from deploy.backup.marking import mark_audits
from deploy.backup.placing_keys import place_keys
from deploy.backup.postgres_target import PostgresTarget
from deploy.backup.shelf import name_of
from deploy.backup.sqlite_target import ASIDE, SqliteTarget
from deploy.backup.target import Target
from deploy.backup.unfinished import Unfinished
from deploy.layout import Layout
from deploy.problems import StackProblem
from deploy.stack_file import only_stack
from shared.persistence.alone import NotAlone, alone_on


@dataclass(frozen=True)
class Restored:
    """What was done. ``kept``: where what was there is, by the service's name, ``streams`` or ``keys``."""

    epoch: Epoch
    aside: Path
    kept: Mapping[str, str]


@contextmanager
def nobody_else(installation: Installation) -> Iterator[None]:
    """Have a data directory and its SQLite databases for this command. Raises ``StackProblem`` when a stack runs."""
    installation.layout.make()
    with ExitStack() as locks:
        locks.enter_context(only_stack(installation.layout.lock))
        for url in installation.databases.values():
            try:
                locks.enter_context(alone_on(url))
            except NotAlone as refused:
                raise StackProblem(str(refused).removeprefix("paidan: ")) from None
        yield


async def restore(installation: Installation, chosen: Chosen, *, with_keys: bool, force: bool) -> Restored:
    """Put a backup in the place of what is there. Raises ``StackProblem``.

    ``with_keys``: bring its keys as well; else those that are there must be the same. ``force``: what is there may
    be moved away. The caller holds ``nobody_else``.
    """
    layout = installation.layout
    ensure_restorable(chosen, installation.databases)
    where = chosen.keys if with_keys else installation.keys
    ensure_same(chosen.manifest.keys, ensure_copied(where) if with_keys else fingerprints(where), where)
    begun = unfinished.unfinished(layout)
    async with AsyncExitStack() as given:
        targets = [_target(service, url, installation) for service, url in installation.databases.items()]
        for target in targets:
            given.push_async_callback(target.close)
            await target.ensure_idle()
        if not (force or begun):
            await _ensure_free(targets, installation, with_keys=with_keys, marks=chosen.manifest.keys)
        with said_plainly("the restore failed"):
            for target in targets:
                await target.stage(_copy_of(chosen, target))
            aside = begun.aside if begun else name_of(datetime.now(UTC))
            unfinished.begin(layout, Unfinished(aside=aside, backup=chosen.folder))
            kept = {target.service: await target.put_aside(aside) for target in targets}
            kept["streams"] = put_streams_aside(layout, aside)
            kept["keys"] = place_keys(chosen.keys, installation.keys, aside) if with_keys else ""
            for target in targets:
                await target.put_in(_copy_of(chosen, target))
            await mark_audits(installation)
            epoch = begin_epoch(layout.data, chosen.manifest, datetime.now(UTC))
            unfinished.end(layout)
    return Restored(epoch, layout.data / f"{ASIDE}{aside}", {name: place for name, place in kept.items() if place})


async def restore_keys(installation: Installation, chosen: Chosen, *, force: bool) -> str:
    """Put a backup's keys in the place of what is there, once they have opened what is sealed; answers a line about it.

    Raises ``StackProblem``. The caller holds ``nobody_else``.
    """
    wanted, there = ensure_copied(chosen.keys), fingerprints(installation.keys)
    strange = sorted(name for name, mark in there.items() if wanted.get(name, mark) != mark)
    if strange and not force:
        raise StackProblem(
            f"there are other keys in {installation.keys}: {', '.join(strange)}; --force moves them aside"
        )
    opened = await _try_on_what_is_there(installation, chosen.keys)
    with said_plainly("the keys could not be restored"):
        kept = place_keys(chosen.keys, installation.keys, name_of(datetime.now(UTC)))
    was = f"; what was there: {kept}" if kept else ""
    return f"restored the keys of {chosen.keys} into {installation.keys}; they opened {opened} sealed rows{was}"


async def _try_on_what_is_there(installation: Installation, keys: Path) -> int:
    async with AsyncExitStack() as given:
        reads = {}
        for source in installation.sources():
            given.push_async_callback(source.close)
            await source.open()
            await source.freeze()
            reads[source.service] = source.read
        return await ensure_they_open(keys, reads)


def put_streams_aside(layout: Layout, aside: str) -> str:
    """Move the broker's store: its streams tell a future that is no longer this installation's. Answers where it is.

    With it goes the notion of how far each consumer was; the streams are made anew at the next start, and published
    again from the outboxes.
    """
    kept = layout.data / f"{ASIDE}{aside}" / "streams"
    if not layout.nats_store.exists():
        return str(kept) if kept.exists() else ""
    own_folder(kept.parent)
    if kept.exists():  # a stack cannot have started since: what is there was never used
        shutil.rmtree(layout.nats_store)
    else:
        layout.nats_store.rename(kept)
    flush(kept.parent)
    flush(layout.nats_store.parent)
    return str(kept)


async def _ensure_free(
    targets: Sequence[Target], installation: Installation, *, with_keys: bool, marks: Mapping[str, str]
) -> None:
    there = [target.service for target in targets if await target.occupied()]
    own = fingerprints(installation.keys)
    if with_keys and own and any(own.get(name) != mark for name, mark in marks.items()):
        there.append("other keys")
    if there:
        raise StackProblem(
            f"there is already {', '.join(there)}; with --force it is moved aside, not deleted, and the backup takes"
            " its place"
        )


def _target(service: str, url: str, installation: Installation) -> Target:
    if kind_of(url) == "sqlite":
        return SqliteTarget(service, url)
    return PostgresTarget(service, url, installation.programs)


def _copy_of(chosen: Chosen, target: Target) -> Path:
    return chosen.folder / chosen.manifest.databases[target.service].file
