"""Services that die in the middle of the work lose nothing and do nothing twice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from deploy.attached import Attached, attach
from shared.contracts.flows import SERVICES
from tests.integration.deploy.stacks import alive, paidan
from tests.waiting import wait_for

ORDERS = 20
SPEED = 20.0
RESTART_SECONDS = 60.0


def reached(ledger: Path, orders: int) -> Callable[[], Awaitable[bool]]:
    """Whether the outside ledger has so many orders."""

    def count() -> int:
        return len(ledger.read_text().splitlines()) if ledger.exists() else 0

    async def there() -> bool:
        return count() >= orders

    return there


async def killed_and_back(stack: Attached, service: str) -> None:
    """Kill a service without a word and wait until another process runs in its place."""
    pid = stack.stack.children[service]
    os.kill(pid, signal.SIGKILL)

    async def replaced() -> bool:
        now = attach(stack.layout.data).stack.children.get(service, pid)
        return now != pid and alive(now)

    await wait_for(replaced, RESTART_SECONDS, f"{service} to be started again")


@pytest.mark.parametrize("stack", ["sqlite"], indirect=True)
async def test_killing_each_service_while_orders_run_breaks_no_invariant(stack: Attached, tmp_path: Path) -> None:
    """Kill -9 of each service once, in the middle of a demonstration: every 201 is there, closed or held, told once."""
    data, ledger = str(stack.layout.data), tmp_path / "ledger.jsonl"
    acting = asyncio.create_task(
        paidan(
            *("demo", "--data", data, "--orders", str(ORDERS), "--speed", str(SPEED), "--ledger", str(ledger)),
            within=110,
        )
    )
    for number, service in enumerate(SERVICES, start=1):
        await wait_for(reached(ledger, number * ORDERS // (len(SERVICES) + 1)), 60, f"orders before {service} dies")
        await killed_and_back(attach(stack.layout.data), service)
    demonstration = await acting
    assert demonstration.code == 0, demonstration.out + demonstration.err
    verification = await paidan("verify", "--data", data, "--ledger", str(ledger), within=100)
    assert verification.code == 0, verification.out
    assert f"each of {ORDERS} promised orders" in " ".join(verification.out.split())
