"""The notice file: where the demonstration's messages go. JSON lines, each there once, on disk when we say so."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO


class NoticeFile:
    """Appends messages to one file, in turn with every other thread and process that does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = (0, 0)
        """The file as we left it: its inode, and where it ended."""

    def deliver(self, messages: Sequence[Mapping[str, Any]], uncertain: Collection[str]) -> None:
        """Write messages and wait until they are on disk (``channels.Channel``). Blocks; raises ``OSError``.

        ``uncertain``: the ``notice_id`` of those that an earlier attempt may have written already, before it could
        be confirmed. They are looked up in the file and in the one set aside before it (``<file>.1``, by logrotate), so
        that no line doubles. What has no ``notice_id`` is written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            # A line another process is just writing looks torn, and would be cut off.
            fcntl.flock(file, fcntl.LOCK_EX)
            _mend(file)
            written = self._written(file, uncertain) if uncertain else set()
            written |= self._by_others(file, messages)
            fresh = [message for message in messages if message.get("notice_id") not in written]
            file.write(b"".join(_line(message) for message in fresh))
            file.flush()
            os.fsync(file.fileno())
            self._left = os.fstat(file.fileno()).st_ino, file.tell()

    def _by_others(self, file: BinaryIO, messages: Sequence[Mapping[str, Any]]) -> set[str]:
        """What another notifier has written since: whoever stood still for longer than a retry takes is no longer the
        only one to have attempted it, and does not know.
        """
        inode, end = self._left
        file.seek(end if os.fstat(file.fileno()).st_ino == inode else 0)
        return _written(file, [message["notice_id"] for message in messages if "notice_id" in message])

    def _written(self, file: BinaryIO, notice_ids: Collection[str]) -> set[str]:
        file.seek(0)
        found = _written(file, notice_ids)
        before = self._path.with_name(f"{self._path.name}.1")
        if before.exists():
            with before.open("rb") as rotated:
                found |= _written(rotated, notice_ids)
        return found


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _mend(file: BinaryIO) -> None:
    """Cut off what a crash left of a last line: nobody was told that it is there."""
    end = file.seek(0, os.SEEK_END)
    if not end:
        return
    file.seek(end - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    whole = sum(len(line) for line in file if line.endswith(b"\n"))
    file.truncate(whole)


def _written(file: BinaryIO, notice_ids: Collection[str]) -> set[str]:
    sought = set(notice_ids)
    found: set[str] = set()
    for line in file:
        notice_id = _notice_id(line)
        if notice_id in sought:
            found.add(notice_id)
    return found


def _notice_id(line: bytes) -> str:
    try:
        return str(json.loads(line)["notice_id"])
    except (ValueError, KeyError, TypeError):
        return ""
