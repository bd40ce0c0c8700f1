"""What waits in notifier's own database: for the strip that is on every page of the console."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import distinct, func, select
from sqlmodel import col

from services.notifier.commands import OPS_ON_DUTY
from services.notifier.models import BuriedLetter, Delivery, Notice
from services.notifier.models.notices import WAITING_ROWS
from services.notifier.policies.kinds import ALERTED
from services.notifier.policies.letters import LetterState
from shared.persistence.engine import Database

LATELY = timedelta(days=1)


class Waiting(NamedTuple):
    """Dead letters that nobody has settled, messages that have not left, the channels that refuse some, and how often
    ops were told of alerts in the last day (domain time).
    """

    letters: int
    messages: int
    channels: int
    alerts: int


class StandingQueries:
    """Counts what waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, now: datetime) -> Waiting:
        """All of it at an instant."""
        dead = select(func.count()).where(col(BuriedLetter.state) == LetterState.DEAD.value)
        refused = col(Delivery.error).is_not(None)
        messages = select(
            func.count(), func.count(distinct(col(Delivery.channel))).filter(refused).label("channels")
        ).where(WAITING_ROWS.of(col(Delivery.state)))
        alerted = select(func.count()).where(
            col(Notice.recipient_role) == OPS_ON_DUTY.role.value,
            col(Notice.recipient_id) == OPS_ON_DUTY.id,
            col(Notice.kind) == ALERTED,
            col(Notice.made_at) > now - LATELY,
        )
        async with self._database.reading() as session:
            letters = await session.scalar(dead) or 0
            waiting, channels = (await session.execute(messages)).one()
            alerts = await session.scalar(alerted) or 0
        return Waiting(letters, waiting, channels, alerts)
