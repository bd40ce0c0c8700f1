"""Five million messages in a stream: what the broker holds of them, and what a start and an order cost beside them."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from nats.js.api import Header
from rich.console import Console
from rich.progress import Progress as Bars
from rich.table import Table
from uuid_utils import uuid7

from deploy.attached import attach, load_definition
from deploy.demo.doors import Doors
from shared.contracts.flows import stream_of
from shared.messaging.entering import enter
from shared.persistence.engine import Database
from tests.bench.growing.people import place
from tests.bench.idle import memory
from tests.bench.ours import LIMITS, Orders, Progress
from tests.bench.standing import used
from tests.integration.deploy.stacks import EVENING, Up, free_port_base, up
from tests.waiting import wait_for

LEVELS = (0, 500_000, 5_000_000)
BATCH, ORDERS = 1000, 100
THROUGH_SECONDS, SETTLE_SECONDS, REST_SECONDS = 60.0, 5.0, 15.0
SUBJECT = "intake.heard_by_nobody.v1.county.{}"
"""On intake's stream; no durable asks for it, as none asks for nine tenths of what is kept."""
BODY = b'{"order_id":"01a20a17-c76d-73b4-beaa-9b6db46e8e23","community":"chenguang","grid":"chenguang-g3"}' * 5


@dataclass(frozen=True)
class Level:
    """So many messages: seconds until a stack is ready, the broker's memory (MB) and files (MB), how much of a
    processor it takes while nothing happens (percent), and an order from POST to told volunteers (ms of the processor).
    """

    messages: int
    start: float
    memory: float
    files: float
    resting: float
    cpu: float


async def fill(data: Path, first: int, last: int, told: Callable[[float], None]) -> None:
    """Publish as intake, in atomic batches."""
    client = await enter(attach(data).entrance("intake"), inbox_prefix=b"_INBOX_intake")
    js = client.jetstream(timeout=30)
    for begin in range(first, last, BATCH):
        batch = {Header.BATCH_ID: str(uuid7())}
        headers = {"ce-time": datetime.now(UTC).isoformat(), "ce-source": "/paidan/intake", "ce-type": "nobody"}
        for number in range(1, BATCH):
            subject = SUBJECT.format(begin + number)
            await client.publish(subject, BODY, headers=headers | batch | {Header.BATCH_SEQUENCE: str(number)})
        last_one = headers | batch | {Header.BATCH_SEQUENCE: str(BATCH), Header.BATCH_COMMIT: "1"}
        await js.publish(SUBJECT.format(begin + BATCH), BODY, headers=last_one, stream=stream_of("intake"))
        told(BATCH)
    await client.close()


async def order(running: Up, data: Path) -> float:
    """Milliseconds of the processor for one of a hundred orders."""
    stack = running.stack
    async with AsyncExitStack() as leaving:
        doors = await leaving.enter_async_context(Doors(attach(data)))
        looks = {one: Database(url, looks=True) for one, url in stack.databases.items()}
        for database in looks.values():
            leaving.push_async_callback(database.close)
        progress = Progress(looks, since=str(uuid7()))
        spent = sum(used(pid) for pid in stack.children.values())
        await place(doors, Orders(load_definition(stack.definition)), ORDERS)

        async def through() -> bool:
            return await progress.done() >= ORDERS and await progress.quiet()

        await wait_for(through, THROUGH_SECONDS, "the orders to come through")
        return (sum(used(pid) for pid in stack.children.values()) - spent) / ORDERS * 1000


async def measure(console: Console) -> dict[str, object]:
    """Levels one after the other; figures as they are kept."""
    found: list[Level] = []
    with tempfile.TemporaryDirectory(prefix="paidan-bench-") as folder:
        data, base, have = Path(folder) / "data", free_port_base(), 0
        for messages in LEVELS:
            if messages:
                async with up(data, base, "--clock", EVENING, environment=LIMITS):
                    with Bars(console=console, transient=True) as bars:
                        bar = bars.add_task(f"{messages:,} messages", total=messages - have)
                        await fill(data, have, messages, partial(bars.advance, bar))
                have = messages
            began = time.monotonic()
            async with up(data, base, "--clock", EVENING, environment=LIMITS) as running:
                start = time.monotonic() - began
                await asyncio.sleep(SETTLE_SECONDS)
                resting = used(running.stack.children["nats"])
                await asyncio.sleep(REST_SECONDS)
                resting = (used(running.stack.children["nats"]) - resting) / REST_SECONDS * 100
                cpu = await order(running, data)
                broker = memory(running.stack.children["nats"])[0]
                files = await asyncio.to_thread(_megabytes, data / "nats")
            found.append(Level(messages, start, broker, files, resting, cpu))
            console.print(f"{messages:,} messages: start {start:.1f} s, {broker:.0f} MB, {cpu:.1f} ms an order")
    shown = Table(
        "messages", "start, s", "broker, MB", "files, MB", "at rest, %", "ms an order", title="Messages in a stream"
    )
    for one in found:
        figures = (one.start, one.memory, one.files, one.resting, one.cpu)
        shown.add_row(f"{one.messages:,}", *(f"{figure:.1f}" for figure in figures))
    console.print(shown)
    return {"levels": [asdict(one) for one in found]}


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
