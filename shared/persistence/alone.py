"""One process writes to an SQLite database: a second one is refused, clearly and before it does anything.

Two would publish one another's events and sweep the same clocks without the row locks that make it harmless on
PostgreSQL. The lock is a file beside the database, held for the process's life and let go by the system with it.
"""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

REFUSED = 1
MEMORY = frozenset({None, "", ":memory:"})


class NotAlone(Exception):
    """Another process has the database; the message is one line for whoever started this one."""


def run_alone(url: str, run: Callable[[], int]) -> int:
    """Run a process's work on the database at ``url`` and return its exit code; where another process has the
    database, say so on stderr and return 1.
    """
    try:
        with alone_on(url):
            return run()
    except NotAlone as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED


@contextmanager
def alone_on(url: str) -> Iterator[None]:
    """Have the SQLite database at ``url`` for this process alone; PostgreSQL serves many. Raises ``NotAlone``."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or parts.database in MEMORY:
        yield
        return
    file = Path(f"{parts.database}.lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAlone(
                f"paidan: another process works on {parts.database}; SQLite takes one at a time, PostgreSQL takes many"
            ) from None
        yield
