"""The nkeys of the broker's users: one file with a seed for each user, readable by its owner alone.

While a key is changed a user has two. ``intake.seed`` is what the service comes in with, ``intake.next`` what it will
take, ``intake.last`` the public key it has left; the broker lets all of them in until the last one is given up.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from deploy.permissions import SYSTEM, USERS
from deploy.problems import StackProblem
from shared.identity.nkeys import SeedBroken, new_seed, public_of

OWNERS: tuple[str, ...] = (*USERS, SYSTEM)


class Seeds:
    """One directory of seeds."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, user: str) -> Path:
        """The file a user comes in with."""
        return self.directory / f"{user}.seed"

    def next_path(self, user: str) -> Path:
        """The file with what a user will come in with next, while a key is changed."""
        return self.directory / f"{user}.next"

    def _last_path(self, user: str) -> Path:
        return self.directory / f"{user}.last"

    def create(self) -> None:
        """Make the seeds that are not there yet; never touches one that is."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for user in OWNERS:
            if not self.path(user).exists():
                _write(self.path(user), new_seed())

    def public_keys(self, user: str) -> Sequence[str]:
        """Everything a user may come in with, the present one first. Raises ``StackProblem``."""
        keys = [self.public_key(user)]
        if self.next_path(user).exists():
            keys.append(_public(self.next_path(user)))
        if (last := self.last(user)) is not None and last not in keys:
            keys.append(last)
        return keys

    def public_key(self, user: str) -> str:
        """What a user comes in with now. Raises ``StackProblem``."""
        return _public(self.path(user))

    def last(self, user: str) -> str | None:
        """The public key a user is leaving, if a change has come so far."""
        path = self._last_path(user)
        return path.read_text(encoding="ascii").strip() if path.exists() else None

    def prepare(self, user: str) -> None:
        """Make the seed that comes next, unless a change that was interrupted has."""
        if not self.next_path(user).exists():
            _write(self.next_path(user), new_seed())

    def take(self, user: str) -> None:
        """Put the next seed in place, in one step; what it replaces is still let in."""
        _write(self._last_path(user), self.public_key(user))
        self.next_path(user).replace(self.path(user))

    def give_up(self, user: str) -> None:
        """Forget what a user has left."""
        self._last_path(user).unlink(missing_ok=True)

    def settle(self) -> None:
        """Before the broker starts nobody uses what was left: a change that was interrupted ends here."""
        for user in OWNERS:
            self.give_up(user)
            self.next_path(user).unlink(missing_ok=True)


def _public(path: Path) -> str:
    try:
        return public_of(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, SeedBroken) as error:
        raise StackProblem(f"no usable seed at {path}") from error


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
