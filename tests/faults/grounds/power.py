"""A disk whose power can be cut: ext4 in a loop device, of which only what was flushed survives."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.grounds.mounts import folder, make_file_system, mount, shut_down, unmount

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

    def cut(self, pids: Iterable[int]) -> None:
        """The power fails: everybody in ``pids`` and their children stop in one moment, the disk keeps what it has.

        The processes are dead afterwards, and the disk is mounted again as it is found: its journal replayed.
        """
        victims = with_children(pids)
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


def with_children(pids: Iterable[int]) -> list[int]:
    """These processes and everybody they started, parents first: the supervisor's leash must not outlive it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = list(dict.fromkeys(pids))
    for pid in found:  # grows while it is read
        found += [child for child, parent in parents.items() if parent == pid and child not in found]
    return found


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """A signal to each; who has gone already is none to hear it."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
