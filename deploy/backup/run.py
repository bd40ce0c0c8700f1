"""The two commands' work, from their options to the line they print."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

from deploy.backup.backing_up import Manner, back_up
from deploy.backup.choosing import choose
from deploy.backup.disk import MEGABYTE, said_plainly
from deploy.backup.installation import Installation
from deploy.backup.printing import Printer
from deploy.backup.reconciling import reconcile
from deploy.backup.restoring import nobody_else, restore, restore_keys
from deploy.backup.shelf import Shelf
from deploy.layout import Layout
from deploy.problems import StackProblem
from deploy.settings import StackSettings
from deploy.verify.ledger import Ledger

T = TypeVar("T")


def run_backup(data: Path, directory: Path, keys: Path | None, manner: Manner) -> str:
    """Make a backup; answers one line about it. Raises ``StackProblem``."""
    shelf, installation = Shelf(directory, keys), Installation.at(data)
    began = time.monotonic()
    made = until_told(back_up(installation, shelf, manner, Printer()))
    seconds = time.monotonic() - began
    copies = made.manifest.databases
    whole = sum(copy.bytes for copy in copies.values()) / MEGABYTE
    each = ", ".join(f"{service} {copy.bytes / MEGABYTE:,.1f} MB" for service, copy in copies.items())
    removed = f"; removed {len(made.removed)} older" if made.removed else ""
    return (
        f"backup {made.folder}: {each}; writers held {made.manifest.held_ms:.1f} ms;"
        f" {seconds:.1f} s, {whole / max(seconds, 0.001):,.0f} MB/s; keys in {shelf.keys / made.folder.name}{removed}"
    )


def run_restore(
    data: Path,
    directory: Path,
    keys: Path | None,
    ledger: Path | None,
    *,
    with_keys: bool,
    force: bool,
    with_report: bool,
) -> Iterator[str]:
    """Restore a backup; lines about it, the report's among them. Raises ``StackProblem``."""
    chosen, promises = choose(directory, keys), list(Ledger(ledger)) if ledger else []
    installation = Installation.by_settings(Layout.at(data), StackSettings())
    with nobody_else(installation):
        restored = until_told(restore(installation, chosen, with_keys=with_keys, force=force))
        yield f"restored {chosen.folder} into {installation.layout.data}"
        yield from (f"what was there: {name}: {place}" for name, place in restored.kept.items())
        if with_report:
            report = until_told(reconcile(installation, chosen, restored, promises))
            yield from report.table()
            with said_plainly("the report could not be written"):
                yield f"report {report.write(restored.aside)}"
    if chosen.manifest.clock:
        yield f"the clock of this history was {chosen.manifest.clock}, and stood at {chosen.manifest.domain_time}"


def run_restore_of_keys(data: Path, directory: Path, keys: Path | None, *, force: bool) -> str:
    """Bring the keys of a backup back, after they were tried on what is sealed. Raises ``StackProblem``."""
    chosen = choose(directory, keys)
    installation = Installation.by_settings(Layout.at(data), StackSettings())
    with nobody_else(installation):
        return until_told(restore_keys(installation, chosen, force=force))


def until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run a work to its end; SIGTERM and SIGHUP end it as Ctrl-C does, with everything given back."""
    try:
        return asyncio.run(_watched(work))
    except asyncio.CancelledError:
        raise StackProblem("told to end; nothing was left behind") from None


async def _watched(work: Coroutine[Any, Any, T]) -> T:
    working = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, working.cancel)
    return await working
