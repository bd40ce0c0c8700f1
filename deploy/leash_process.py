"""The far end of the leash: ends the children when their supervisor is gone, however it went.

Reads lines ``+<pid>`` and ``-<pid>``; when the pipe closes, every pid still held gets SIGTERM and, after the
grace given as the only argument (seconds), SIGKILL. Run as a script with nothing but the standard library, so
that it stays small; a pipe works on Linux and on macOS, whose kernel has no signal for a parent's death.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

_LOOK_AGAIN = 0.05


def held_at_the_end(lines: Iterable[str]) -> list[int]:
    """The pids announced and not let go, in the order they were announced."""
    held: dict[int, None] = {}
    for line in lines:
        sign, pid = line[:1], line[1:].strip()
        if sign == "+" and pid.isdigit():
            held[int(pid)] = None
        elif sign == "-" and pid.isdigit():
            held.pop(int(pid), None)
    return list(held)


def end(pids: Iterable[int], grace: float) -> None:
    """SIGTERM to all at once, SIGKILL to those alive after ``grace`` seconds."""
    alive = [pid for pid in pids if _signalled(pid, signal.SIGTERM)]
    deadline = time.monotonic() + grace
    while alive and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN)
        alive = [pid for pid in alive if _signalled(pid, 0)]
    for pid in alive:
        _signalled(pid, signal.SIGKILL)


def _signalled(pid: int, number: int) -> bool:
    with contextlib.suppress(OSError):
        os.kill(pid, number)
        return True
    return False


def main() -> None:
    """Hold until the supervisor lets go. Signals meant for it (Ctrl-C) are not meant for us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end(held_at_the_end(sys.stdin), float(sys.argv[1]))


if __name__ == "__main__":
    main()
