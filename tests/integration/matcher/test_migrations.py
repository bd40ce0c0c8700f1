"""The schema the migrations make is the one the models describe."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.matcher.models import MatcherTable
from shared.persistence.migrating import check_migrated
from tests.integration.matcher.stage import MIGRATIONS, Stage


async def test_migrations_make_what_the_models_describe(stage: Stage) -> None:
    """No drift between models and migrations, on both databases."""

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, MatcherTable.metadata))

    async with stage.database.engine.connect() as connection:
        assert [] == await connection.run_sync(differences)
    await check_migrated(stage.database, MIGRATIONS)
