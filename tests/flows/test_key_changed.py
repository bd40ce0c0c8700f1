"""A service's key for the broker is changed under a stack that runs, while orders are placed."""

from __future__ import annotations

import asyncio
from typing import Any

from deploy.attached import Attached, attach
from deploy.demo.doors import Doors
from deploy.rotating import Guarded, rotate
from deploy.seeds import Seeds
from tests.flows.people import in_state, place

ORDERS = 4


async def test_orders_are_taken_and_served_while_a_key_is_changed(stack: Attached, doors: Doors) -> None:
    """No process starts anew, every order placed meanwhile is accepted and comes to matcher, and the key is another."""
    seeds = Seeds(stack.layout.nats_users)
    guarded = Guarded(seeds, stack.layout.nats_server_users, stack.entrance())
    before, left = attach(stack.layout.data).stack.children, seeds.public_key("intake")
    changing = asyncio.create_task(rotate(guarded, "intake"))
    placed: list[dict[str, Any]] = []
    while not changing.done() or len(placed) < ORDERS:
        placed.append(await place(doors, "small_repairs", **_of_somebody(len(placed))))
        await asyncio.sleep(0.5)  # people do not order faster; how long the change takes is not ours
    assert seeds.public_key("intake") == await changing != left
    for one in placed:
        await in_state(doors, one, "offered")
    assert before == attach(stack.layout.data).stack.children


def _of_somebody(number: int) -> dict[str, Any]:
    """An order of a neighbour of their own, where no other test asks anybody."""
    contact = {"name": "王先生", "phone": f"+86 154 0001 {number:04d}"}
    return {"area": "qindu-garden-g1", "details": f"{number + 1} 楼的门锁坏了", "contact": contact}
