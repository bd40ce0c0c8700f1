"""What is known of access tokens beside the key they began with: newer keys, and what was taken back.

One file in the folder of the keys, replaced as a whole and read again when it changed: every service follows at the
next request, without a restart, and after one. All times are wall time.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.contracts.words import Role
from shared.identity.keys import KEY_BYTES

NAME = "access.json"
FIRST = "0"
"""The key id of the key an installation began with; tokens that name none are its."""
MOST_TTL = timedelta(days=7)
"""No token lives longer, so a key that was replaced is of no use after this, and what was taken back is forgotten."""


@dataclass(frozen=True)
class Made:
    """A key that replaced the one before it."""

    kid: str
    key: bytes = field(repr=False)
    since: datetime


@dataclass(frozen=True)
class Book:
    """One state of the file. ``taken_back``: until when a token's id is remembered; ``ended``: before when all that a
    subject had is void, by ``role:subject``.
    """

    made: tuple[Made, ...] = ()
    taken_back: Mapping[str, datetime] = field(default_factory=dict)
    ended: Mapping[str, datetime] = field(default_factory=dict)


class AccessBook:
    """The book in ``folder``. A broken file raises ``ValueError``: whoever cannot tell what is void lets nobody in."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._mark: tuple[int, int, int] | None = None
        self._book = Book()

    def newest(self, first: bytes) -> tuple[str, bytes]:
        """The id and the key that new tokens are signed with."""
        made = self._read().made
        return (made[-1].kid, made[-1].key) if made else (FIRST, first)

    def key_of(self, kid: str, first: bytes, wall: datetime) -> bytes | None:
        """The key of an id; None for an unknown one, and for one whose last tokens have run out."""
        keys = [Made(FIRST, first, datetime.min.replace(tzinfo=UTC)), *self._read().made]
        for nth, one in enumerate(keys):
            if one.kid == kid:
                replaced = keys[nth + 1].since if nth + 1 < len(keys) else None
                return one.key if replaced is None or wall < replaced + MOST_TTL else None
        return None

    def is_void(self, role: Role, subject: str, since: datetime, token_id: str = "") -> bool:
        """Whether a token or a session of ``since`` was taken back, by its id or with all that its subject had."""
        book = self._read()
        before = book.ended.get(_name(role, subject))
        return token_id in book.taken_back or (before is not None and since < before)

    def rotate(self, wall: datetime, *, at_once: bool = False) -> str:
        """Sign with a new key from now on; the one before opens until its tokens have run out, or ``at_once`` not any
        more. Returns the new key's id.
        """
        with self._changing() as book:
            kid = str(int(book.made[-1].kid) + 1) if book.made else "1"
            since = wall - MOST_TTL if at_once else wall
            kept = tuple(Made(one.kid, one.key, min(one.since, since)) for one in book.made) if at_once else book.made
            fresh = Made(kid, secrets.token_bytes(KEY_BYTES), since)
            self._write(Book((*kept, fresh), book.taken_back, book.ended))
        return kid

    def take_back(self, token_id: str, wall: datetime) -> None:
        """One token opens nothing any more."""
        with self._changing() as book:
            known = {one: until for one, until in book.taken_back.items() if until > wall}
            self._write(Book(book.made, {**known, token_id: wall + MOST_TTL}, book.ended))

    def end(self, role: Role, subject: str, wall: datetime) -> None:
        """Every token and every session that somebody has at this moment ends, in all services."""
        self.end_all(role, [subject], wall)

    def end_all(self, role: Role, subjects: Sequence[str], wall: datetime) -> None:
        """The same for several who have the same role."""
        with self._changing() as book:
            known = {one: before for one, before in book.ended.items() if before + MOST_TTL > wall}
            ended = {_name(role, subject): wall for subject in subjects}
            self._write(Book(book.made, book.taken_back, {**known, **ended}))

    def _read(self) -> Book:
        try:
            told = self._path.stat()
        except FileNotFoundError:
            self._mark, self._book = None, Book()
            return self._book
        mark = told.st_ino, told.st_mtime_ns, told.st_size
        if mark != self._mark:
            self._book, self._mark = _opened(json.loads(self._path.read_text(encoding="utf-8"))), mark
        return self._book

    @contextmanager
    def _changing(self) -> Iterator[Book]:
        """One writer after the other."""
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._mark = None
            yield self._read()

    def _write(self, book: Book) -> None:
        text = json.dumps(
            {
                "made": [{"kid": one.kid, "key": one.key.hex(), "since": one.since.isoformat()} for one in book.made],
                "taken_back": {one: until.isoformat() for one, until in book.taken_back.items()},
                "ended": {one: before.isoformat() for one, before in book.ended.items()},
            }
        )
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _opened(told: Mapping[str, Any]) -> Book:
    at: Callable[[str], datetime] = datetime.fromisoformat
    return Book(
        tuple(Made(one["kid"], bytes.fromhex(one["key"]), at(one["since"])) for one in told["made"]),
        {one: at(until) for one, until in told["taken_back"].items()},
        {one: at(before) for one, before in told["ended"].items()},
    )


def _name(role: Role, subject: str) -> str:
    return f"{role.value}:{subject}"
