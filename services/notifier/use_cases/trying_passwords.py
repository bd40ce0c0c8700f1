"""Counting passwords before they are looked at, in the database: for all replicas, over restarts, tries at once too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifier.models import PasswordTries
from services.notifier.policies.passwords import FREE_OF_ADDRESS, TooManyTries
from services.notifier.repository import Unit
from shared.contracts.audit import STRANGER, Deed, Verdict, What
from shared.contracts.refusal import Refusal
from shared.identity.waiting import FORGIVEN


@dataclass(frozen=True)
class Try:
    """A password is about to be looked at, or was right; keyed hashes, wall time."""

    name_print: str
    address_print: str
    wall: datetime


class TryingPasswords:
    """Each try beyond the first ``free`` makes the name wait longer, and the address beyond some more."""

    def __init__(self, free: int) -> None:
        self._free = free

    async def count_tries(self, uow: Unit, commands: Sequence[Try]) -> list[Refusal | None]:
        """Count those that did not have to wait; the audit has each that makes others wait. Refusals:
        ``TooManyTries``.
        """
        prints = {one for command in commands for one in (command.name_print, command.address_print)}
        known = await uow.repository.password_tries(prints)
        answers: list[Refusal | None] = []
        for command in commands:
            name = self._row(uow, known, command.name_print, command.wall)
            address = self._row(uow, known, command.address_print, command.wall)
            until = max(name.wait_until, address.wait_until)
            if command.wall < until:
                answers.append(TooManyTries(until - command.wall))
                continue
            name.add(command.wall, self._free)
            address.add(command.wall, self._free * FREE_OF_ADDRESS)
            if max(name.wait_until, address.wait_until) > command.wall:
                uow.audit(Deed(STRANGER, What.LIMITED, field="password", verdict=Verdict.REFUSED))
            answers.append(None)
        return answers

    async def forgive(self, uow: Unit, commands: Sequence[Try]) -> list[Refusal | None]:
        """The password was right: its name begins anew, and what nobody tried for a day is forgotten."""
        for command in commands:
            await uow.repository.forget_tries(command.name_print, command.wall - FORGIVEN)
        return [None for _ in commands]

    @staticmethod
    def _row(uow: Unit, known: dict[str, PasswordTries], print_: str, wall: datetime) -> PasswordTries:
        if print_ not in known:
            known[print_] = PasswordTries(print=print_, last_at=wall, wait_until=wall)
            uow.repository.add(known[print_])
        return known[print_]
