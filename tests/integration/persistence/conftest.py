"""An empty ledger on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.persistence.engine import Database
from tests.integration.ledger import ledger_database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with the ledger's tables; the test runs on SQLite and on PostgreSQL."""
    async with ledger_database(database_url) as database:
        yield database
