"""Files that are on disk when we say so, and room that is there before it is used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.problems import StackProblem

MEGABYTE = 1_000_000
_CHUNK = 1024 * 1024


def flush(path: Path) -> None:
    """Have a file or a folder's list of names on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone, on disk when it returns."""
    draft = path.with_name(f".{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    flush(path.parent)


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file, readable by its owner alone, on disk when it returns; what was at ``target`` is replaced."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with source.open("rb") as given, os.fdopen(handle, "wb") as taken:
        shutil.copyfileobj(given, taken, _CHUNK)
        taken.flush()
        os.fsync(taken.fileno())


def ensure_room(folder: Path, needed: int, reserve: int) -> None:
    """Raises ``StackProblem`` unless a disk has ``needed`` bytes, and ``reserve`` more that stay free for others."""
    free = shutil.disk_usage(folder).free
    if free < needed + reserve:
        wanted = f"{needed / MEGABYTE:,.1f} MB and {reserve / MEGABYTE:,.1f} MB to spare"
        raise StackProblem(f"the disk of {folder} has {free / MEGABYTE:,.1f} MB left; needed are {wanted}")


def own_folder(path: Path) -> None:
    """Make a folder for its owner alone; one that is there is closed to others. Raises ``OSError``."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


@contextmanager
def said_plainly(what: str) -> Iterator[None]:
    """An ``OSError`` inside becomes one line for the operator: a full disk, a missing right."""
    try:
        yield
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise StackProblem(f"{what}: {error.strerror or error}{where}") from None
