"""Every changing route of those who answer for others, tried once: each leaves exactly one row in the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from shared.contracts.words import Role
from shared.persistence.engine import Database
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, Ruled
from shared.web.signing_in import EVERYWHERE

ANSWERABLE = frozenset({Role.COORDINATOR, Role.DEPARTMENT, Role.OPS})
OVER_JSON = "/api/"

Row = tuple[str, str, str]


@dataclass(frozen=True)
class Did:
    """One request that succeeds, by its route; ``leaves``: the one row of it (role, what, field)."""

    route: str
    leaves: Row
    act: Callable[[], Awaitable[Any]]


def changing(routes: Iterable[Ruled]) -> set[str]:
    """The routes by which coordinators, departments or ops change something, each as its method and path.

    Signing out everywhere is about themselves, and the last they do; its row is in ``intake/test_handover.py``.
    """
    ruled = [
        one for one in routes if one.rule not in (ANYBODY, BEARER_OF_A_SECRET) and not one.path.endswith(EVERYWHERE)
    ]
    return {f"{one.method} {one.path}" for one in ruled if one.method != "GET" and one.rule.roles & ANSWERABLE}


def split(routes: set[str]) -> tuple[set[str], set[str]]:
    """Those over JSON, and the pages'."""
    over_json = {one for one in routes if OVER_JSON in one}
    return over_json, routes - over_json


async def rows(database: Database) -> list[Row]:
    """The audit: who by role, what, and which part."""
    async with database.reading() as session:
        found = await session.execute(text("SELECT role, what, field FROM audit ORDER BY sequence"))
        return [tuple(row) for row in found]


async def left_by(database: Database, did: Iterable[Did]) -> Mapping[str, list[Row]]:
    """What each request left in the audit, by its route."""
    left: dict[str, list[Row]] = {}
    for one in did:
        before = len(await rows(database))
        await one.act()
        left[one.route] = (await rows(database))[before:]
    return left
