"""Who operates an installation and signs in by password: one file in the folder of the keys, replaced as a whole.

It is read with each sign-in, so that accounts come and go without a restart. A password is kept as an Argon2id hash
with what OWASP's cheat sheet on password storage asks for at least: 19 MiB, two rounds, one lane.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

NAME = "operators.json"
LEAST = 12
"""The fewest characters of a password."""
MOST = 256
_ID = re.compile(r"[a-z0-9_-]{1,64}")


class OperatorRefused(ValueError):
    """A name that is no id, a password that is too short or too long, an account that is there or is not."""


class Operators:
    """The accounts in ``folder``. A broken file raises ``ValueError``: it lets nobody in."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._nobody = hash_of(secrets.token_hex())

    def names(self) -> list[str]:
        """Everybody, by name."""
        return sorted(self._read())

    def add(self, name: str, password: str) -> None:
        """A new account. Raises ``OperatorRefused``."""
        if _ID.fullmatch(name) is None:
            raise OperatorRefused("a name is up to 64 small letters, digits, - and _")
        with self._changing() as known:
            if name in known:
                raise OperatorRefused(f"there is an operator {name} already")
            self._write({**known, name: hash_of(password)})

    def change(self, name: str, password: str) -> None:
        """Another password. Raises ``OperatorRefused``."""
        with self._changing() as known:
            _check_known(name, known)
            self._write({**known, name: hash_of(password)})

    def remove(self, name: str) -> None:
        """End an account. Raises ``OperatorRefused``."""
        with self._changing() as known:
            _check_known(name, known)
            self._write({one: kept for one, kept in known.items() if one != name})

    def accepts(self, name: str, password: str) -> bool:
        """Whether this opens an account. It takes as long for a name that nobody has; some 40 ms and 19 MiB."""
        kept = self._read().get(name)
        try:
            Argon2id.verify_phc_encoded(password.encode(), kept or self._nobody)
        except InvalidKey:
            return False
        return kept is not None

    def _read(self) -> Mapping[str, str]:
        try:
            told: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return told

    @contextmanager
    def _changing(self) -> Iterator[Mapping[str, str]]:
        """One writer after the other."""
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._read()

    def _write(self, kept: Mapping[str, str]) -> None:
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def hash_of(password: str) -> str:
    """What is kept of a password, with its salt and its cost. Raises ``OperatorRefused``."""
    if not LEAST <= len(password) <= MOST:
        raise OperatorRefused(f"a password has {LEAST} to {MOST} characters")
    made = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    return made.derive_phc_encoded(password.encode())


def _check_known(name: str, known: Mapping[str, str]) -> None:
    if name not in known:
        raise OperatorRefused(f"there is no operator {name}")
