"""The cut: one moment of all three databases, so that no copy has heard what another's copy has not told.

A fact is heard after it was published, and published after it was committed. Whoever looks at all three at one moment,
with nobody writing, sees every cause of what it sees. The writers are held for as long as it takes to begin a read
in each, which is milliseconds; the copying itself holds nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.backup.source import Busy, Source
from deploy.problems import StackProblem

PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Cut:
    """When it was (wall time), how long writers were held, and how often it was tried."""

    at: datetime
    held_seconds: float
    tries: int


async def cut(sources: Sequence[Source], hold_seconds: float, within_seconds: float) -> Cut:
    """Freeze all sources at one moment.

    Writers are never held longer than ``hold_seconds`` for want of a lock: then all go free, and it is tried again.
    Raises ``StackProblem`` when it does not come about in ``within_seconds``.
    """
    deadline, tries = time.monotonic() + within_seconds, 0
    while True:
        tries += 1
        try:
            held, at = await _try(sources, hold_seconds)
        except Busy:
            if time.monotonic() > deadline:
                raise StackProblem(
                    f"the databases could not be held at one moment in {within_seconds:g} s ({tries} tries);"
                    " somebody holds a write lock"
                ) from None
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return Cut(at, held, tries)


async def _try(sources: Sequence[Source], hold_seconds: float) -> tuple[float, datetime]:
    began: float | None = None
    async with AsyncExitStack() as held:
        for source in sources:
            left = hold_seconds if began is None else hold_seconds - (time.monotonic() - began)
            await source.lock(max(left, 0.0))
            began = began or time.monotonic()
            held.push_async_callback(source.release)
        at = datetime.now(UTC)
        await asyncio.gather(*(source.freeze() for source in sources))
    return time.monotonic() - (began or time.monotonic()), at
