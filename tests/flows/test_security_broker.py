"""Cases of security.md about the broker: who may speak there, and what a forged word brings about: nothing.

Each test is named by its number; ``docs/security.md`` is written from them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from deploy.attached import Attached
from deploy.demo.doors import Doors
from deploy.permissions import inbox_of
from shared.contracts.envelope import to_headers
from shared.contracts.words import Role
from shared.messaging.entering import Entrance, enter
from tests.flows.people import GRID, order, place
from tests.waiting import wait_for

COMMUNITY = GRID.rpartition("-")[0]


@asynccontextmanager
async def speaking(stack: Attached, user: str) -> AsyncIterator[tuple[Client, list[str]]]:
    """A connection with the key of one user, and what the broker complained about."""
    complaints: list[str] = []

    async def complained(error: Exception) -> None:
        complaints.append(str(error).lower())

    client = await enter(stack.entrance(user), inbox_prefix=inbox_of(user), error_cb=complained, allow_reconnect=False)
    try:
        yield client, complaints
    finally:
        await client.close()


async def test_case_23_nobody_is_anonymous_and_nobody_says_what_is_not_theirs(stack: Attached) -> None:
    """No door without a key; another's subject and the deletion of a stream are permission violations."""

    async def unsaid(_: Exception) -> None: ...

    url = stack.stack.addresses["nats"]
    with pytest.raises((NatsError, OSError)):
        await enter(Entrance(url), allow_reconnect=False, connect_timeout=2, error_cb=unsaid)
    forbidden = ["matcher.order_done.v1._.x", "$JS.API.STREAM.DELETE.INTAKE", "$JS.API.STREAM.PURGE.MATCHER"]
    async with speaking(stack, "intake") as (client, complaints):
        for subject in forbidden:
            await client.publish(subject, b"{}")
        await client.subscribe("matcher.>")
        await wait_for(_said(complaints, 4), 5.0, "four permission violations")
    assert [True] * 4 == ["permissions violation" in line for line in complaints]


def _said(complaints: list[str], count: int) -> Callable[[], Awaitable[bool]]:
    async def said() -> bool:
        return len(complaints) >= count

    return said


async def test_case_24_a_word_in_anothers_name_is_a_dead_letter(stack: Attached, doors: Doors) -> None:
    """What matcher says as intake is buried by its hearers with a reason, and the order stays as it was."""
    placed = await place(doors, "small_repairs")
    event_id = str(uuid.uuid4())
    marks = to_headers(
        "paidan.intake.order_cancelled.v1", placed["order_id"], event_id=event_id, time=datetime.now(UTC)
    )
    subject = f"matcher.order_done.v1.{COMMUNITY}.{placed['order_id']}"
    told = {"order_id": placed["order_id"], "reference": placed["reference"], "version": 99}
    async with speaking(stack, "matcher") as (client, _):
        await client.jetstream().publish(subject, json.dumps(told).encode(), headers={**marks, "Nats-Msg-Id": event_id})
    ops = doors.as_caller(Role.OPS, "ops")

    async def buried() -> list[dict[str, Any]]:
        _, page = await doors.ask("GET", "notifier", "/api/dead-letters?limit=200", ops)
        mine = [letter for letter in page["items"] if placed["order_id"] in letter["subject"]]
        return mine if len(mine) >= 2 else []

    letters = await wait_for(buried, 20.0, "both hearers to bury it")
    assert {"intake", "notifier"} == {letter["service"] for letter in letters}
    for letter in letters:
        path = f"/api/dead-letters/{letter['dead_letter_id']}/discard"
        assert 200 == (await doors.ask("POST", "notifier", path, ops, {"reason": "forged"}))[0]
    after = await order(doors, placed)
    words = [step["what"] for step in after["timeline"]]
    assert not {"done", "cancelled"} & {after["state"], *words}
