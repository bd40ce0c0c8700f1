"""What a service remembers of its stream changes with what the broker says: three use cases of every relay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from shared.contracts.refusal import Refusal
from shared.messaging.inbox import MessagingRepository
from shared.messaging.published import Acknowledged, PublishedAgain, PublishedColumns, Seen
from shared.messaging.streams import KEPT_SECONDS
from shared.persistence.unit_of_work import UnitOfWork

MARGIN = 1024
"""So many events more than a stream has lost at its end are published again: they may have overtaken one another."""

M = TypeVar("M", bound=MessagingRepository)


async def meet_streams(uow: UnitOfWork[M], seen: Sequence[Seen]) -> list[Refusal | None]:
    """Compare streams with what was remembered of them, and note what they have lost."""
    for one in seen:
        row = await uow.repository.published_to(one.stream)
        if row is None:
            row = await uow.repository.remember(one)
            if one.last_sequence == 0:
                await _lose_all(uow.repository, row)
        elif row.created != one.created:
            row.created, row.last_sequence = one.created, one.last_sequence
            await _lose_all(uow.repository, row)
        elif one.last_sequence < row.last_sequence:
            await _lose_end(uow.repository, row, one.last_sequence)
    return [None for _ in seen]


async def mark_sent(uow: UnitOfWork[M], pages: Sequence[Acknowledged]) -> list[Refusal | None]:
    """Mark outbox rows as acknowledged by the broker."""
    for page in pages:
        await _acknowledge(uow.repository, page)
        await uow.repository.mark_sent(page.positions, datetime.now(UTC))
    return [None for _ in pages]


async def mark_published_again(uow: UnitOfWork[M], pages: Sequence[PublishedAgain]) -> list[Refusal | None]:
    """Note how far a lost stream has been published again; from here it goes on after a crash."""
    for page in pages:
        await _acknowledge(uow.repository, page)
        if (row := await uow.repository.published_to(page.stream)) is not None:
            row.reach(page.up_to)
    return [None for _ in pages]


async def _acknowledge(repository: MessagingRepository, page: Acknowledged | PublishedAgain) -> None:
    row = await repository.published_to(page.stream)
    if row is None or not page.last:
        return
    if page.first <= row.last_sequence:  # that sequence was another event's before
        await _lose_end(repository, row, page.first - 1)
    row.acknowledge(page.last)


async def _lose_all(repository: MessagingRepository, row: PublishedColumns) -> None:
    """What the stream would have forgotten by now is not published again: it has been there for as long as it stays."""
    kept_since = datetime.now(UTC) - timedelta(seconds=KEPT_SECONDS)
    row.publish_again(await repository.before_sent_since(kept_since), await repository.last_sent())


async def _lose_end(repository: MessagingRepository, row: PublishedColumns, last: int) -> None:
    begin = await repository.before_last_sent(row.last_sequence - last + MARGIN)
    if row.again_from is not None and row.may_lack(last):
        begin = min(begin, row.again_from)
    row.publish_again(begin, await repository.last_sent())
    row.last_sequence = last
