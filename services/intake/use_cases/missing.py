"""Counting who looks for orders that are not there, or not theirs, in the database: for all replicas, over restarts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.models import Misses
from services.intake.policies.missing import TooManyMisses
from services.intake.repository import Unit
from shared.contracts.refusal import Refusal
from shared.identity.waiting import FORGIVEN


@dataclass(frozen=True)
class Missed:
    """A network address (its keyed hash) looked for what is not there; wall time."""

    address_print: str
    wall: datetime


class Missing:
    """Counts misses; each beyond the first ``free`` makes the address wait longer for its next."""

    def __init__(self, free: int) -> None:
        self._free = free

    async def count_misses(self, uow: Unit, commands: Sequence[Missed]) -> list[Refusal | None]:
        """Count those that did not have to wait. Refusals: ``TooManyMisses``."""
        known = await uow.repository.misses_of({command.address_print for command in commands})
        answers: list[Refusal | None] = []
        for command in commands:
            row = known.get(command.address_print)
            if row is None:
                row = Misses(address_print=command.address_print, last_at=command.wall, wait_until=command.wall)
                known[command.address_print] = row
                uow.repository.add(row)
            if command.wall < row.wait_until:
                answers.append(TooManyMisses(row.wait_until - command.wall))
                continue
            row.add(command.wall, self._free, FORGIVEN)
            answers.append(None)
        return answers

    async def forgive(self, uow: Unit, walls: Sequence[datetime]) -> list[Refusal | None]:
        """Keep nothing longer than it is counted."""
        await uow.repository.forgive_misses(max(walls) - FORGIVEN)
        return [None for _ in walls]
