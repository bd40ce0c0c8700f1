"""One child's log: JSON lines, whatever the child wrote, and never more than twice ``LARGEST`` on disk."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

LARGEST = 10 * 1024 * 1024
"""Bytes after which a log is set aside as ``<name>.log.1`` (replacing the one before)."""

LONGEST_LINE = 256 * 1024
"""Bytes of one line; a longer one is written in pieces."""


class LogFile:
    """Appends lines to ``<directory>/<name>.log``; a line that is no JSON object is wrapped into one.

    The file may be moved away or cut by others (logrotate): what comes next goes to a file of that name.
    """

    def __init__(self, directory: Path, name: str, *, largest: int = LARGEST) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / f"{name}.log"
        self._name = name
        self._largest = largest
        self._file = self.path.open("ab", buffering=0)
        self._begin_line()

    def line(self, raw: bytes) -> None:
        """One line of the child's output, without its end."""
        text = raw.decode("utf-8", "replace").rstrip()
        if text:
            self._write(text if _is_object(text) else self._wrapped("output", line=text))

    def fact(self, event: str, **fields: object) -> None:
        """A fact of the supervisor's own, dotted as in every other log."""
        self._write(self._wrapped(event, **fields))

    def close(self) -> None:
        """End writing; the file stays."""
        self._file.close()

    def _wrapped(self, event: str, **fields: object) -> str:
        now = datetime.now(UTC).isoformat()
        return json.dumps({"timestamp": now, "event": event, "child": self._name, **fields}, ensure_ascii=False)

    def _write(self, text: str) -> None:
        # A full disk costs log lines, never the child: one whose output nobody reads stands still.
        with contextlib.suppress(OSError):
            if self._moved():
                self._open_again()
            self._file.write(text.encode() + b"\n")
            if self._file.tell() >= self._largest:
                self._set_aside()

    def _begin_line(self) -> None:
        """What a power cut left of a last line is not what the next one begins with."""
        with contextlib.suppress(OSError), self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
                self._file.write(b"\n")

    def _set_aside(self) -> None:
        self.path.replace(self.path.with_suffix(".log.1"))
        self._open_again()

    def _open_again(self) -> None:
        before = self._file
        self._file = self.path.open("ab", buffering=0)
        before.close()

    def _moved(self) -> bool:
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return True


def _is_object(text: str) -> bool:
    if not text.startswith("{"):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
