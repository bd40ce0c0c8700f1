"""How a service hears a dead letter again: by the reading, consumer, inbox and writer of a delivered message.

Nothing is published for it, so nobody else hears it; and what took effect before has none again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog

from shared.contracts.refusal import Refusal, TooEarly, Unavailable
from shared.contracts.requests import HEAR_AGAIN, HearAgain, HeardAgain, HeardAs
from shared.contracts.unheard import Cause, Poison, reason_of
from shared.messaging.consuming import Hearing
from shared.messaging.requests import Answers
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()


class HearingAgain:
    """The dead letters of one service, heard by its own ``hearings``."""

    def __init__(self, writer: GroupCommit[Any], hearings: Sequence[Hearing]) -> None:
        self._writer = writer
        self._hearings = {hearing.durable: hearing for hearing in hearings}

    async def hear(self, letter: HearAgain) -> HeardAgain:
        """Hear one letter. Raises ``Unavailable`` when the database is away or busy: it may have been heard."""
        hearing = self._hearings.get(letter.durable)
        if hearing is None:
            return HeardAgain(result=HeardAs.REFUSED, reason=Cause.UNKNOWN_TYPE.value)
        try:
            fact = hearing.read(letter.published_under, letter.headers, letter.body)
            heard = await hearing.hear(self._writer, fact)
        except Unavailable:
            raise
        except TooEarly as error:
            return HeardAgain(result=HeardAs.TOO_EARLY, reason=reason_of(error))
        except (Poison, Refusal) as error:
            return HeardAgain(result=HeardAs.REFUSED, reason=reason_of(error))
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and the letter stays where it is
            log.warning("letter.failed", durable=letter.durable, error=type(error).__name__)
            return HeardAgain(result=HeardAs.FAILED, reason=reason_of(error))
        return HeardAgain(result=HeardAs(heard.value))


def answers_of(service: str, again: HearingAgain) -> Answers | None:
    """The door through which a service is asked; None for the one that keeps the letters itself."""
    if (request := HEAR_AGAIN.get(service)) is None:
        return None
    answers = Answers(service)
    answers.on(request)(again.hear)
    return answers
