"""What commands do to who is let in stands in the audit of notifier, where ops look: written beside the service.

The chain is one for everybody who writes it: rows are chained in the transaction that commits them, one writer after
the other, so a command needs no service that runs, and no service has to hear of it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from deploy.backup.installation import Installation
from deploy.problems import StackProblem
from deploy.verify.audits import AUDITS
from shared.contracts.audit import Deed, What, Who
from shared.contracts.refusal import Unavailable
from shared.identity.keys import KeyMissing, read_key
from shared.persistence.audit import Chain, Seal
from shared.persistence.engine import DATABASE_ERRORS, Database

OPERATOR = Who("operator")
"""Whoever may run commands has the machine; who they are, the machine's own log says."""
_SERVICE = "notifier"


def note(data: Path, what: What, field: str, subject: str = "") -> None:
    """Chain a row: what was done by the command ``field``, to whom or what. Raises ``StackProblem`` where it cannot be
    written; the deed is done all the same.
    """
    installation = Installation.at(data)
    try:
        key = read_key(installation.layout.keys, "audit")
        asyncio.run(_append(installation.databases[_SERVICE], key, Deed(OPERATOR, what, subject=subject, field=field)))
    except (KeyMissing, Unavailable, *DATABASE_ERRORS) as error:
        raise StackProblem(
            f"that is done, but it could not be written into {_SERVICE}'s audit ({type(error).__name__})"
        ) from None


async def _append(url: str, key: bytes, deed: Deed) -> None:
    database = Database(url, pool=1)
    try:
        async with database.writing() as session:
            await Chain(AUDITS[_SERVICE], Seal(_SERVICE, key)).append(session, [deed])
    finally:
        await database.close()
