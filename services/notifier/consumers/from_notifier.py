"""What notifier hears of itself: for the index of events alone."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifier.repository import Unit
from services.notifier.use_cases.confirming import index_events
from shared.contracts import notifier
from shared.contracts.envelope import Fact
from shared.contracts.refusal import Refusal
from shared.messaging.consuming import Hearing

Answers = list[Refusal | None]

from_notifier = Hearing("notifier", "notifier")


@from_notifier.on(notifier.NoticeSent)
async def on_notice_sent(uow: Unit, facts: Sequence[Fact[notifier.NoticeSent]]) -> Answers:
    """For the index of events alone."""
    return await index_events(uow, facts)


@from_notifier.on(notifier.NoticeFailed)
async def on_notice_failed(uow: Unit, facts: Sequence[Fact[notifier.NoticeFailed]]) -> Answers:
    """For the index of events alone."""
    return await index_events(uow, facts)
