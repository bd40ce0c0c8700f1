"""The whole: a stack, its ground, every caller at every service, and the table at the end."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.attached import Attached, attach
from shared.contracts.flows import SERVICES
from tests.calling.asking import Outcome, call
from tests.calling.ground import prepare
from tests.integration.deploy.stacks import EVENING, free_port_base, up
from tests.servers import PostgresServer

LEAST_CALLS = 5_000
"""A run with fewer calls has proven nothing (of the acceptance)."""
UNBOUNDED = {f"PAIDAN_FLOOD_{what}": "10000000" for what in ("READS", "WRITES", "MISSES", "CALLER", "IN_ALL")}
"""What turns floods away is out of the way: a 429 before every door shows nothing of what is behind it."""
BESIDE = 3
"""Runs of the tool at the same time."""


async def run(seed: int, examples: int, database: str, only: Sequence[str], console: Console) -> bool:
    """Whether nothing was found, in enough calls; ``only``: these services, none meaning all. What the tool wrote
    stays where something was found.
    """
    at = Path(tempfile.mkdtemp(prefix="paidan-calling-"))
    try:
        async with standing(at / "stack", database) as (stack, _):
            ground = await prepare(stack)
            gate = asyncio.Semaphore(BESIDE)

            async def one(caller_at: int) -> Outcome:
                caller = ground.callers[caller_at]
                async with gate:
                    outcome = await call(caller, stack.url(caller.service), ground.known, seed, examples, at)
                console.print(line_of(outcome), highlight=False)
                return outcome

            chosen = [n for n, caller in enumerate(ground.callers) if not only or caller.service in only]
            outcomes = await asyncio.gather(*map(one, chosen))
    finally:
        shutil.rmtree(at / "stack", ignore_errors=True)
    console.print(table_of(outcomes))
    well = nothing_found(outcomes, LEAST_CALLS if not only else 1)
    if well:
        shutil.rmtree(at)
    else:
        console.print(f"what the tool said of each run is in {at}", highlight=False)
    return well


def nothing_found(outcomes: Sequence[Outcome], least: int) -> bool:
    """No failure, no run that broke off, no 5xx, and calls enough."""
    statuses = sum((outcome.statuses for outcome in outcomes), Counter[int]())
    accidents = any(status >= 500 and status != 503 for status in statuses)
    return not accidents and statuses.total() >= least and not any(one.failures or one.trouble for one in outcomes)


def line_of(outcome: Outcome) -> str:
    """One run in a line, and in further ones what it found."""
    caller = outcome.caller
    lines = [f"{caller.service} as {caller.name}: {outcome.calls:,} calls, {len(outcome.failures)} failures"]
    lines += [f"  {failure}" for failure in outcome.failures]
    return "\n".join(lines + ([f"  {outcome.trouble}"] if outcome.trouble else []))


def table_of(outcomes: Sequence[Outcome]) -> Table:
    """Calls, statuses and failures by service and in all."""
    table = Table("service", "callers", "calls", "statuses", "failures")
    for service in (*SERVICES, "all"):
        of = [one for one in outcomes if service in ("all", one.caller.service)]
        statuses = sum((one.statuses for one in of), Counter[int]())
        told = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
        failures = sum(len(one.failures) + bool(one.trouble) for one in of)
        table.add_row(service, str(len(of)), f"{statuses.total():,}", told, str(failures))
    return table


@asynccontextmanager
async def standing(data: Path, database: str) -> AsyncIterator[tuple[Attached, Mapping[str, str]]]:
    """A stack on a Sunday evening, when people are free to be asked; and what commands about it need to be told."""
    with ExitStack() as ending:
        environment = dict(UNBOUNDED)
        if database == "postgresql":
            server = ending.enter_context(PostgresServer())
            environment["PAIDAN_PG_BIN"] = str(server.programs)
            environment |= {
                f"PAIDAN_{service.upper()}_DATABASE_URL": server.create(f"{service}_{secrets.token_hex(4)}")
                for service in SERVICES
            }
        async with up(data, free_port_base(), "--clock", EVENING, environment=environment):
            yield attach(data), environment
