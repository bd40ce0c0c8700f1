"""Those who place orders while it is measured, and withdraw them afterwards."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from deploy.demo.doors import Doors
from tests.bench.ours import Orders

AT_ONCE = 16


class Placed(NamedTuple):
    """What a resident is given, and where it is."""

    reference: str
    token: str
    grid: str


async def place(doors: Doors, orders: Orders, count: int) -> list[Placed]:
    """So many new orders, some at a time."""

    async def one(body: Any) -> Placed:
        told = await doors.place(body, str(uuid.uuid4()))
        return Placed(told["reference"], told["tracking_token"], body["area"])

    return await _some_at_a_time([one(json.loads(post.body)) for post in orders.posts(count)])


async def withdraw(doors: Doors, placed: Sequence[Placed]) -> None:
    """End them all, so that the next level has as many open orders as this one."""

    async def one(order: Placed) -> None:
        status, told = await doors.ask("POST", "intake", f"/api/orders/{order.reference}/cancel", order.token, {})
        assert status == 200, told

    await _some_at_a_time([one(order) for order in placed])


async def _some_at_a_time(work: Sequence[Any]) -> list[Any]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(task: Any) -> Any:
        async with gate:
            return await task

    return await asyncio.gather(*(one(task) for task in work))
