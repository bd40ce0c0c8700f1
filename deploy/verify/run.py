"""A whole verification: wait for quiet, check every invariant, print a table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from sqlalchemy.exc import SQLAlchemyError

from deploy.attached import Attached, load_definition
from deploy.broker import come_in
from deploy.problems import StackProblem
from deploy.verify import (
    audits,
    bus,
    clocks,
    histories,
    notices,
    orders,
    owed,
    promises,
    rereading,
    serving,
    steps,
    streams,
    telling,
    views,
)
from deploy.verify.evidence import Databases, opened
from deploy.verify.ledger import Ledger, Promise
from deploy.verify.looking import Check, Finding, Look, confirmed
from deploy.verify.privacy import Ground, Sifting, nothing_personal_outside
from shared.community.clock import DomainClock
from shared.contracts.refusal import Unavailable

__all__ = ["Finding", "connect", "run_verify", "verify"]

Say = Callable[[str], None]
"""Hears what is being looked at, for whoever waits."""

_CHECKS: Sequence[tuple[str, str, Check]] = (
    ("I1", "orders are whole, merged and split ones too", promises.orders_are_whole),
    ("I2", "places and windows are taken once", serving.places_are_taken_once),
    ("I2", "what volunteers are said to hold and be asked is so", serving.counters_agree),
    ("I2", "no post has more claims than places", serving.posts_are_held_once),
    ("I3", "open orders have a holder, a due time and a clock", orders.open_orders_are_held),
    ("I3", "dangers nobody has seen to are before an area, by a time", orders.dangers_are_before_somebody),
    ("I3", "no clock ran out unseen", clocks.clocks_fire),
    ("I4", "whoever ordered and whoever serves is told", owed.everybody_hears),
    ("I4", "every step a person should hear of has one notice", notices.each_step_once),
    ("I5", "the services have heard all of each other", views.services_agree),
    ("I6", "what the services keep of each other is what was told", views.parts_agree),
    ("I6", "replaying all facts into an empty read model gives the same", rereading.replay_gives_the_same),
    ("I6", "what is told of posts is in the index of events", rereading.posts_are_indexed),
    ("I7", "versions have no gaps", histories.versions_are_gapless),
    ("I7", "only legal transitions at intake", histories.transitions_are_legal),
    ("I7", "only legal steps at matcher", steps.dispatches_step_legally),
)


@dataclass(frozen=True)
class Wish:
    """How to verify. ``quiet``: seconds to wait for quiet; None: under load, where nothing waits for quiet and what
    waits has to move. ``since``: only orders placed within so long (domain time) are read in full."""

    quiet: float | None = bus.QUIET_SECONDS
    since: timedelta | None = None
    json: bool = False


def run_verify(stack: Attached, ledger: Path | None, wish: Wish) -> bool:
    """Check the invariants of a running stack, print what was found; whether all of them hold.

    Raises ``StackProblem`` when something cannot be looked at.
    """
    promised = Ledger(ledger) if ledger else ()
    with telling.progress(silent=wish.json) as say:
        findings = asyncio.run(verify(stack, promised, wish.quiet, since=wish.since, say=say))
    if wish.json:
        telling.print_json(findings)
    else:
        telling.print_table(findings)
    return not any(finding.broken for finding in findings)


async def verify(
    stack: Attached,
    ledger: Path | Iterable[Promise] | None,
    quiet: float | None,
    *,
    since: timedelta | None = None,
    say: Say = lambda _: None,
) -> list[Finding]:
    """Every invariant's finding on a running stack, after it was waited ``quiet`` seconds for quiet (None: under load).

    Raises ``StackProblem`` when the broker or a database is away or the ledger is none.
    """
    promised = Ledger(ledger) if isinstance(ledger, Path) else ledger or ()
    clock = DomainClock.parse(stack.stack.clock)
    look = partial(Look, clock=clock, since=clock.now() - since if since else None)
    if isinstance(promised, Ledger):
        say("reading the ledger")
        promised.read()
    connection = await connect(stack)
    try:
        js = connection.jetstream(timeout=10)
        async with opened(stack.stack.databases) as databases:
            return await _check(look(databases), js, promised, quiet, ground_of(stack), say)
    except (SQLAlchemyError, OSError) as error:
        raise StackProblem(f"a database cannot be read: {type(error).__name__}: {_first_line(error)}") from None
    except NatsError as error:
        raise StackProblem(f"the broker at {stack.url('nats')} stopped answering: {type(error).__name__}") from None
    finally:
        await connection.close()


def ground_of(stack: Attached) -> Ground:
    """Where a stack keeps its keys and logs, and what of it is public."""
    community = load_definition(stack.stack.definition)
    return Ground(stack.layout.keys, stack.layout.logs, stack.stack.addresses, community)


async def connect(stack: Attached) -> Client:
    """The stack's broker, as the operator; the caller closes it. Raises ``StackProblem`` when it is away."""
    try:
        return await come_in(stack.entrance())
    except Unavailable as error:
        raise StackProblem(f"the operator cannot come in at the broker: {error}") from None
    except (NatsError, OSError) as error:
        raise StackProblem(f"the broker at {stack.url('nats')} does not answer: {type(error).__name__}") from None


async def _check(
    look: Look, js: JetStreamContext, promised: Iterable[Promise], quiet: float | None, ground: Ground, say: Say
) -> list[Finding]:
    databases = look.databases
    say("waiting for quiet" if quiet is not None else "looking at what waits")
    waiting = await _waiting(databases, js, quiet)
    before = await bus.marks(databases, js)

    async def still() -> bool:
        return before[0].quiet and await bus.marks(databases, js) == before

    async def finding(invariant: str, rule: str, wanted: Check) -> Finding:
        say(f"{invariant}: {rule}")
        try:
            broken, remarks = await confirmed(wanted, look, still, partial(bus.under_way, databases, js))
        except (ValueError, KeyError) as error:  # never its text: it quotes what it could not read
            return Finding(
                invariant, rule, [f"a kept fact cannot be read, so nothing is known: {type(error).__name__}"]
            )
        return Finding(invariant, rule, broken, remarks)

    dead, unexplained = await bus.dead_letters_are_explained(databases, js)
    counted, unkept = await promises.promised_orders_exist_once(databases, promised)
    say("I6: the streams tell what the outboxes tell")
    sifting = Sifting(databases)
    compared = await streams.compare(databases, js, sifting.message)
    say("I8: nothing personal outside the tables that may hold it")
    personal, remarks = await nothing_personal_outside(sifting, databases, ground)
    say(f"I9: {audits.RULE}")
    audited = await audits.audits_are_whole(databases, ground.keys, ground.logs)
    findings = [
        Finding("I6", "the streams tell what the outboxes tell", compared.broken.lines(), compared.remarks()),
        Finding("I1", f"each of {counted} promised orders exists once", unkept),
        waiting,
        Finding("I5", f"each of {dead} dead letters says why", unexplained),
        Finding("I8", "nothing personal outside the tables that may hold it", personal.lines(), remarks),
        audited,
        *[await finding(*one) for one in _CHECKS],
    ]
    return sorted(findings, key=lambda one: one.invariant)


async def _waiting(databases: Databases, js: JetStreamContext, quiet: float | None) -> Finding:
    look: Callable[[], Awaitable[bus.Backlog]] = partial(bus.backlog, databases, js)
    if quiet is None:
        now, standing = await bus.stuck(look)
        return Finding("I5", "what waits in an outbox or a consumer moves on", standing, now.lines())
    left = await bus.wait_for_quiet(look, quiet)
    return Finding("I5", "nothing waits in an outbox or a consumer", left.lines())


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
