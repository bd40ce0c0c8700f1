"""Notifier's JSON doors for dead letters: what could not be heard, and what ops do about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.notifier.access import Doors
from services.notifier.commands import Discard
from services.notifier.policies.letters import LetterState
from services.notifier.queries.dead_letters import LetterFilter
from services.notifier.queries.views import DeadLetterView, ReplayedView
from shared.web.callers import OpsCaller
from shared.web.paging import After, Limit, Page

LONGEST = 200
LetterId = Annotated[str, Path(max_length=LONGEST)]
Name = Annotated[str, Query(max_length=LONGEST)]


class ReplayLetters(BaseModel):
    """Which waiting letters are to be heard again: of a service, a durable, a reason or its cause; empty is all.

    ``cursor``: the ``next`` of the list before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str = Field(default="", max_length=LONGEST)
    durable: str = Field(default="", max_length=LONGEST)
    reason: str = Field(default="", max_length=LONGEST)
    cursor: str | None = Field(default=None, max_length=1000)


def dead_letter_doors(doors: Doors) -> APIRouter:
    """``/dead-letters``; for ops alone."""
    router = APIRouter(prefix="/dead-letters", tags=["operations"])

    @router.get("")
    async def dead_letters(
        _ops: OpsCaller,
        state: LetterState | None = None,
        service: Name = "",
        durable: Name = "",
        reason: Annotated[str, Query(max_length=LONGEST, description="A reason, or its cause alone.")] = "",
        cursor: After = None,
        limit: Limit = 50,
    ) -> Page[DeadLetterView]:
        """What could not be heard, why, and what was done about it, newest first."""
        only = LetterFilter(state or "", service, durable, reason)
        return await doors.dead_letters.page(only, cursor, limit)

    @router.post("/replay")
    async def replay_all(ops: OpsCaller, wanted: ReplayLetters) -> ReplayedView:
        """Have waiting letters heard again, in the order they were buried, a list at a time; what took effect before
        has none again."""
        only = LetterFilter("", wanted.service, wanted.durable, wanted.reason)
        return await doors.settling.replay_all(only, wanted.cursor, ops.subject)

    @router.post("/{dead_letter_id}/replay")
    async def replay(ops: OpsCaller, dead_letter_id: LetterId) -> DeadLetterView:
        """Have one letter heard again by the service that could not; 409 with ``reason`` when it still cannot."""
        return await doors.settling.replay(dead_letter_id, ops.subject)

    @router.post("/{dead_letter_id}/discard")
    async def discard(ops: OpsCaller, dead_letter_id: LetterId, wanted: Discard) -> DeadLetterView:
        """Nobody shall hear it; 409 when it took effect already."""
        return await doors.settling.discard(dead_letter_id, wanted.reason, ops.subject)

    return router
