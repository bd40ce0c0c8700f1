"""One-time codes asked for, made, entered, forgotten: for residents who look for orders and for who signs in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.contracts.refusal import Refusal
from shared.identity.codes import CodeColumns, CodeLimits, CodeNotAccepted
from shared.persistence.unit_of_work import UnitOfWork

Unit = UnitOfWork[Any]
"""Whose repository has a ``CodeRepository`` as its part."""


@dataclass(frozen=True)
class AskCode:
    """Somebody at a network address wants a code for a phone; of all three the keyed hash."""

    claim_hash: str
    phone_print: str
    address_print: str
    wall: datetime


@dataclass(frozen=True)
class MakeCode:
    """This code goes to the phone."""

    claim_hash: str
    code_print: str = field(repr=False)


@dataclass(frozen=True)
class EnterCode:
    """What was typed, by whoever holds the claim."""

    claim_hash: str
    phone_print: str
    code_print: str = field(repr=False)
    wall: datetime


class AskingCodes:
    """Keeps codes within their limits. Times are wall time; whether a phone is known makes no difference here."""

    def __init__(self, limits: CodeLimits) -> None:
        self.limits = limits

    async def ask_codes(self, uow: Unit, commands: Sequence[AskCode]) -> list[Refusal | None]:
        """Remember that codes were asked for. Refusals: ``TooManyCodes``."""
        asked = await uow.repository.codes_asked(max(command.wall for command in commands))
        answers: list[Refusal | None] = []
        for command in commands:
            try:
                asked.add(command.phone_print, command.address_print, self.limits)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            uow.repository.add_code(command.claim_hash, command.phone_print, command.address_print, command.wall)
            answers.append(None)
        return answers

    async def make_codes(self, uow: Unit, commands: Sequence[MakeCode]) -> list[Refusal | None]:
        """Keep the print of a code that is about to be sent. Refusals: ``CodeNotAccepted``, it is forgotten already."""
        rows: dict[str, CodeColumns] = await uow.repository.codes_of([command.claim_hash for command in commands])
        answers: list[Refusal | None] = []
        for command in commands:
            row = rows.get(command.claim_hash)
            if row is not None:
                row.code_print = command.code_print
            answers.append(None if row is not None else CodeNotAccepted())
        return answers

    async def enter_codes(self, uow: Unit, commands: Sequence[EnterCode]) -> list[Refusal | None]:
        """Use codes up; a refused attempt is counted all the same. Refusals: ``CodeNotAccepted``, ``CodeDead``."""
        rows: dict[str, CodeColumns] = await uow.repository.codes_of([command.claim_hash for command in commands])
        answers: list[Refusal | None] = []
        for command in commands:
            row = rows.get(command.claim_hash)
            try:
                if row is None:
                    raise CodeNotAccepted
                row.enter(command.phone_print, command.code_print, command.wall, self.limits)
                answers.append(None)
            except Refusal as refusal:
                answers.append(refusal)
        return answers

    async def forget_codes(self, uow: Unit, walls: Sequence[datetime]) -> list[Refusal | None]:
        """Keep nothing longer than it is needed."""
        await uow.repository.forget_codes(max(walls), self.limits.valid)
        return [None for _ in walls]
