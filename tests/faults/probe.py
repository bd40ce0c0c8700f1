"""How soon a stack works again: an order of the probe's own goes through all three services."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx2
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import StreamState

from deploy.attached import Attached, sign
from deploy.demo.doors import TOKEN_TTL
from deploy.verify.run import connect
from shared.contracts.flows import SERVICES, durables_of, stream_of
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from tests.faults.site import Site
from tests.waiting import wait_for

WITHIN_SECONDS = 90.0
ANSWER_SECONDS = 3.0
LOOK_SECONDS = 0.1
"""Between two looks: looking without a pause would be a load of its own on what is about to recover."""
BODY = {
    "service": "moving",
    "area": "maoling-east-g1",
    "details": "搬一张桌子",
    "contact": {"name": "李阿姨", "phone": "+86 154 0000 9998"},
    "urgency": "urgent",
}


async def recovered(site: Site, within: float = WITHIN_SECONDS) -> float:
    """Seconds from now (the cause is gone) until a fresh order is accepted, matcher's fact of it is in the resident's
    view, somebody has a notice of it, and every fact that was under way is taken.

    Raises ``AssertionError`` that says which of them did not come.
    """
    began, attached = time.monotonic(), site.attached
    under_way = asyncio.create_task(_taken(attached, within))
    try:
        await _goes_through(site, attached, str(uuid.uuid4()), within)
        await under_way
    finally:
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)
    return time.monotonic() - began


async def _goes_through(site: Site, attached: Attached, key: str, within: float) -> None:
    """A fresh order is seen to by all three services."""
    deadline = time.monotonic() + within
    async with httpx2.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as http:

        async def accepted() -> dict[str, Any] | None:
            await asyncio.sleep(LOOK_SECONDS)
            url = f"{attached.url('intake')}/api/orders"
            answer = await http.post(url, json=BODY, headers={"Idempotency-Key": key})
            return answer.json() if answer.status_code == 201 else None

        placed = await wait_for(accepted, within, "an order to be accepted")
        assert placed is not None
        with site.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: placed[name] for name in ("order_id", "reference", "tracking_token")}) + "\n")

        async def followed() -> bool:
            await asyncio.sleep(LOOK_SECONDS)
            return await _is_dispatched(http, attached, placed) and await _is_told(http, attached, placed)

        left = max(deadline - time.monotonic(), 1.0)
        await wait_for(followed, left, f"matcher's and notifier's part in {placed['reference']}")


class _Looking:
    """A way into the broker that is opened again when it was closed: a supervisor may end the broker once more."""

    def __init__(self, attached: Attached) -> None:
        self._attached = attached
        self._connection: Client | None = None

    async def js(self) -> JetStreamContext:
        """Raises while the broker does not answer."""
        if self._connection is None or self._connection.is_closed:
            self._connection = await connect(self._attached)
        return self._connection.jetstream(timeout=ANSWER_SECONDS)

    async def last(self, stream: str) -> StreamState:
        """What a stream has."""
        return (await (await self.js()).stream_info(stream)).state

    async def close(self) -> None:
        """Leave."""
        if self._connection is not None:
            await self._connection.close()


async def _taken(attached: Attached, within: float) -> None:
    """Every consumer has taken what its stream had when the broker first answered."""
    deadline = time.monotonic() + within
    looking = _Looking(attached)
    try:
        for service in SERVICES:
            for durable, publisher in durables_of(service):
                stream = stream_of(publisher)
                state = await wait_for(partial(looking.last, stream), within, f"{stream} to have a leader")
                taken = partial(_has_taken, looking, stream, durable, state.last_seq)
                await wait_for(taken, deadline - time.monotonic(), f"{durable} to take what was under way")
    finally:
        await looking.close()


async def _has_taken(looking: _Looking, stream: str, durable: str, last: int) -> bool:
    await asyncio.sleep(LOOK_SECONDS)
    consumer = await (await looking.js()).consumer_info(stream, durable)
    floor = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
    return floor >= last or not (consumer.num_pending or consumer.num_ack_pending)


async def _is_dispatched(http: httpx2.AsyncClient, attached: Attached, placed: Mapping[str, Any]) -> bool:
    """Its timeline has a second entry: what matcher made of it has come back to intake."""
    url = f"{attached.url('intake')}/api/orders/{placed['reference']}"
    view = (await http.get(url, headers={"Authorization": f"Bearer {placed['tracking_token']}"})).json()
    return len(view["timeline"]) > 1


async def _is_told(http: httpx2.AsyncClient, attached: Attached, placed: Mapping[str, Any]) -> bool:
    ops = sign(attached.layout, Caller(Role.OPS, "faults"), TOKEN_TTL)
    url = f"{attached.url('notifier')}/api/notices?order={placed['order_id']}&limit=200"
    page = (await http.get(url, headers={"Authorization": f"Bearer {ops}"})).json()
    return bool(page["items"])
