"""The outside ledger: what clients were promised, a line for each 201, read as often as it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.problems import StackProblem


@dataclass(frozen=True)
class Promise:
    """One 201 an outside client saw. ``key``: the Idempotency-Key it was asked with, where the ledger tells it."""

    order_id: str
    reference: str
    key: str | None = None


@dataclass(frozen=True)
class Ledger:
    """A file of JSON lines ``{order_id, reference}``, and ``key`` where it is known; other fields are left alone.

    Iterating reads it line by line, however long it is. Raises ``StackProblem`` that names the line.
    """

    path: Path

    def read(self) -> int:
        """How many promises it holds, once it is read to its end."""
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Promise]:
        """Every promise, in the order of the file."""
        try:
            with self.path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        yield self._promise(number, line)
        except (OSError, UnicodeDecodeError) as error:
            raise StackProblem(f"{self.path} is no ledger: {type(error).__name__}: {error}") from None

    def _promise(self, number: int, line: str) -> Promise:
        try:
            told = json.loads(line)
            promise = Promise(told["order_id"], told["reference"], told.get("key"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StackProblem(f"{self.path} is no ledger: line {number}: {type(error).__name__}: {error}") from None
        if not all(isinstance(value, str) for value in (promise.order_id, promise.reference, promise.key or "")):
            raise StackProblem(f"{self.path} is no ledger: line {number}: order_id and reference are texts")
        return promise
