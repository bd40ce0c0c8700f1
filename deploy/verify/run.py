"""A whole verification: wait for quiet, check every invariant, print a table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from rich.console import Console
from rich.table import Table

from deploy.attached import Attached
from deploy.permissions import OPERATOR, inbox_of
from deploy.problems import StackProblem
from deploy.verify import bus, histories, notices, orders, serving
from deploy.verify.evidence import Databases, Promise, opened, read_ledger
from shared.identity.keys import read_key

SHOWN = 10


@dataclass(frozen=True)
class Finding:
    """One invariant and what breaks it; nothing when it holds."""

    invariant: str
    rule: str
    broken: Sequence[str]


def run_verify(stack: Attached, ledger: Path | None, quiet_seconds: float) -> bool:
    """Check the invariants of a running stack, print a table; whether all of them hold."""
    findings = asyncio.run(verify(stack, ledger, quiet_seconds))
    _show(findings)
    return not any(finding.broken for finding in findings)


async def verify(stack: Attached, ledger: Path | Sequence[Promise] | None, quiet: float) -> list[Finding]:
    """Every invariant's finding on a running stack, after it was waited ``quiet`` seconds for quiet.

    Raises ``StackProblem`` when the broker is away or the ledger is none.
    """
    promises = read_ledger(ledger) if isinstance(ledger, Path) else ledger or []
    connection = await connect(stack)
    try:
        js = connection.jetstream(timeout=10)
        async with opened(stack.stack.databases) as databases:
            return await check(databases, js, promises, quiet)
    finally:
        await connection.close()


async def connect(stack: Attached) -> Client:
    """The stack's broker, as the operator; the caller closes it. Raises ``StackProblem`` when it is away."""
    try:
        return await nats.connect(
            stack.url("nats"),
            user=OPERATOR,
            password=read_key(stack.layout.nats_users, OPERATOR).hex(),
            inbox_prefix=inbox_of(OPERATOR),
            allow_reconnect=False,
            connect_timeout=10,
        )
    except (NatsError, OSError) as error:
        raise StackProblem(f"the broker at {stack.url('nats')} does not answer: {type(error).__name__}") from None


async def check(databases: Databases, js: JetStreamContext, promises: Sequence[Promise], quiet: float) -> list[Finding]:
    """Every invariant's finding, in their order."""
    left = await bus.wait_for_quiet(lambda: bus.backlog(databases, js), quiet)
    dead, unexplained = await bus.dead_letters_are_explained(js)

    async def finding(invariant: str, rule: str, broken: Awaitable[list[str]]) -> Finding:
        return Finding(invariant, rule, await broken)

    return [
        await finding(
            "I1",
            f"each of {len(promises)} promised orders exists once",
            orders.promised_orders_exist_once(databases, promises),
        ),
        await finding("I2", "places and windows are taken once", serving.places_are_taken_once(databases)),
        await finding("I2", "what volunteers are said to hold and be asked is so", serving.counters_agree(databases)),
        await finding("I2", "no post has more claims than places", serving.posts_are_held_once(databases)),
        await finding(
            "I3", "open orders have a holder, a due time and a clock", orders.open_orders_are_held(databases)
        ),
        await finding(
            "I3",
            "dangers nobody has seen to are before an area, by a time",
            orders.dangers_are_before_somebody(databases),
        ),
        await finding("I4", "every step a person should hear of has one notice", notices.each_step_once(databases)),
        Finding("I5", "nothing waits in an outbox or a consumer", left.lines()),
        Finding("I5", f"each of {dead} dead letters says why", unexplained),
        await finding("I5", "the services have heard all of each other", histories.services_agree(databases)),
        await finding("I7", "versions have no gaps", histories.versions_are_gapless(databases)),
        await finding("I7", "only legal transitions", histories.transitions_are_legal(databases)),
    ]


def _show(findings: Sequence[Finding]) -> None:
    table = Table("invariant", "rule", "result", title="paidan verify")
    for finding in findings:
        count = len(finding.broken)
        table.add_row(finding.invariant, finding.rule, f"[red]{count} violations[/red]" if count else "holds")
    console = Console()
    console.print(table)
    for finding in findings:
        for line in finding.broken[:SHOWN]:
            console.print(f"{finding.invariant}: {line}", markup=False, highlight=False)
        if len(finding.broken) > SHOWN:
            console.print(f"{finding.invariant}: … and {len(finding.broken) - SHOWN} more", markup=False)
