"""The schema the migrations make is the one the models describe."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from services.matcher.models import Claim, MatcherTable, Roster, Volunteer
from shared.persistence.engine import Database
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


_AT = "'2026-11-22 00:00:00.000000'"
_BEFORE = {
    "rosters (name, version, imported_at, imported_by)": f"'current', 'r', {_AT}, 'c'",
    "volunteers (volunteer_id, sealed, phone_fingerprint, on_duty, capacity, held, served_minutes, position)": (
        "'v-1', :sealed, 'p', false, 2, 0, 0, 1"
    ),
    "posts (post_id, skill, area, headcount)": "'safety-g1', 'safety', 'g1', 2",
    "claims (post_id, volunteer_id, vetted)": "'safety-g1', 'v-1', false",
    "dispatches (order_id, reference, version, intake_version, state, service, served_by, grid, urgency, desk_area,"
    " tier, due_at, next_step, round, traceparent, placed_at)": (
        f"'o-1', 'R-1', 1, 1, 'offered', 's', 'post', 'g1', 'normal', 'g1', 'grid', {_AT}, 'accept', 1, '', {_AT}"
    ),
    "legs (leg_id, order_id, position, round, headcount, state, hand_backs, waves)": (
        "'l-1', 'o-1', 1, 1, 1, 'open', 0, 1"
    ),
    "waves (wave_id, leg_id, number, started_at, ends_at)": f"'w-1', 'l-1', 1, {_AT}, {_AT}",
    "offers (offer_id, leg_id, order_id, wave_id, volunteer_id, state, made_at, expires_at)": (
        f"'f-1', 'l-1', 'o-1', 'w-1', 'v-1', 'open', {_AT}, {_AT}"
    ),
}
"""One row of each table, as the first version had them."""


async def test_a_roster_from_before_claims_had_states_keeps_what_it_had(database_url: str) -> None:
    """Claims count from the import on, open offers are counted, and a directory will read everybody again."""
    database = Database(database_url)
    try:
        await _upgrade(database, "0001")
        async with database.writing() as session:
            for place, row in _BEFORE.items():
                insert = text(f"INSERT INTO {place} VALUES ({row})")  # noqa: S608 - the words above
                await session.execute(insert, {"sealed": b"s"} if ":sealed" in row else {})
        await _upgrade(database, "head")
        async with database.reading() as session:
            (claim,) = await session.scalars(select(Claim))
            (person,) = await session.scalars(select(Volunteer))
            (roster,) = await session.scalars(select(Roster))
    finally:
        await database.close()
    assert ("held", datetime(2026, 11, 22, tzinfo=UTC)) == (claim.state, claim.claimed_at)
    assert (1, 3, 0, 1, 1) == (
        person.asked, person.daily_offers, person.asked_today, person.revision, roster.revision,
    )  # fmt: skip


async def _upgrade(database: Database, revision: str) -> None:
    """Bring a database to one version of matcher's."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade)
