"""Residents, volunteers, coordinators and ops of a running stack, as the flow tests let them act."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from deploy.attached import Attached, load_definition
from deploy.demo.doors import Doors
from shared.contracts.words import Role
from tests.waiting import wait_for

GRID = "maoling-east-g1"
PHONE = "+86 154 0000 9999"


async def place(doors: Doors, service: str, **changes: Any) -> dict[str, Any]:
    """Place an order in the first grid; the 201's body."""
    body = {
        "service": service,
        "area": GRID,
        "details": "水龙头一直在滴水",
        "contact": {"name": "李阿姨", "phone": PHONE},
        **changes,
    }
    return await doors.place(body, str(uuid.uuid4()))


async def order(doors: Doors, placed: Mapping[str, Any]) -> dict[str, Any]:
    """The order as its resident sees it."""
    path = f"/api/orders/{placed['reference']}"
    status, view = await doors.ask("GET", "intake", path, str(placed["tracking_token"]))
    assert status == 200
    return view


async def in_state(doors: Doors, placed: Mapping[str, Any], state: str) -> dict[str, Any]:
    """Wait until the resident sees the order in this state."""

    async def reached() -> dict[str, Any] | None:
        view = await order(doors, placed)
        return view if view["state"] == state else None

    found = await wait_for(reached, 20.0, f"{placed['reference']} to be {state}")
    assert found is not None
    return found


async def notices(doors: Doors, order_id: str) -> list[dict[str, Any]]:
    """Every notice of an order, as ops sees them."""
    ops = doors.as_caller(Role.OPS, "tests")
    status, page = await doors.ask("GET", "notifier", f"/api/notices?order={order_id}&limit=200", ops)
    assert status == 200
    items: list[dict[str, Any]] = page["items"]
    return items


async def asked(doors: Doors, order_id: str, besides: frozenset[str] = frozenset()) -> tuple[str, str, str]:
    """Wait for somebody to be asked who was not before: volunteer id, their token, the offer's id."""

    async def someone() -> tuple[str, str, str] | None:
        for notice in await notices(doors, order_id):
            volunteer = notice["recipient"]["id"]
            if notice["kind"] != "offer_made" or volunteer in besides:
                continue
            token = doors.as_caller(Role.VOLUNTEER, volunteer)
            _, offers = await doors.ask("GET", "matcher", "/api/offers", token)
            for offer in offers["items"]:
                if offer["order_id"] == order_id:
                    return volunteer, token, offer["offer_id"]
        return None

    found = await wait_for(someone, 20.0, "a volunteer to be asked")
    assert found is not None
    return found


async def serve(doors: Doors, token: str, offer_id: str) -> None:
    """Accept, start and complete, as one volunteer."""
    status, accepted = await doors.ask("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})
    assert (status, accepted["state"]) == (200, "assigned")
    path = f"/api/assignments/{accepted['assignment_id']}"
    assert (await doors.ask("POST", "matcher", f"{path}/start", token, {}))[0] == 200
    report = {"report": "换了密封圈", "minutes": 40}
    assert (await doors.ask("POST", "matcher", f"{path}/complete", token, report))[0] == 200


async def review(doors: Doors, placed: Mapping[str, Any], outcome: str) -> dict[str, Any]:
    """The resident's verdict; the order as it is then."""
    path = f"/api/orders/{placed['reference']}/review"
    body = {"outcome": outcome, "rating": 5 if outcome == "fixed" else 2}
    status, view = await doors.ask("POST", "intake", path, str(placed["tracking_token"]), body)
    assert status == 200
    return view


def coordinator(stack: Attached, doors: Doors, area: str) -> str:
    """A token of the coordinator of an area."""
    held = load_definition(stack.stack.definition).ladder.by_area[area]
    return doors.as_caller(Role.COORDINATOR, held.coordinator_id, area)
