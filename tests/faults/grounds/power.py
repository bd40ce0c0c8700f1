"""A disk whose power can be cut: ext4 in a loop device, of which only what was flushed survives."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.grounds.mounts import flush, folder, make_file_system, mount, shut_down, unmount
from tests.faults.kinds.stops import children_of

SIZE = 2 * 1024**3
"""Bytes; the image is sparse, so only what is written takes room."""

COMMIT_SECONDS = 300
"""How long ext4 may keep its journal to itself: a real disk is cut between two commits, so the machine must not save
by chance what nobody flushed."""


@dataclass(frozen=True)
class Power:
    """A mounted image. ``place`` is where to put a data directory."""

    place: Path
    image: Path

    def flush(self) -> None:
        """Write out everything, as the kernel does sooner or later."""
        flush(self.place)

    def cut(self, pids: Collection[int]) -> None:
        """The power fails: everybody in ``pids`` and their children stop in one moment, the disk keeps what it has.

        The processes are dead afterwards, and the disk is mounted again as it is found: its journal replayed.
        """
        victims = [*pids, *(child for pid in pids for child in children_of(pid))]
        send(victims, signal.SIGSTOP)
        shut_down(self.place)
        send(victims, signal.SIGKILL)
        self._off()
        self._on()

    def _on(self) -> None:
        mount("-o", f"loop,commit={COMMIT_SECONDS},noatime", str(self.image), str(self.place))

    def _off(self) -> None:
        unmount(self.place)


@contextmanager
def power(size: int = SIZE) -> Iterator[Power]:
    """A disk with a power switch. Raises ``GroundMissing``."""
    with folder() as around:
        made = Power(around / "disk", around / "disk.img")
        made.place.mkdir()
        make_file_system(made.image, size)
        made._on()
        try:
            yield made
        finally:
            made._off()


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """A signal to each; who has gone already is none to hear it."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
