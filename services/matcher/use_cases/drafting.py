"""A roster is sent, and kept sealed until it is imported, put aside, or too old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.matcher.models import RosterDraft
from services.matcher.repository import Unit
from shared.contracts.refusal import NotFound, Refusal
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class KeepDraft:
    """A coordinator has sent a file; ``suffix``: ``.csv`` or ``.xlsx``."""

    by: str
    suffix: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class PutAside:
    """A coordinator does not want their file any more."""

    draft_id: str
    by: str


class Drafting:
    """Keeps what was sent, each file sealed under its own id."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def keep_drafts(self, uow: Unit, commands: Sequence[KeepDraft]) -> list[str]:
        """Each file's id."""
        return [self._kept(uow, command) for command in commands]

    async def put_aside(self, uow: Unit, commands: Sequence[PutAside]) -> list[Refusal | None]:
        """Let files go. Refusals: ``NotFound`` for another's."""
        answers: list[Refusal | None] = []
        for command in commands:
            draft = await uow.repository.draft(command.draft_id)
            mine = draft is not None and draft.by == command.by
            if mine:
                await uow.repository.drop_drafts([command.draft_id])
            answers.append(None if mine else NotFound())
        return answers

    async def drop_old(self, uow: Unit, draft_ids: Sequence[str]) -> list[None]:
        """Their time is over."""
        await uow.repository.drop_drafts(draft_ids)
        return [None] * len(draft_ids)

    def _kept(self, uow: Unit, command: KeepDraft) -> str:
        draft_id = uow.new_id()
        sealed = self._vault.seal_bytes(draft_id, command.content)
        draft = RosterDraft(draft_id=draft_id, by=command.by, suffix=command.suffix, sealed=sealed, kept_at=uow.now)
        uow.repository.keep_draft(draft)
        return draft_id
