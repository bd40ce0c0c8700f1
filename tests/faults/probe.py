"""How soon a stack works again: an order of the probe's own goes through all three services."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

import httpx2

from deploy.attached import Attached, sign
from deploy.demo.doors import TOKEN_TTL
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from tests.faults.site import Site
from tests.waiting import wait_for

WITHIN_SECONDS = 90.0
ANSWER_SECONDS = 3.0
BODY = {
    "service": "moving",
    "area": "maoling-east-g1",
    "details": "搬一张桌子",
    "contact": {"name": "李阿姨", "phone": "+86 154 0000 9998"},
    "urgency": "urgent",
}


async def recovered(site: Site, within: float = WITHIN_SECONDS) -> float:
    """Seconds from now (the cause is gone) until a fresh order is accepted, matcher's fact of it is in the resident's
    view, and somebody has a notice of it.

    Raises ``AssertionError`` that says which of the three did not come.
    """
    began, attached, key = time.monotonic(), site.attached, str(uuid.uuid4())
    async with httpx2.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as http:

        async def accepted() -> dict[str, Any] | None:
            url = f"{attached.url('intake')}/api/orders"
            answer = await http.post(url, json=BODY, headers={"Idempotency-Key": key})
            return answer.json() if answer.status_code == 201 else None

        placed = await wait_for(accepted, within, "an order to be accepted")
        assert placed is not None
        with site.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: placed[name] for name in ("order_id", "reference", "tracking_token")}) + "\n")
        left = within - (time.monotonic() - began)

        async def followed() -> bool:
            return await _is_dispatched(http, attached, placed) and await _is_told(http, attached, placed)

        await wait_for(followed, max(left, 1.0), f"matcher's and notifier's part in {placed['reference']}")
    return time.monotonic() - began


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
