"""The installation's keys: one file each, readable by its owner alone, kept apart from the databases."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

KEY_BYTES = 32
NAMES = ("tokens", "tracking", "csrf", "intake-vault", "matcher-vault", "notifier-vault", "parties", "audit")


class KeyMissing(Exception):
    """A key file is absent or too short; the service cannot start without it."""


def create_keys(directory: Path, names: Sequence[str] = NAMES) -> None:
    """Make the key files that do not exist yet; never touches one that does."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in names:
        try:
            handle = os.open(directory / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())


def read_key(directory: Path, name: str) -> bytes:
    """One key's bytes. Raises ``KeyMissing``."""
    path = directory / f"{name}.key"
    try:
        key = bytes.fromhex(path.read_text())
    except (OSError, ValueError) as error:
        raise KeyMissing(f"no usable key at {path}") from error
    if len(key) < KEY_BYTES:
        raise KeyMissing(f"the key at {path} is shorter than {KEY_BYTES} bytes")
    return key
