"""Neighbours with the same matter: what they have in mind, and what they do about it over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from shared.community.definition import Community, load
from tests.integration.intake.dispatch import SERVED, Dispatch
from tests.integration.intake.running import Place, bearer
from tests.unit.community import small_county

DOGS = {"service": "haircut", "area": "east-g1", "details": "6栋2单元楼下流浪狗一直叫"}
ZHAO = {"name": "赵六", "phone": "139 0000 2222"}
QIAN = {"name": "钱七", "phone": "137 0000 3333"}


def public_county(folder: Path) -> Community:
    """The small county, where the barber cuts in public and quarrels are settled there."""
    public = 'duration_minutes = 30\nparties = true\nmode = "public_space"'
    return load(small_county.write(folder, "small.toml", 'duration_minutes = 30\nmode = "home_visit"', public))


async def similar_to(client: httpx2.AsyncClient, text: str, area: str = "east-g1", **more: Any) -> list[dict[str, Any]]:
    """The similar orders somebody is shown before ordering."""
    answer = await client.post("/api/suggestions", json={"text": text, "service": "haircut", "area": area, **more})
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["similar"]
    return found


async def joined(client: httpx2.AsyncClient, contact: dict[str, str]) -> dict[str, Any]:
    """Somebody with the same matter joins the one order there is."""
    (one,) = await similar_to(client, "6栋2单元流浪狗叫")
    answer = await client.post("/api/orders/join", json={"join_token": one["join_token"], "contact": contact})
    assert 201 == answer.status_code, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def seen(client: httpx2.AsyncClient, told: dict[str, Any]) -> dict[str, Any]:
    """The order as somebody sees it with their own token."""
    answer = await client.get(f"/api/orders/{told['reference']}", headers=bearer(told["tracking_token"]))
    assert 200 == answer.status_code, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def post(client: httpx2.AsyncClient, told: dict[str, Any], verb: str, **body: Any) -> httpx2.Response:
    """One of somebody's verbs on their order."""
    address = f"/api/orders/{told['reference']}/{verb}"
    return await client.post(address, json=body, headers=bearer(told["tracking_token"]))


async def serve(place: Place, order_id: str) -> None:
    """Let matcher serve an order."""
    async with place.writing() as intake:
        dispatch = await Dispatch.of(intake, place, order_id)
        await dispatch.tell(*SERVED)
