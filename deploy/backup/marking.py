"""A restored audit says that it was restored: what came after the backup is not in it, and nobody cut it off."""

from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.backup.installation import Installation
from deploy.verify.audits import AUDITS
from shared.contracts.audit import Deed, What, Who
from shared.identity.keys import create_keys, read_key
from shared.persistence.audit import Chain, Seal
from shared.persistence.engine import Database

_RESTORER = Who("operator")
"""Whoever may restore has the machine; who they are, the machine's own log says."""


async def mark_audits(installation: Installation) -> None:
    """Add a row to each audit. A backup from before there was an audit has none; it begins with its migrations.

    An installation whose keys are older than audits has no key for them; then one is made, as at a start.
    """
    create_keys(installation.keys, ["audit"])
    key = read_key(installation.keys, "audit")
    for service, url in installation.databases.items():
        database = Database(url, pool=1)
        try:
            async with database.writing() as session:
                if await _has_audit(session):
                    await Chain(AUDITS[service], Seal(service, key)).append(session, [Deed(_RESTORER, What.RESTORED)])
        finally:
            await database.close()


async def _has_audit(session: AsyncSession) -> bool:
    connection = await session.connection()
    return await connection.run_sync(lambda sync: inspect(sync).has_table("audit"))
