"""What residents, volunteers, coordinators and ops do in their windows, in any language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
from playwright.async_api import Page

from deploy.attached import Attached, load_definition, sign
from shared.contracts.requests import told_aloud
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from tests.browser.windows import Window
from tests.waiting import wait_for

SERVICE = "moving"
"""Any member may serve it, so that somebody is always asked."""
COMMUNITY, GRID, BUILDING = "maoling-east", "maoling-east-g1", "maoling-east-g1-b01"
OPS = Caller(Role.OPS, "tests")
TTL = timedelta(hours=1)


async def choose(page: Page, stack: Attached, service: str = SERVICE) -> None:
    """From the catalogue by taps alone to where one says who one is: a building, as soon as somebody can."""
    await page.goto(stack.url("intake"))
    await page.click(f'a[href="/order/{service}"]')
    await page.click(f'button[name="in"][value="{COMMUNITY}"]')
    await page.click(f'button[name="area"][value="{BUILDING}"]')
    await page.click('button[name="when"][value="soon"]')
    await page.wait_for_selector("#field-contact-phone")


async def introduce(page: Page) -> None:
    """Say who one is, and go on to the page that shows every answer."""
    await page.fill("#field-contact-phone", "+86 100 0000 1234")
    await page.fill("#field-contact-name", "李阿姨")
    await page.click("main button.main")
    await page.fill("#field-details", "五楼的旧沙发要搬到楼下，没有电梯。")


async def place(page: Page, stack: Attached, service: str = SERVICE) -> str:
    """Place an order and open its page; its reference."""
    await choose(page, stack, service)
    await introduce(page)
    await page.click("main button.main")
    reference = (await page.inner_text(".reference")).strip()
    await page.click(f'main a[href="/orders/{reference}"]')
    await page.wait_for_url(f"**/orders/{reference}")
    return reference


async def sees_state(page: Page, state: str) -> None:
    """Wait until the order's page shows a state, reloading nothing."""
    await page.wait_for_selector(f'[data-state="{state}"]')


async def send_token(window: Window, stack: Attached, service: str, caller: Caller) -> None:
    """Open a service's sign-in for who has a token, and send one."""
    await window.page.goto(f"{stack.url(service)}/sign-in/token")
    await window.page.fill("#field-token", sign(stack.layout, caller, TTL))
    await window.page.click("main button.main")


async def sign_in(window: Window, stack: Attached, service: str, caller: Caller) -> None:
    """Sign in on a service's pages."""
    await send_token(window, stack, service, caller)
    await window.page.wait_for_selector(".account")


async def asked(stack: Attached, reference: str) -> Caller:
    """Wait until volunteers are asked about an order; one of them, whose yes settles it: the others say no."""

    async def everybody() -> list[Caller]:
        return await told(stack, reference, "offer_made")

    first = (await wait_for(everybody, 20.0, "a volunteer to be asked"))[0]
    (offer,) = [one for one in await offers(stack, first) if one["reference"] == reference]
    county = coordinator(stack, load_definition(stack.stack.definition).areas.root.code)

    async def all_of_them() -> list[Caller]:
        explained = await ask(stack, "GET", f"/api/legs/{offer['leg_id']}/explanation", county)
        streams = await ask(stack, "GET", "/api/streams", OPS, "notifier")
        waiting = sum(one["pending"] + one["ack_pending"] for one in streams["items"] if one["name"] == "MATCHER")
        people = await everybody()
        return people if told_aloud(len(people)) == explained["asked"] and not waiting else []

    for other in await wait_for(all_of_them, 20.0, "everybody of the wave to be told"):
        for one in await offers(stack, other):
            if one["reference"] == reference and other != first:
                await ask(stack, "POST", f"/api/offers/{one['offer_id']}/decline", other)
    return first


async def told(stack: Attached, reference: str, kind: str) -> list[Caller]:
    """The volunteers who have a notice of this kind about an order, from ops' view."""
    page = await ask(stack, "GET", f"/api/notices?order={reference}", OPS, "notifier")
    return [Caller(Role.VOLUNTEER, one["recipient"]["id"]) for one in page["items"] if one["kind"] == kind]


async def offers(stack: Attached, volunteer: Caller) -> list[dict[str, Any]]:
    """What a volunteer is asked at the moment."""
    found: list[dict[str, Any]] = (await ask(stack, "GET", "/api/offers", volunteer))["items"]
    return found


async def ask(
    stack: Attached, method: str, path: str, caller: Caller, service: str = "matcher", body: Any = None
) -> dict[str, Any]:
    """The JSON of a service's answer to somebody."""
    headers = {"Authorization": f"Bearer {sign(stack.layout, caller, TTL)}"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.request(method, f"{stack.url(service)}{path}", headers=headers, json=body)
    assert answer.is_success, answer.text
    said: dict[str, Any] = answer.json()
    return said


def coordinator(stack: Attached, area: str = GRID) -> Caller:
    """Who answers for an area."""
    held = load_definition(stack.stack.definition).ladder.by_area[area]
    return Caller(Role.COORDINATOR, held.coordinator_id, area)


async def take_down(stack: Attached, service: str, caller: Caller) -> str:
    """A coordinator takes an order down by phone for somebody who reads no messages; its reference."""
    wish = {
        "service": service,
        "area": GRID,
        "details": "老人行动不便，想请人上门理发。",
        "contact": {"name": "王大爷", "phone": "+86 100 0000 5678"},
        "channel": "phone",
        "call_only": True,
        "consent": {"person": True},
    }
    return str((await ask(stack, "POST", "/api/orders", caller, "intake", wish))["reference"])


async def lead_on(desk: Window, address: str) -> None:
    """By matcher's button to a coordinator's page at intake, without signing in again."""
    await desk.page.goto(address)
    await desk.page.click("main button.main")
