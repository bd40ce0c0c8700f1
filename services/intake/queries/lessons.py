"""What coordinators have taught of the words of one text."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.intake.models import TaughtRun
from services.intake.policies.learning import Lesson, learnable, taught
from services.intake.policies.suggesting import Suggested, Suggesting
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class Taught:
    """Suggestions with what was learned: read for each text anew, so that every replica knows it at once."""

    def __init__(self, database: Database, vault: Vault, suggesting: Suggesting) -> None:
        self._database = database
        self._vault = vault
        self._suggesting = suggesting

    async def suggest(self, text: str) -> Suggested:
        """What the words may mean, by the catalogue and by corrections."""
        weights = self._suggesting.weighed(text)
        runs = {self._vault.fingerprint(f"run:{run}"): run for run in learnable(weights)}
        if not runs:
            return self._suggesting.suggest(text)
        found = select(TaughtRun).where(col(TaughtRun.run_print).in_(runs), col(TaughtRun.count) > 0)
        async with self._database.reading() as session:
            rows = list(await session.scalars(found))
        lessons = [Lesson(row.service, runs[row.run_print], row.by, row.count) for row in rows]
        learned = taught({run: weights[run] for run in runs.values()}, lessons)
        return self._suggesting.suggest(text, learned)
