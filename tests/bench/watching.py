"""Ten thousand people who follow their orders: what they cost while nothing happens, and who hears of changes."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from rich.console import Console

from deploy.attached import attach, load_definition
from tests.bench.idle import memory
from tests.bench.ours import LIMITS, Orders
from tests.bench.standing import used
from tests.integration.deploy.stacks import EVENING, free_port_base, paidan, up
from tests.waiting import wait_for

ORDERS, EACH = 1000, 10
CHANGED, CHANGES_A_SECOND = 60, 2.0
AT_ONCE, REST_SECONDS, WITHIN_SECONDS, VERIFIED_SECONDS = 64, 20.0, 120.0, 240.0


@dataclass
class Watcher:
    """One connection to ``/api/orders/{reference}/live``. ``seen``: for each urgency the order had, when that was read
    first (seconds of a monotonic clock).
    """

    reference: str
    token: str
    seen: dict[str, float] = field(default_factory=dict)

    async def watch(self, base: str) -> None:
        """Read until cancelled, or until the server closes."""
        parts = urlsplit(base)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        lines = (
            f"GET /api/orders/{self.reference}/live HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Authorization: Bearer {self.token}",
            "Accept: text/event-stream",
            "",
            "",
        )
        writer.write("\r\n".join(lines).encode())
        try:
            status = await reader.readline()
            assert b" 200 " in status, status
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    self.seen.setdefault(json.loads(line[6:])["urgency"], time.monotonic())
        finally:
            writer.close()


async def place(client: httpx2.AsyncClient, orders: Orders, count: int) -> list[tuple[str, str]]:
    """Place orders; reference and tracking token of each."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(body: bytes) -> tuple[str, str]:
        async with gate:
            answer = await client.post("/api/orders", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 201, answer.text
            told = answer.json()
            return told["reference"], told["tracking_token"]

    return await asyncio.gather(*(one(post.body) for post in orders.posts(count)))


async def change(client: httpx2.AsyncClient, watched: Sequence[Watcher]) -> dict[str, float]:
    """Amend orders one after the other, at a steady rate; when each was asked for."""
    asked: dict[str, float] = {}
    for one in watched:
        await asyncio.sleep(1 / CHANGES_A_SECOND)
        asked[one.reference] = time.monotonic()
        urgency = "normal" if "flexible" in one.seen else "flexible"
        path, headers = f"/api/orders/{one.reference}/amend", {"Authorization": f"Bearer {one.token}"}
        answer = await client.post(path, json={"urgency": urgency}, headers=headers)
        assert answer.status_code == 200, answer.text
    return asked


async def measure(console: Console) -> dict[str, object]:
    """Place, watch, rest, change, verify; figures as they are kept."""
    with tempfile.TemporaryDirectory(prefix="paidan-bench-") as told:
        data = Path(told)
        async with up(
            data,
            free_port_base(),
            "--clock",
            EVENING,
            environment=LIMITS | {"PAIDAN_FLOOD_READS": "10000000", "PAIDAN_FLOOD_IN_ALL": "10000000"},
        ):
            stack = attach(data).stack
            base, intake = stack.addresses["intake"], stack.children["intake"]
            async with httpx2.AsyncClient(base_url=base, trust_env=False, timeout=60.0) as client:
                orders = Orders(load_definition(stack.definition))
                found = await _measured(client, orders, base, intake, console)
            verified = await paidan("verify", "--data", told, within=VERIFIED_SECONDS)
            console.print(verified.out)
            assert verified.code == 0, verified.out + verified.err
            return found


async def _measured(
    client: httpx2.AsyncClient, orders: Orders, base: str, intake: int, console: Console
) -> dict[str, object]:
    placed = await place(client, orders, ORDERS)
    console.print(f"{ORDERS:,} orders placed")
    before = memory(intake)[0]
    watchers = [Watcher(*one) for one in placed for _ in range(EACH)]
    tasks = []
    for first in range(0, len(watchers), AT_ONCE):
        tasks += [asyncio.create_task(one.watch(base)) for one in watchers[first : first + AT_ONCE]]
        await wait_for(partial(_all_seen, watchers[first : first + AT_ONCE], 1), WITHIN_SECONDS, "the first look")
    grown = memory(intake)[0] - before
    console.print(f"{len(watchers):,} connections, {grown * 1024 / len(watchers):.0f} KB of intake's memory each")
    spent = used(intake)
    await asyncio.sleep(REST_SECONDS)
    resting = (used(intake) - spent) / REST_SECONDS * 100
    asked = await change(client, watchers[: CHANGED * EACH : EACH])
    concerned = [one for one in watchers if one.reference in asked]
    with suppress(AssertionError):
        await wait_for(partial(_all_seen, concerned, 2), WITHIN_SECONDS, "every watcher to hear")
    delays = [max(one.seen.values()) - asked[one.reference] for one in concerned if len(one.seen) > 1]
    broken = sum(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    cut = statistics.quantiles(delays, n=100)
    result: dict[str, object] = {
        "connections": len(watchers),
        "kilobytes_each": grown * 1024 / len(watchers),
        "cpu_percent_at_rest": resting,
        "told": len(delays),
        "lost": len(concerned) - len(delays),
        "broken": broken,
        "p50_ms": cut[49] * 1000,
        "p99_ms": cut[98] * 1000,
    }
    console.print(
        f"at rest {resting:.1f} % of a processor; {CHANGED} changes told to {len(delays):,} of {len(concerned):,}"
        f" watchers, p50 {cut[49] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms; {broken} connections broken"
    )
    return result


async def _all_seen(watchers: Sequence[Watcher], times: int) -> bool:
    """Whether each has seen its order so often in another state."""
    return all(len(one.seen) >= times for one in watchers)
