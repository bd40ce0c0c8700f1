"""Where backups stand: one folder for each, by its time; whole, or not there at all.

A backup is made under a name that begins with a dot and ends in ``.part``, flushed, and renamed. Whatever is killed on
the way leaves such a name, which no restore looks at and the next backup clears away.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from deploy.backup.disk import flush, own_folder, said_plainly
from deploy.backup.manifest import MANIFEST
from deploy.problems import StackProblem

_NAME = re.compile(r"\d{8}T\d{6}\.\d{3}Z")
_PART = re.compile(r"\." + _NAME.pattern + r"\.part")


def name_of(at: datetime) -> str:
    """``20261122T113000.250Z``: sorts by time, the same everywhere."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z"


class Shelf:
    """A folder of backups of databases, and a folder of keys that lies apart from it."""

    def __init__(self, databases: Path, keys: Path | None = None) -> None:
        """``keys``: by default beside ``databases``, its name with ``-keys``. Raises ``StackProblem`` when one of the
        two lies in the other: sealed columns and what opens them would be carried away together.
        """
        self.databases = databases.expanduser().resolve()
        chosen = keys or self.databases.with_name(f"{self.databases.name}-keys")
        self.keys = chosen.expanduser().resolve()
        if self.keys.is_relative_to(self.databases) or self.databases.is_relative_to(self.keys):
            raise StackProblem(f"keys must lie apart from the databases: {self.keys} and {self.databases}")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have both folders for one backup, what others left half done cleared away. Raises ``StackProblem``."""
        with said_plainly(f"cannot use {self.databases} and {self.keys} for backups"):
            own_folder(self.databases)
            own_folder(self.keys)
            lock = (self.databases / ".lock").open("a")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackProblem(f"another backup to {self.databases} is under way") from None
            self._clear_parts()
            yield

    @contextmanager
    def making(self, name: str) -> Iterator[tuple[Path, Path]]:
        """Two empty folders, for databases and for keys; on leaving they get their names, on an error they vanish.

        The keys come first: a backup that is there has its keys.
        """
        parts = self.databases / f".{name}.part", self.keys / f".{name}.part"
        try:
            for part in parts:
                own_folder(part)
            yield parts
            for part, folder in ((parts[1], self.keys), (parts[0], self.databases)):
                flush(part)
                part.rename(folder / name)
                flush(folder)
        finally:
            for part in parts:
                shutil.rmtree(part, ignore_errors=True)

    def backups(self) -> Sequence[Path]:
        """Whole backups, the oldest first."""
        if not self.databases.is_dir():
            return []
        found = (path for path in self.databases.iterdir() if _NAME.fullmatch(path.name))
        return sorted(path for path in found if (path / MANIFEST).is_file())

    def keep(self, newest: int) -> Sequence[str]:
        """Remove all but the newest backups with their keys; answers the names of those removed."""
        removed = [backup.name for backup in self.backups()[:-newest]]
        for name in removed:
            for folder in (self.databases, self.keys):
                _remove(folder / name)
        return removed

    def _clear_parts(self) -> None:
        for folder in (self.databases, self.keys):
            for path in folder.iterdir():
                if _PART.fullmatch(path.name):
                    shutil.rmtree(path, ignore_errors=True)


def _remove(backup: Path) -> None:
    """Under a name that no restore looks at first: one killed half way leaves no half backup."""
    if backup.is_dir():
        part = backup.with_name(f".{backup.name}.part")
        backup.rename(part)
        shutil.rmtree(part, ignore_errors=True)
