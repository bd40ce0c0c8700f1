"""The letterbox: its owner has read a notice."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifier.commands import ReadNotice
from services.notifier.repository import Unit
from services.notifier.use_cases.confirming import letterbox_topic
from shared.contracts.refusal import NotFound, Refusal


async def read_notices(uow: Unit, commands: Sequence[ReadNotice]) -> list[str | Refusal]:
    """Mark notices as read; reading twice changes nothing. Answers are notice ids.

    Refusals: ``NotFound`` for a notice that is not there, or another's.
    """
    found = await uow.repository.notices({command.notice_id for command in commands})
    answers: list[str | Refusal] = []
    for command in commands:
        notice, owner = found.get(command.notice_id), command.recipient
        if notice is None or (notice.recipient_role, notice.recipient_id) != (owner.role.value, owner.id):
            answers.append(NotFound())
            continue
        notice.read(uow.now)
        uow.announce(letterbox_topic(owner))
        answers.append(notice.notice_id)
    return answers
