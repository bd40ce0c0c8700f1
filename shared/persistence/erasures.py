"""The register of people who were erased: kept outside the databases, so that a restored backup is told of them.

One line of JSON for each, in a file of each service, on disk before the erasure is committed. A service reads it at
every start and erases again whoever its database still has: by a restore nobody comes back, whatever made it. The
register has opaque ids and times, never a name. It belongs neither into the backup of the databases, where it would be
as old as they are, nor beside the keys.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError


class Erased(BaseModel):
    """Somebody who was erased. ``about``: the order they were erased from, where it was one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    subject: str
    about: str = ""
    at: datetime


class Register:
    """One service's register. ``folder`` is made when somebody is erased first."""

    def __init__(self, folder: Path, service: str) -> None:
        self._folder = folder
        self._path = folder / f"{service}.jsonl"

    async def add(self, erased: Sequence[Erased]) -> None:
        """On disk when it returns. Raises ``OSError``: then nobody is erased."""
        await asyncio.to_thread(self._append, erased)

    def read(self) -> Iterator[Erased]:
        """Everybody who was erased, the first first. A line a power cut tore is passed over: it was never committed."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                try:
                    yield Erased.model_validate_json(line)
                except ValidationError:
                    continue

    def _append(self, erased: Sequence[Erased]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = "".join(f"\n{one.model_dump_json()}\n" for one in erased)  # a torn line before is ended first
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, lines.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
