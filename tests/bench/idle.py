"""What the local stack costs while nobody asks anything of it, and how long it takes to be there."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.standing import used
from tests.integration.deploy.stacks import free_port_base, up

STARTS, SETTLE_SECONDS, IDLE_SECONDS = 5, 10.0, 30.0


@dataclass(frozen=True)
class Idle:
    """One process at rest: proportional and private memory (MB), and how much of one processor it uses (percent)."""

    name: str
    proportional: float
    private: float
    cpu: float


def memory(pid: int) -> tuple[float, float]:
    """Proportional set size (what is shared is divided by those who share it) and private memory, MB."""
    told: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, value = line.partition(":")
        told[name] = int(value.split()[0])
    return told["Pss"] / 1024, (told["Private_Clean"] + told["Private_Dirty"]) / 1024


async def starting(folder: Path) -> tuple[float, float]:
    """Seconds until a stack is ready: with nothing there yet, and the median of those after it."""
    took: list[float] = []
    base = free_port_base()
    for _ in range(1 + STARTS):
        began = time.monotonic()
        async with up(folder, base):
            took.append(time.monotonic() - began)
    return took[0], sorted(took[1:])[STARTS // 2]


async def resting(folder: Path) -> list[Idle]:
    """Every process of a stack that nobody uses."""
    async with up(folder, free_port_base()) as running:
        pids = {**running.stack.children, "supervisor": running.stack.supervisor}
        await asyncio.sleep(SETTLE_SECONDS)
        before = {name: used(pid, alone=name == "supervisor") for name, pid in pids.items()}
        await asyncio.sleep(IDLE_SECONDS)
        return [
            Idle(name, *memory(pid), (used(pid, alone=name == "supervisor") - before[name]) / IDLE_SECONDS * 100)
            for name, pid in pids.items()
        ]


async def measure(console: Console) -> dict[str, object]:
    """Starts, then rest; figures as they are kept."""
    with tempfile.TemporaryDirectory(prefix="paidan-bench-") as told:
        first, warm = await starting(Path(told) / "starts")
        console.print(f"a stack with the reference county: first start {first:.1f} s, warm {warm:.1f} s")
        found = await resting(Path(told) / "rest")
    shown = Table("process", "memory, MB", "private, MB", "CPU, % of one", title=f"At rest for {IDLE_SECONDS:g} s")
    for one in found:
        shown.add_row(one.name, f"{one.proportional:.0f}", f"{one.private:.0f}", f"{one.cpu:.2f}")
    counted = [one for one in found if one.name in {"intake", "matcher", "notifier", "nats"}]
    three = sum(one.proportional for one in counted)
    shown.add_row("three services and NATS", f"{three:.0f}", "", f"{sum(one.cpu for one in counted):.2f}")
    shown.add_row("everything", f"{sum(o.proportional for o in found):.0f}", "", f"{sum(o.cpu for o in found):.2f}")
    console.print(shown)
    return {
        "first_start_seconds": first,
        "warm_start_seconds": warm,
        "services_and_broker_mb": three,
        "processes": {one.name: [one.proportional, one.private, one.cpu] for one in found},
        "processors": os.cpu_count(),
    }
