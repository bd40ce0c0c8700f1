"""What a backup says about itself: whether it is whole, whether this code reads it, and where it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.backup.disk import write_durably
from deploy.backup.source import Kind
from deploy.problems import StackProblem

MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Epoch(_Told):
    """One history of the installation: from ``since`` (wall time) on it went on from a backup.

    ``backup_id`` and ``cut_at`` say from which; what happened between ``cut_at`` and ``since`` belongs to the epoch
    before, and to nobody's copy.
    """

    epoch_id: str
    since: datetime
    backup_id: str
    cut_at: datetime


class DatabaseCopy(_Told):
    """One database. ``revision``: its schema. ``position`` and ``event_id``: the last row of its outbox; 0 and empty
    where there is none.
    """

    kind: Kind
    file: str
    bytes: int
    sha256: str
    revision: str
    position: int
    event_id: str


class StreamEnd(_Told):
    """Where a stream of the broker stood shortly before the cut; ``created`` tells it from one made anew."""

    created: str
    last_sequence: int


class Manifest(_Told):
    """``manifest.json``. Times are aware; ``clock`` is the stack's ``PAIDAN_CLOCK``, empty for real time.

    ``keys``: the directory of the key shelf that belongs to it, with a fingerprint for each key, from which no key
    can be made. ``epochs``: the histories that led here, the oldest first. ``streams``: empty where the broker was
    away.
    """

    format: Literal[1] = 1
    backup_id: str
    cut_at: datetime
    domain_time: datetime
    clock: str
    held_ms: float
    databases: Mapping[str, DatabaseCopy]
    keys: Mapping[str, str]
    epochs: tuple[Epoch, ...]
    streams: Mapping[str, StreamEnd]

    def write(self, folder: Path) -> None:
        """Into a backup's folder, on disk when it returns."""
        write_durably(folder / MANIFEST, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """A backup's manifest. Raises ``StackProblem`` when there is none, or it is of another format."""
        path = folder / MANIFEST
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise StackProblem(f"{folder} is no backup: {error.strerror}: {MANIFEST}") from None
        except ValidationError as error:
            wrong = error.errors()[0]
            place = ".".join(str(part) for part in wrong["loc"])
            raise StackProblem(f"{path} cannot be read by this version: {place}: {wrong['msg']}") from None

    def ensure_whole(self, folder: Path) -> None:
        """Raises ``StackProblem`` that names the first file whose size or checksum is not the manifest's."""
        for service, copy in self.databases.items():
            path = folder / copy.file
            try:
                same = path.stat().st_size == copy.bytes and sha256_of(path) == copy.sha256
            except OSError as error:
                raise StackProblem(f"the copy of {service} cannot be read: {path}: {error.strerror}") from None
            if not same:
                raise StackProblem(f"the copy of {service} is not the one that was made: {path} has changed")


def sha256_of(path: Path) -> str:
    """The checksum of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()
