"""``stack.json``: what a running stack says about itself, so that other commands can attach to it.

Whether a stack runs is told by a file lock, which the kernel takes back however the process ends;
the file alone proves nothing.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.problems import StackProblem

State = Literal["starting", "ready", "stopping"]

_LOCK_ATTEMPTS = 10
_LOCK_PAUSE = 0.05


class Stack(BaseModel):
    """A stack as its supervisor describes it. For its owner alone: database URLs may hold passwords."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: State
    supervisor: int
    children: Mapping[str, int]
    """Pids of the living children by name: ``nats``, ``intake``, ``matcher``, ``notifier``."""
    addresses: Mapping[str, str]
    """``http://…`` of each service, ``nats://…`` of ``nats``, the broker's ``monitoring``."""
    databases: Mapping[str, str]
    """SQLAlchemy URL of each service's database."""
    definition: Path
    clock: str
    """``PAIDAN_CLOCK`` of every process: ``START@SPEED/EPOCH``, empty for real time."""

    def write(self, path: Path) -> None:
        """Replace the file in one step, readable by its owner alone."""
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=2) + "\n")
        draft.replace(path)


@contextmanager
def only_stack(lock: Path) -> Iterator[None]:
    """Hold a data directory for one stack. Raises ``StackProblem`` when another one has it."""
    with lock.open("a") as file:
        for attempt in range(_LOCK_ATTEMPTS):  # a command that looks whether we run holds it for a moment
            if _locked(file.fileno(), fcntl.LOCK_EX):
                break
            if attempt + 1 == _LOCK_ATTEMPTS:
                raise StackProblem(f"a stack is already running in {lock.parent}")
            time.sleep(_LOCK_PAUSE)
        yield


def running_stack(stack_file: Path, lock: Path) -> Stack:
    """The stack that runs in a data directory. Raises ``StackProblem`` when none does, or it is not ready."""
    absent = StackProblem(
        f"no stack is running in {stack_file.parent}; start one with: paidan up --data {stack_file.parent}"
    )
    try:
        with lock.open() as file:
            if _locked(file.fileno(), fcntl.LOCK_SH):
                raise absent
        stack = Stack.model_validate_json(stack_file.read_bytes())
    except (OSError, ValidationError) as error:
        raise absent from error
    if stack.state != "ready":
        raise StackProblem(f"the stack in {stack_file.parent} is {stack.state}; try again when it is ready")
    return stack


def _locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
