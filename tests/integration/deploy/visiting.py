"""A resident and an operator at a stack that ``paidan up`` runs."""

from __future__ import annotations

from typing import Any

import httpx2

from deploy.layout import DEFAULT_DEFINITION
from shared.community.definition import load
from shared.contracts.flows import SERVICES
from tests.integration.deploy.stacks import Up, paidan
from tests.waiting import wait_for

COUNTY = load(DEFAULT_DEFINITION)
SERVICE = COUNTY.services[0].code
GRID = COUNTY.areas.of_kind("grid")[0].code
VOLUNTEER = "v-0001"


async def get(url: str, token: str = "") -> httpx2.Response:
    """GET with a token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.get(url, headers=headers)


async def place(intake: str) -> dict[str, Any]:
    """Place an order as a resident and return the answer of the door."""
    body = {
        "service": SERVICE,
        "area": GRID,
        "details": "the tap drips",
        "contact": {"name": "resident", "phone": "15400000001"},
    }
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{intake}/api/orders", json=body)
    assert 201 == answer.status_code, answer.text
    placed: dict[str, Any] = answer.json()
    return placed


async def volunteer_status(running: Up) -> int:
    """How matcher answers a volunteer of the roster: 200 when they are known, 404 when not."""
    printed = await paidan("token", "--role", "volunteer", "--subject", VOLUNTEER, "--data", str(running.data))
    return (await get(f"{running.addresses['matcher']}/api/me", printed.out.strip())).status_code


async def all_ready(running: Up) -> None:
    """Wait until every service says it is ready."""

    async def ready() -> bool:
        return all([(await get(f"{running.addresses[s]}/readyz")).status_code == 200 for s in SERVICES])

    await wait_for(ready, within=60, what="every service to be ready")
