"""``python -m tests.canary``: plant, let it fail, search; exit code 1 when a word is found."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from deploy.attached import Attached, load_definition
from deploy.broker import come_in
from deploy.demo.doors import Doors
from shared.contracts.envelope import to_headers
from shared.contracts.flows import SERVICES
from shared.contracts.words import Role
from tests.calling.run import standing
from tests.canary.planting import Planting, serve_with_words
from tests.canary.searching import files_below, in_bytes, in_doors, in_tables, whatever_is_found
from tests.canary.staffing import decide_with_words
from tests.canary.words import Canaries
from tests.flows.visitors import Visitor, visiting
from tests.integration.deploy.stacks import paidan
from tests.waiting import wait_for

ROUNDS = 3
BACK_SECONDS = 60.0
BACKUP_SECONDS = 120.0


async def play(database: str, console: Console) -> bool:
    """Whether nothing was found."""
    at = Path(tempfile.mkdtemp(prefix="paidan-canary-"))
    try:
        async with (
            standing(at / "stack", database) as (stack, told),
            Doors(stack) as doors,
            visiting(stack) as visitor,
        ):
            planted = Canaries()
            for number, grid in enumerate(_grids(stack)):
                planting = await _round(visitor, doors, grid)
                planted.words |= {f"{number} {where}": word for where, word in planting.canaries.words.items()}
                await kill(visitor, SERVICES[number % len(SERVICES)])
            await forge(stack, doors)
            found, looked = await search(visitor, doors, planted, await _backup(stack, told, at / "backup"))
        console.print(f"{len(planted.words)} words in {ROUNDS} rounds on {database}; looked through {looked:,} bytes")
        for line in found:
            console.print(f"  FOUND {line}", highlight=False)
        console.print("nothing found" if not found else f"{len(found)} found")
        return not found
    finally:
        shutil.rmtree(at, ignore_errors=True)


def _grids(stack: Attached) -> list[str]:
    """Grids far from each other: in one, people would have been asked enough for a day."""
    grids = [area.code for area in load_definition(stack.stack.definition).areas.of_kind("grid")]
    return grids[:: -(-len(grids) // ROUNDS)]


async def _round(visitor: Visitor, doors: Doors, grid: str) -> Planting:
    for service in ("intake", "matcher"):
        await visitor.write(service, "DELETE FROM codes")
    planting = await Planting.at(visitor, doors, grid)
    await serve_with_words(planting)
    await decide_with_words(planting)
    assert not planting.unplanted, f"no word was planted in {sorted(planting.unplanted)}"
    return planting


async def kill(visitor: Visitor, service: str) -> None:
    """End a service without a word while orders are under way, and wait until it is back."""
    os.kill(visitor.stack.stack.children[service], signal.SIGKILL)

    async def is_back() -> bool:
        return await visitor.status("GET", service, "/readyz") == 200

    await wait_for(is_back, BACK_SECONDS, f"{service} to be back")


async def forge(stack: Attached, doors: Doors) -> None:
    """A word in another's name: a dead letter at each hearer."""
    order_id, event_id = str(uuid.uuid4()), str(uuid.uuid4())
    marks = to_headers("paidan.intake.order_cancelled.v1", order_id, event_id=event_id, time=datetime.now(UTC))
    voice = await come_in(stack.entrance("matcher"), "matcher")
    try:
        await voice.jetstream().publish(
            f"matcher.order_done.v1._.{order_id}", json.dumps({"order_id": order_id}).encode(), headers=marks
        )
    finally:
        await voice.close()
    ops = doors.as_caller(Role.OPS, "ops")

    async def buried() -> bool:
        _, page = await doors.ask("GET", "notifier", "/api/dead-letters", ops)
        return any(order_id in letter["subject"] for letter in page["items"])

    await wait_for(buried, BACK_SECONDS, "the forged fact to be buried")


async def _backup(stack: Attached, environment: Mapping[str, str], at: Path) -> Path:
    arguments = ("backup", str(at), "--data", str(stack.layout.data))
    made = await paidan(*arguments, within=BACKUP_SECONDS, environment=environment)
    assert made.code == 0, made.err
    return at


async def search(visitor: Visitor, doors: Doors, planted: Canaries, backup: Path) -> tuple[list[str], int]:
    """What was found, and how many bytes were looked through."""
    stack = visitor.stack
    tokens = ("", doors.as_caller(Role.OPS, "ops"), doors.as_caller(Role.VOLUNTEER, "v-0001"))
    places = [*await in_tables(visitor), *await in_doors(visitor, tokens)]
    places += files_below(stack.layout.data, frozenset({"notices.jsonl"}))
    places += [(f"backup/{name}", content) for name, content in files_below(backup)]
    found = in_bytes(planted.words, places)
    return found + [f"I8: {line}" for line in await whatever_is_found(stack)], sum(len(one) for _, one in places)


def main(
    database: Annotated[Literal["sqlite", "postgresql", "both"], typer.Option(help="What to play on.")] = "both",
) -> None:
    """Plant words in every personal field and look for them everywhere else."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us, the stack ends with us
    kinds = ("sqlite", "postgresql") if database == "both" else (database,)
    clean = [asyncio.run(play(kind, Console(soft_wrap=True))) for kind in kinds]
    if not all(clean):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
