"""PostgreSQL's own programs: where they are, how they are told the database, and how they are run to their end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import URL, make_url

from deploy.problems import StackProblem

LINES_SHOWN = 3


def find_program(name: str, folder: str) -> Path:
    """``pg_dump`` or ``pg_restore``: in ``folder`` (``PAIDAN_PG_BIN``), else on the path. Raises ``StackProblem``."""
    found = shutil.which(name, path=folder or None)
    if found is None:
        where = folder or "on the path"
        raise StackProblem(f"{name} is not {where}; install PostgreSQL's client programs, or set PAIDAN_PG_BIN")
    return Path(found)


async def run_program(program: Path, arguments: Sequence[str], url: str) -> None:
    """Run one to its end; leaving early ends it. Raises ``StackProblem`` with its last words.

    The password goes by the environment: a command line is everybody's to read.
    """
    parts = make_url(url)
    process = await asyncio.create_subprocess_exec(
        program,
        "--no-password",
        *arguments,
        env={**os.environ, **connection_environment(parts)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        last = " ".join(said.decode(errors="replace").strip().splitlines()[-LINES_SHOWN:])
        raise StackProblem(f"{program.name} failed on {parts.database} (exit {process.returncode}): {last}")


def connection_environment(url: URL) -> Mapping[str, str]:
    """libpq's variables for a SQLAlchemy URL."""
    told = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password is not None else None,
        "PGDATABASE": url.database,
        "PGAPPNAME": "paidan backup",
    }
    return {name: value for name, value in told.items() if value}
