"""What doors write into the audit when no use case does: reads, refusals, what was given out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from shared.contracts.audit import Deed
from shared.contracts.refusal import Refusal
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import UnitOfWork


class Auditing(Protocol):
    """Where doors tell what was done."""

    async def note(self, *deeds: Deed) -> None:
        """Returns once they are committed. Raises ``Unavailable``: what cannot be noted is not to be shown."""

    def count_stranger(self) -> None:
        """Somebody nobody knows looked for what is not there. One row tells of many of them, so that no stranger fills
        the audit."""


async def note_deeds(uow: UnitOfWork[Any], groups: Sequence[Sequence[Deed]]) -> list[Refusal | None]:
    """Chain deeds to the audit."""
    for deeds in groups:
        uow.audit(*deeds)
    return [None for _ in groups]


class Audit:
    """Writes through a service's ``writer``, so that a burst of deeds is one commit."""

    def __init__(self, writer: GroupCommit[Any]) -> None:
        self._writer = writer
        self.strangers = 0

    async def note(self, *deeds: Deed) -> None:
        """See ``Auditing``."""
        await self._writer.do(note_deeds, deeds)

    def count_stranger(self) -> None:
        """See ``Auditing``."""
        self.strangers += 1
