"""Databases of all three services, migrated once and copied."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.intake import app as intake
from services.matcher import app as matcher
from services.notifier import app as notifier
from shared.community.definition import Community, load
from shared.persistence.engine import Database
from shared.persistence.migrating import migrate

COUNTY = Path(__file__).parents[3] / "deploy/definitions/reference/county.toml"
_SERVICES: dict[str, Any] = {"intake": intake, "matcher": matcher, "notifier": notifier}


@pytest.fixture(scope="session")
def rules() -> Community:
    """The reference county, its clocks and hours as they are."""
    return load(COUNTY)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An SQLite database of each service, to be copied."""
    folder = tmp_path_factory.mktemp("together")
    files = {service: folder / f"{service}.db" for service in _SERVICES}

    async def run() -> None:
        for service, file in files.items():
            database = Database(f"sqlite+aiosqlite:///{file}")
            await migrate(database, _SERVICES[service].MIGRATIONS)
            await database.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
    return files
