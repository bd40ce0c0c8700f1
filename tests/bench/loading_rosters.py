"""How long matcher takes at its start to read its volunteers, open what is sealed of them, and build the index."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sqlalchemy import insert

from deploy.attached import load_definition
from deploy.definitions import REFERENCE_COUNTY
from services.matcher.models import MatcherTable, Roster, Volunteer
from services.matcher.models.personal import Personal
from services.matcher.repository import Repository
from services.matcher.use_cases.directories import Directories
from shared.community.hours import VolunteerKind
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

CHUNK = 5_000


async def load_seconds(folder: Path, count: int) -> tuple[int, float]:
    """So many volunteers on SQLite; seconds until they can be found."""
    rules, vault = load_definition(REFERENCE_COUNTY), Vault(bytes(range(32)))
    database = Database(f"sqlite+aiosqlite:///{folder / f'{count}.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(MatcherTable.metadata.create_all)
    grids = [area.code for area in rules.areas.of_kind("grid")]
    draw = random.Random(count)  # noqa: S311 - the same people every time
    for first in range(0, count, CHUNK):
        rows = [_row(vault, number, draw.choice(grids)) for number in range(first, min(count, first + CHUNK))]
        async with database.writing() as session:
            await session.execute(insert(Volunteer), rows)
    async with database.writing() as session:
        session.add(Roster(version="1", imported_at=datetime.now(UTC), imported_by="bench", revision=1))
    directories, began = Directories(rules, vault), perf_counter()
    async with database.reading() as session:
        found = await directories.current(Repository(session))
    assert len(found) == count
    took = perf_counter() - began
    await database.close()
    return count, took


def _row(vault: Vault, number: int, home: str) -> dict[str, object]:
    volunteer_id = f"volunteer-{number:08}"
    told = Personal(name="某某某", phone=f"+86154{number:08}", kind=VolunteerKind.IN_SERVICE, unit="u-001", home=home)
    return {
        "volunteer_id": volunteer_id,
        "sealed": told.sealed(vault, volunteer_id),
        "phone_fingerprint": f"{number:064}",
        "on_duty": False,
        "capacity": 2,
        "held": 0,
        "served_minutes": 0,
        "position": number,
        "daily_offers": 3,
        "urgent_at_work": False,
        "asked": 0,
        "asked_today": 0,
        "revision": 1,
    }
