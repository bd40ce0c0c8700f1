"""The audits of three services, verified: a whole one, and each way to tamper with one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.verify.audits import AUDITS, audits_are_whole
from deploy.verify.evidence import Databases, opened
from services import intake, matcher, notifier
from shared.contracts.audit import SYSTEM, Deed, What, Who
from shared.identity.keys import create_keys, read_key
from shared.persistence.audit import Chain, Head, Seal
from tests.migrated import make_tables

ROWS = 4
OPS = Who("ops", "o-1")
SERVICES = {"intake": intake, "matcher": matcher, "notifier": notifier}


@asynccontextmanager
async def three(urls: dict[str, str], folder: Path) -> AsyncIterator[Databases]:
    """Three services' databases, each with an audit of ``ROWS`` rows whose end the logs tell."""
    create_keys(folder / "keys", ["audit"])
    (folder / "logs").mkdir()
    for service, url in urls.items():
        await make_tables(url, Path(SERVICES[service].__file__ or "").parent / "migrations")
    async with opened(urls) as databases:
        for service in urls:
            say(folder, service, await append(databases, folder, service, [Deed(OPS, What.REPLAYED)] * ROWS))
        yield databases


async def append(databases: Databases, folder: Path, service: str, deeds: Sequence[Deed]) -> Head:
    """Further rows; answers where the audit ends then."""
    chain = Chain(AUDITS[service], Seal(service, read_key(folder / "keys", "audit")))
    async with databases.named()[service].writing() as session:
        await chain.append(session, deeds)
        return await chain.head(session)


def lose_key(folder: Path) -> None:
    """The key is gone, and a start makes another."""
    (folder / "keys" / "audit.key").unlink()
    create_keys(folder / "keys", ["audit"])


def say(folder: Path, service: str, head: Head) -> None:
    """A line of a log that says where an audit ends."""
    told = {"timestamp": datetime.now(UTC).isoformat(), "event": "audit.anchored", "service": service}
    with (folder / "logs" / f"{service}.log").open("a") as log:
        log.write(json.dumps({**told, "sequence": head.sequence, "hash": head.hash}) + "\n")


async def cut(databases: Databases, service: str, after: int) -> None:
    """Rows taken off the end by whoever owns the database."""
    database = databases.named()[service]
    off = "DROP TRIGGER audit_not_deleted" if database.is_sqlite else "ALTER TABLE audit DISABLE TRIGGER ALL"
    async with database.engine.begin() as connection:
        await connection.execute(text(off))
        await connection.execute(text(f"DELETE FROM audit WHERE sequence > {after}"))  # noqa: S608 - a number


@pytest.fixture
def urls(new_database_url: object) -> dict[str, str]:
    """An empty database for each service, all on SQLite or all on PostgreSQL."""
    return {service: new_database_url() for service in AUDITS}  # type: ignore[operator]


async def test_a_cut_end_and_a_forged_one_are_found_and_a_restore_is_neither(
    urls: dict[str, str], tmp_path: Path
) -> None:
    """Whole after a restore that says so; then rows are missing that were said to be there; then others stand there."""
    async with three(urls, tmp_path) as databases:

        async def broken() -> Sequence[str]:
            return (await audits_are_whole(databases, tmp_path / "keys", tmp_path / "logs")).broken

        await cut(databases, "intake", 2)
        await append(databases, tmp_path, "intake", [Deed(SYSTEM, What.RESTORED)])
        whole = await broken()
        await cut(databases, "matcher", 2)
        short = await broken()
        await append(databases, tmp_path, "matcher", [Deed(OPS, What.DISCARDED)] * ROWS)  # with the very key
        assert ([], ["matcher: the end was cut off: rows 3 to 4 are missing"]) == (whole, short)
        assert ["matcher: row 4 is not the one that was said to be there"] == await broken()


async def test_a_lost_key_is_said_by_the_chain_and_told_in_one_line(urls: dict[str, str], tmp_path: Path) -> None:
    """The chain goes on under the new key from a row that says so; what was written before, nobody can tell. What logs
    said of the rows before still binds them."""
    async with three(urls, tmp_path) as databases:

        async def broken() -> Sequence[str]:
            return (await audits_are_whole(databases, tmp_path / "keys", tmp_path / "logs")).broken

        lose_key(tmp_path)
        for service in urls:
            await append(databases, tmp_path, service, [Deed(OPS, What.SEARCHED)] * 2)
        line = "the key was lost: whether rows 1 to 4 are what was written, nobody can tell"
        assert [f"{service}: {line}" for service in urls] == await broken()
        async with databases.intake.reading() as session:
            told = await session.execute(text("SELECT sequence, what, up_to FROM audit WHERE sequence > 4"))
            assert [(5, "broken", 4), (6, "searched", None), (7, "searched", None)] == [tuple(row) for row in told]
        await cut(databases, "intake", 3)
        assert "intake: the end was cut off: row 4 is missing" in await broken()
