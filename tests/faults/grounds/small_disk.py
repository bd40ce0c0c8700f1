"""A disk so small that it can be filled to the last byte under a running stack, and freed again."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.grounds.mounts import folder, mount, unmount

PIECES = (256 * 1024, 4096, 1)
"""Bytes written at once: large while there is room, at last one by one."""


@dataclass(frozen=True)
class SmallDisk:
    """A mounted tmpfs. ``place`` is where to put a data directory, or a part of one."""

    place: Path

    @property
    def free(self) -> int:
        """Bytes anybody may still write."""
        state = os.statvfs(self.place)
        return state.f_bavail * state.f_frsize

    def fill(self, leave: int = 0) -> None:
        """Put a ballast on it until only ``leave`` bytes are free; again, for what was freed since."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for piece in PIECES:
                while self.free >= leave + piece and _written(ballast.fileno(), piece):
                    pass

    def relieve(self) -> None:
        """Take the ballast away."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.place / "ballast"


@contextmanager
def small_disk(size: int) -> Iterator[SmallDisk]:
    """A disk of ``size`` bytes, in memory. Raises ``GroundMissing``."""
    with folder() as around:
        place = around / "disk"
        place.mkdir()
        mount("-t", "tmpfs", "-o", f"size={size},mode=0755", "paidan-small-disk", str(place))
        try:
            yield SmallDisk(place)
        finally:
            unmount(place)


def _written(handle: int, size: int) -> bool:
    try:
        return os.write(handle, b"\0" * size) == size
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
