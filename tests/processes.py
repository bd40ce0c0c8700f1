"""Starting and ending the servers of the tests, always through the process they were started as."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

READY_WITHIN_SECONDS = 20.0
STOPPED_WITHIN_SECONDS = 15.0
POLL_SECONDS = 0.02


class ServerMissing(Exception):
    """A program the tests need is not there; the message is one line and says what installs it."""


def wait_until_ready(process: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path) -> None:
    """Return when it ``answers``; when it ends or takes too long it is killed, and its last words are raised."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            end(process, signal.SIGKILL)
            tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{process.args!r} did not start:\n{tail}")
        time.sleep(POLL_SECONDS)


def end(process: subprocess.Popen[bytes], by: signal.Signals) -> None:
    """Ask a process to end by a signal; one that does not is killed."""
    if process.poll() is None:
        process.send_signal(by)
    try:
        process.wait(STOPPED_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
