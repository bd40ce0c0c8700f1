"""Dead letters of all services are indexed, so that ops see what could not be heard, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from services.notifier.repository import Unit
from shared.messaging.dead_hearing import DeadLetter

DEAD_LETTERS = "dead-letters"
"""The topic of whoever watches the dead letters."""


async def index_dead_letters(uow: Unit, letters: Sequence[DeadLetter]) -> list[None]:
    """Hear dead letters; one that is known already changes nothing."""
    rows = [{**asdict(letter), "headers": json.dumps(dict(letter.headers)), "state": "dead"} for letter in letters]
    await uow.repository.add_dead_letters(rows)
    uow.announce(DEAD_LETTERS)
    return [None for _ in letters]
