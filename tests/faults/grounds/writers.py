"""Two writers that prove a ground: one waits until the disk has each row, one does not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sqlite3, sys
path, synchronous = sys.argv[1:]
rows = sqlite3.connect(path, isolation_level=None)
rows.execute("PRAGMA journal_mode=WAL")
rows.execute(f"PRAGMA synchronous={synchronous}")
rows.execute("CREATE TABLE IF NOT EXISTS told (number INTEGER PRIMARY KEY)")
number = 0
while True:
    number += 1
    rows.execute("INSERT INTO told VALUES (?)", (number,))
    print(number, flush=True)
"""


def writer(path: Path, synchronous: str) -> subprocess.Popen[str]:
    """A process that commits row after row to SQLite, and says each number once its commit returned."""
    command = [sys.executable, "-c", _PROGRAM, str(path), synchronous]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kept(path: Path) -> int:
    """The highest row a database still has; 0 when not even its table is there."""
    rows = sqlite3.connect(path)
    try:
        return int(rows.execute("SELECT max(number) FROM told").fetchone()[0] or 0)
    except sqlite3.OperationalError:
        return 0
    finally:
        rows.close()
