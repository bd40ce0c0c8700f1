"""``paidan up``: the local stack in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from deploy.attached import load_definition
from deploy.commands.options import DATA, Data
from deploy.demonstration import Demonstration
from deploy.layout import DEFAULT_DEFINITION, DEFAULT_PORT_BASE, Layout, Ports
from deploy.local_stack import StackPlan, local_stack
from deploy.problems import StackProblem
from deploy.settings import StackSettings
from deploy.welcome import welcome
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.community.editing import EditStandsInTheWay, check_edit

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def up(
    data: Data = DATA,
    port_base: Annotated[
        int,
        typer.Option(min=1, max=65529, metavar="N", help="intake N+1, matcher N+2, notifier N+3, NATS N+4."),
    ] = DEFAULT_PORT_BASE,
    definition: Annotated[
        Path, typer.Option(metavar="FILE", help="The community's definition.", show_default="the county")
    ] = DEFAULT_DEFINITION,
    empty: Annotated[bool, typer.Option("--empty", help="Without the definition's roster.")] = False,
    clock: Annotated[
        str, typer.Option(metavar="START[@SPEED]", help="Domain time, e.g. 2026-11-22T19:00+08:00@60.")
    ] = "",
) -> None:
    """Start the local stack; Ctrl-C or SIGTERM stops all of it."""
    plan = StackPlan(
        layout=Layout.at(data),
        ports=Ports(port_base),
        definition=definition.expanduser().resolve(),
        clock=_clock(clock),
        settings=_settings(),
    )
    rules = load_definition(plan.definition)
    _check_edit(plan, rules)
    demonstration = Demonstration.of(rules)
    asyncio.run(_until_told(plan, demonstration, with_roster=not empty))


async def _until_told(plan: StackPlan, demonstration: Demonstration, *, with_roster: bool) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, told.set)
    async with local_stack(plan) as stack:
        say(f"starting in {plan.layout.data}")
        if not await _unless(told, stack.start()):
            return
        if with_roster:
            matcher = plan.ports.url_of("matcher")
            bringing = asyncio.to_thread(demonstration.bring, plan.layout, matcher, say)
            if not await _unless(told, bringing):
                return
        stack.tell("ready")
        for line in welcome(plan.addresses, plan.layout.data, demonstration, with_roster=with_roster):
            say(line)
        await told.wait()
        say("stopping")


async def _unless(told: asyncio.Event, work: Awaitable[None]) -> bool:
    """Wait for a work to end, or for the signal that ends everything; whether the work was done."""
    working = asyncio.ensure_future(work)
    telling = asyncio.create_task(told.wait())
    await asyncio.wait({working, telling}, return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    if not working.done():
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        return False
    working.result()
    return True


def say(line: str) -> None:
    """One line for the operator; a closed terminal stops nothing."""
    with contextlib.suppress(BrokenPipeError):
        typer.echo(line)


def _check_edit(plan: StackPlan, rules: Community) -> None:
    """An edit that would leave somebody without anybody is said before anything is started."""
    from deploy.editing import named_in  # noqa: PLC0415 - the other commands start faster without it

    try:
        check_edit(rules, named_in(plan.layout, plan.settings.databases(plan.layout)))
    except EditStandsInTheWay as edit:
        raise StackProblem(str(edit)) from None


def _clock(text: str) -> str:
    if "/" in text:
        raise StackProblem("--clock is START[@SPEED]; it starts to run now")
    try:
        return DomainClock.parse(text).spec
    except ValueError as error:
        raise StackProblem(str(error)) from None


def _settings() -> StackSettings:
    try:
        return StackSettings()
    except ValidationError as error:
        wrong: Any = error.errors()[0]
        raise StackProblem(f"PAIDAN_{str(wrong['loc'][0]).upper()}: {wrong['msg']}") from None
