"""A resident who lost the number finds the order by the code that came to the phone."""

from __future__ import annotations

import json
from typing import Any

from deploy.attached import Attached
from deploy.demo.doors import Doors
from shared.community.phones import mobile
from tests.flows.people import order, place
from tests.waiting import wait_for

LOST, UNKNOWN = "+86 154 0000 8642", "+86 154 0000 8643"


def codes_to(stack: Attached, phone: str) -> list[str]:
    """The codes that came to a phone, as the demonstration's messages have them."""
    lines = stack.layout.notice_file.read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line) for line in lines]
    return [one["code"] for one in messages if one["kind"] == "code" and one["recipient"]["phone"] == mobile(phone)]


async def find(doors: Doors, phone: str) -> str:
    """Ask for a code; the claim."""
    status, asked = await doors.ask("POST", "intake", "/api/orders/find", "", {"phone": phone})
    assert (202, ["claim"]) == (status, list(asked))
    return str(asked["claim"])


async def test_an_order_is_found_by_the_code_that_came(stack: Attached, doors: Doors) -> None:
    """The token that comes back opens it; a phone without orders is answered alike, and no code comes to it."""
    placed = await place(doors, "small_repairs", contact={"name": "李阿姨", "phone": LOST})
    await find(doors, UNKNOWN)
    claim = await find(doors, LOST)

    async def came() -> list[str]:
        return codes_to(stack, LOST)

    (code,) = await wait_for(came, 20.0, "the code to come")
    typed: dict[str, Any] = {"claim": claim, "phone": LOST, "code": code}
    status, found = await doors.ask("POST", "intake", "/api/orders/find/verify", "", typed)
    assert 200 == status
    (one,) = found["items"]
    assert (placed["reference"], placed["tracking_token"]) == (one["reference"], one["tracking_token"])
    assert placed["order_id"] == (await order(doors, one))["order_id"]
    assert 401 == (await doors.ask("POST", "intake", "/api/orders/find/verify", "", typed))[0]
    assert [] == codes_to(stack, UNKNOWN)
