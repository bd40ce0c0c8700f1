"""File systems of the suite's own, mounted under one folder each, and taken away again however the run ends."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "paidan-ground-"
BUSY_SECONDS = 10.0
POLL_SECONDS = 0.05
_LIBRARY = ctypes.CDLL(None, use_errno=True)


class GroundMissing(Exception):
    """This machine does not allow the ground; the message is one line and says what is missing."""


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder for one ground. Its name carries this process's id, so that a later run can clear it away."""
    clear_leftovers()
    place = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    place.chmod(0o755)  # PostgreSQL runs as another account
    try:
        yield place
    finally:
        _clear(place)


def mount(*arguments: str) -> None:
    """Mount something. Raises ``GroundMissing`` where this account may not, or the kernel cannot."""
    if os.geteuid() != 0:
        raise GroundMissing("mounting a file system takes root")
    _run("mount", *arguments)


def unmount(place: Path) -> None:
    """Unmount, waiting for processes that are about to end; a ground nobody leaves is detached at last."""
    deadline = time.monotonic() + BUSY_SECONDS
    while place.is_mount():
        if subprocess.run(["umount", str(place)], capture_output=True, check=False).returncode:
            if time.monotonic() > deadline:
                _run("umount", "--lazy", str(place))
                return
            time.sleep(POLL_SECONDS)


def make_file_system(image: Path, size: int) -> None:
    """An empty ext4 of ``size`` bytes in a file. Raises ``GroundMissing``."""
    with image.open("wb") as file:
        file.truncate(size)
    _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))


def clear_leftovers() -> None:
    """Take away what a run left behind that was killed before it could."""
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = place.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            _clear(place)


def _clear(place: Path) -> None:
    for inner in (*place.iterdir(), place) if place.is_dir() else ():
        unmount(inner)
    shutil.rmtree(place, ignore_errors=True)


def _run(*command: str) -> None:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    program = shutil.which(command[0], path=path)
    if program is None:
        raise GroundMissing(f"{command[0]} is not installed")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    if done.returncode:
        raise GroundMissing(f"{command[0]}: {(done.stderr or done.stdout).strip()}")


def flush(place: Path) -> None:
    """Have a file system write everything out, as the kernel does sooner or later."""
    with _opened(place) as handle:
        if _LIBRARY.syncfs(handle):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def shut_down(place: Path) -> None:
    """Cut an ext4 off from its disk at once: not one byte more is written, as when the power fails.

    What the kernel still holds in memory, the journal's open transaction included, is lost with the unmount.
    Raises ``GroundMissing``.
    """
    going_down, without_flushing = ctypes.c_ulong(0x8004587D), ctypes.c_uint32(2)  # EXT4_IOC_SHUTDOWN, NOLOGFLUSH
    with _opened(place) as handle:
        if _LIBRARY.ioctl(handle, going_down, ctypes.byref(without_flushing)):
            raise GroundMissing(f"this kernel cannot shut an ext4 down: {os.strerror(ctypes.get_errno())}")


@contextmanager
def _opened(place: Path) -> Iterator[int]:
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)
