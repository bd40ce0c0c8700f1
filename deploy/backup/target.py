"""What a restore needs of a database: that nobody uses it, that what was there stays, that what comes in is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from deploy.backup.source import Kind


class Target(Protocol):
    """One service's database, restored. Every step may be done again after a restore that was killed.

    ``aside``: the name of this restore, under which is kept what was there.
    """

    service: str
    kind: Kind

    async def occupied(self) -> bool:
        """Whether anything is there."""

    async def ensure_idle(self) -> None:
        """Raises ``StackProblem`` when somebody uses it."""

    async def stage(self, copy: Path) -> None:
        """Do what can be done beside the present database. Raises ``StackProblem`` or ``OSError``."""

    async def put_aside(self, aside: str) -> str:
        """Keep what is there under another name; answers where, empty for nothing."""

    async def put_in(self, copy: Path) -> None:
        """Have the copy in its place."""

    async def close(self) -> None:
        """Give back everything that was taken."""
