"""``paidan access``: what it does to who is let in stands in an audit that is whole, written beside the service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from deploy.cli import app
from deploy.verify.audits import AUDITS
from services import notifier
from shared.contracts.audit import SYSTEM, Deed, What
from shared.contracts.words import Role
from shared.identity.access_book import AccessBook
from shared.identity.keys import create_keys, read_key
from shared.identity.tokens import Caller, TokenSigner
from shared.persistence.audit import Chain, Seal
from shared.persistence.checking import check_chain
from shared.persistence.engine import Database
from tests.migrated import make_tables

HOUR = timedelta(hours=1)


def run(data: Path, *words: str, typed: str = "") -> str:
    """One command on an installation that does not run."""
    result = CliRunner().invoke(app, ["access", *words, "--data", str(data)], input=typed)
    assert (0, None) == (result.exit_code, result.exception), result.output
    return result.output


async def test_each_command_leaves_a_row_of_a_chain_that_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who did it, what, and to whom or what, after what the service wrote itself; a token by its id alone."""
    url, keys = f"sqlite+aiosqlite:///{tmp_path / 'notifier.db'}", tmp_path / "keys"
    monkeypatch.setenv("PAIDAN_NOTIFIER_DATABASE_URL", url)
    create_keys(keys)
    await make_tables(url, Path(notifier.__file__ or "").parent / "migrations")
    database, seal = Database(url, pool=1), Seal("notifier", read_key(keys, "audit"))
    async with database.writing() as session:
        await Chain(AUDITS["notifier"], seal).append(session, [Deed(SYSTEM, What.ALERTED)])
    await _run_all(tmp_path, keys)
    async with database.reading() as session:
        rows = await session.execute(text("SELECT role, what, field, subject FROM audit ORDER BY sequence"))
        told = [tuple(row) for row in rows]
    checked = await check_chain(database, AUDITS["notifier"], seal, set())
    await database.close()
    (token_id,) = [subject for _, _, field, subject in told if field == "access_revoke"]
    assert told[1:] == [
        ("operator", "keyed", "access_rotate", "1"),
        ("operator", "keyed", "access_revoke", token_id),
        ("operator", "signed_out", "access_end:volunteer", "v-1"),
        ("operator", "keyed", "access_ops_add", "ops-1"),
    ]
    assert (16, []) == (len(token_id), checked.broken)


async def _run_all(data: Path, keys: Path) -> None:
    signer = TokenSigner(read_key(keys, "tokens"), AccessBook(keys))
    commands: Sequence[tuple[tuple[str, ...], str]] = [
        (("rotate",), ""),
        (("revoke",), ""),
        (("end", "--role", "volunteer", "--subject", "v-1"), ""),
        (("ops", "add", "ops-1"), "correct horse battery\n"),
    ]
    for words, typed in commands:
        token = signer.sign(Caller(Role.OPS, "o-9"), HOUR) if words == ("revoke",) else typed
        await asyncio.to_thread(run, data, *words, typed=token)
