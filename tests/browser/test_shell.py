"""The shell of the pages in a browser: without a network, and on a device that strangers share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Route

from deploy.attached import Attached
from tests.browser.people import place
from tests.browser.windows import Window, window
from tests.faults.wires import Wire
from tests.ports import LOOPBACK
from tests.waiting import wait_for

KEPT = """async () => {
    const kept = []
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname)
    return kept
}"""
"""The path of everything in every cache of the page's origin."""
LATE_SECONDS = 0.5
"""How much later than the others a script arrives: a slow line, made."""
IN_CHARGE = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


@asynccontextmanager
async def wire_to(stack: Attached, service: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to a service, and the address of its near end."""
    wire = Wire(urlsplit(stack.url(service)).port or 0)
    async with await asyncio.start_server(wire.serve, LOOPBACK, wire.port):
        yield wire, f"http://{LOOPBACK}:{wire.port}"
        wire.cut()


async def watched(page: Page) -> None:
    """Wait until the service worker is in charge of the page."""

    async def in_charge() -> bool:
        return bool(await page.evaluate(IN_CHARGE))

    await wait_for(in_charge, 20.0, "the service worker")


async def test_without_a_network_one_page_says_so_and_nothing_personal_was_kept(
    stack: Attached, browser: Browser
) -> None:
    """The worker keeps style, scripts, icons and the offline page; an order that was open is not among them."""
    async with wire_to(stack, "intake") as (wire, intake), window(browser) as resident:
        page = resident.page
        await page.goto(intake)
        await watched(page)
        reference = await place(page, stack)  # a browser sends cookies to every port of a host
        for path in (f"/orders/{reference}", "/find", "/privacy"):
            await page.goto(f"{intake}{path}")
            await watched(page)
        kept = await page.evaluate(KEPT)
        assert [] == [path for path in kept if path != "/offline" and not path.startswith("/static/")]
        assert {"/offline", "/static/paidan.css", "/static/icons.svg", "/static/paidan.js"} <= set(kept)
        wire.cut()
        await page.goto(f"{intake}/orders/{reference}")
        assert ["zh-CN", "en"] == await page.eval_on_selector_all("section", "all => all.map(one => one.lang)")
        assert reference not in await page.content()
        assert "150%" == await page.evaluate(  # the style came from the cache
            "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules])"
            ".find(rule => rule.selectorText === 'html.elder').style.fontSize"
        )
        wire.mend()
        await page.click("a.main")
        assert reference == (await page.inner_text(".reference")).strip()


async def test_a_page_listens_however_late_its_scripts_come(stack: Attached, browser: Browser) -> None:
    """Each script of the page is held back in turn, the others are there at once; it asks for what is new."""
    async with window(browser, worker=False) as resident:
        page, reference = resident.page, await place(resident.page, stack)
        for script in await page.eval_on_selector_all("script", "all => all.map(one => one.src)"):

            async def late(route: Route) -> None:
                await asyncio.sleep(LATE_SECONDS)
                await route.continue_()

            await page.route(script, late)
            async with page.expect_request(f"**/orders/{reference}/live*"):
                await page.reload()
            await page.unroute(script)
        assert [] == resident.complaints


async def test_the_large_view_calls_the_station_by_one_big_button(stack: Attached, browser: Browser) -> None:
    """On the first screen of a phone, as high as a thumb, with the number that the community has."""
    async with window(browser) as resident:
        await resident.page.goto(stack.url("intake"))
        assert 0 == await resident.page.locator("a.call").count()
        await resident.page.click('button[name="elder"]')
        call = resident.page.locator("a.call")
        shape = await call.bounding_box()
        assert shape is not None
        assert "tel:15499990000" == await call.get_attribute("href")
        assert (True, True) == (shape["height"] >= 60, shape["y"] + shape["height"] <= 780)


async def turned(device: Window, intake: str) -> None:
    """Make a browser a station's device."""
    await device.page.goto(f"{intake}/kiosk")
    await device.page.click('button[name="on"]')


async def test_a_station_device_forgets_the_order_by_its_button(stack: Attached, browser: Browser) -> None:
    """The order is open until whoever placed it is finished; then neither its address nor the way back shows it."""
    intake = stack.url("intake")
    async with window(browser, width=1280) as device:
        page = device.page
        await turned(device, intake)
        assert "elder kiosk" == await page.locator("html").get_attribute("class")
        reference = await place(page, stack)
        await page.click("#leave button")
        assert f"{intake}/" == page.url
        assert [] == [one["name"] for one in await page.context.cookies() if one["name"] == "paidan_track"]
        for shows in (page.go_back(), page.goto(f"{intake}/orders/{reference}")):
            await shows
            assert reference not in await page.inner_text("main")
        assert [0, 0] == await page.evaluate("[localStorage.length, sessionStorage.length]")


async def test_a_station_device_forgets_who_went_away(stack: Attached, browser: Browser) -> None:
    """After a while without a touch it warns, and then clears everything by itself."""
    intake = stack.url("intake")
    async with window(browser) as device:
        page = device.page
        await page.clock.install()
        await turned(device, intake)
        reference = await place(page, stack)
        await page.clock.run_for(95_000)
        assert await page.is_visible("#leaving")
        await page.mouse.move(5, 5)
        await page.mouse.down()
        assert not await page.is_visible("#leaving")
        async with page.expect_navigation():
            await page.clock.run_for(125_000)
        assert f"{intake}/" == page.url
        await page.goto(f"{intake}/orders/{reference}")
        assert reference not in await page.inner_text("main")
