"""Orders in a place, what is reported of it, and what may be wrong with a backup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deploy.backup import restoring
from deploy.backup.choosing import choose
from deploy.backup.postgres_target import PostgresTarget
from deploy.backup.reconciling import reconcile
from deploy.backup.report import Report
from deploy.backup.restoring import Restored, nobody_else
from deploy.backup.sqlite_target import SqliteTarget
from deploy.problems import StackProblem
from deploy.verify.ledger import Promise
from tests.integration.deploy.copied import AT, Place

GRID = "maoling-east-g1"


async def order(place: Place, number: int, **more: object) -> None:
    """An order, and the event that tells of it."""
    named: dict[str, Any] = {
        "order_id": f"o-{number}",
        "reference": f"R-{number}",
        "service": "pipe_leak",
        "grid": GRID,
    }
    await place.write("intake", "orders", **named, **more)
    told = named | {"placed_at": AT.isoformat(), "version": 1}
    await place.tell("intake", f"i-{number}", about=f"o-{number}", **told)


async def reported(place: Place, restored: Restored, *promises: Promise) -> Report:
    """What a restore has to say of what came after."""
    return await reconcile(place.installation, choose(place.shelf.databases, None), restored, promises)


def kill_in(broken: pytest.MonkeyPatch, step: str) -> None:
    """Have a restore end without a word, in the second database's step."""
    done: list[str] = []
    for target in (SqliteTarget, PostgresTarget):
        whole = getattr(target, step)

        async def half(self: object, *arguments: object, whole: Any = whole) -> object:
            done.append(step)
            if len(done) == 2:
                raise KeyboardInterrupt
            return await whole(self, *arguments)

        broken.setattr(target, step, half)


async def use(place: Place) -> None:
    """Files are held by a lock, a server's database by a connection."""
    if place.sqlite:
        with nobody_else(place.installation), pytest.raises(StackProblem, match="already running"):
            await place.restore()
        return
    async with place.databases["matcher"].reading() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(StackProblem, match=r"matcher is in use \(1 connections\); stop its services"):
            await restoring.restore(place.installation, choose(place.shelf.databases, None), with_keys=True, force=True)


def spoil(place: Place, folder: Path, change: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    keys = place.shelf.keys / folder.name
    if change == "file":
        with (folder / "intake.db").open("ab") as file:
            file.write(b"x")
    if change == "revision":
        manifest["databases"]["matcher"]["revision"] = "9999"
    if change == "kind":
        manifest["databases"]["intake"]["kind"] = "postgresql"
    if change == "format":
        manifest["format"] = 2
    if change == "keys":
        manifest["keys"] |= {"intake-vault": "0", "matcher-vault": "0"}
    if change == "no keys":
        (keys / "fingerprints.json").unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest))
