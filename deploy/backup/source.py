"""What a backup needs of a database: hold its writers for a moment, freeze a view of it, copy that view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

Kind = Literal["sqlite", "postgresql"]

Told = Callable[[int, int], None]
"""Hears how many bytes are copied, and of how many; 0 where nobody knows."""


class Busy(Exception):
    """The writers could not be held within the time given; nothing is held now."""


class Source(Protocol):
    """One service's database. ``open`` first; ``close`` gives everything back, however far it came."""

    service: str
    kind: Kind

    async def open(self) -> None:
        """Connect. Raises ``StackProblem`` when there is no such database."""

    async def lock(self, within: float) -> None:
        """Hold every writer that hears or tells a fact. Raises ``Busy`` after ``within`` seconds."""

    async def freeze(self) -> None:
        """From now on, see the database as it is at this moment."""

    async def release(self) -> None:
        """Let the writers go on; harmless where they were not held."""

    async def read(self, sql: str) -> Sequence[Sequence[Any]]:
        """Rows of a query over the frozen view."""

    async def size(self) -> int:
        """Bytes the database takes at its source."""

    async def copy(self, target: Path, told: Told) -> None:
        """Write the frozen view to a file. Raises ``StackProblem``."""

    async def close(self) -> None:
        """Give back everything that was taken."""
