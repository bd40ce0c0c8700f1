"""How much room a service's database has left."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url, text

from shared.persistence.engine import Database


@dataclass(frozen=True)
class Room:
    """Bytes that may still be written, of ``total``."""

    free: int
    total: int


async def room_of(database: Database, most_bytes: int) -> Room | None:
    """The room left, None where it is not known.

    SQLite: what the file system of its directory has for this user. PostgreSQL: its disk is its own machine's, so only
    what is left of ``most_bytes`` (0: not known). Raises the errors of the database, ``OSError``.
    """
    if database.is_sqlite:
        path = make_url(database.url).database
        return await asyncio.to_thread(_on_disk, Path(path).parent) if path and path != ":memory:" else None
    if not most_bytes:
        return None
    async with database.reading() as session:
        used = int(await session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    return Room(max(most_bytes - used, 0), most_bytes)


def _on_disk(directory: Path) -> Room:
    told = os.statvfs(directory)
    return Room(told.f_bavail * told.f_frsize, told.f_blocks * told.f_frsize)
