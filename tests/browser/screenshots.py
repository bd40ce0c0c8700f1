"""``python -m tests.browser.screenshots``: pictures of the pages for docs/images, from a fresh stack.

First the demonstration's people act, so that the board has something to tell. Then each picture is taken of living
orders: a resident follows one, a volunteer serves it, ops watch the events; a coordinator has another on the desk and
opens it at intake. At 360 and 1280 CSS pixels, in Chinese and English.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, FloatRect, async_playwright

from deploy.attached import Attached, attach
from tests.browser.people import COMMUNITY, OPS, asked, coordinator, lead_on, place, sees_state, sign_in, take_down
from tests.browser.windows import DESKTOP, PHONE, Window, launch, window
from tests.integration.deploy.stacks import EVENING, free_port_base, paidan, up

IMAGES = Path(__file__).parents[2] / "docs" / "images"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
HEIGHTS = {PHONE: 780, DESKTOP: 900}
LONGEST = 1800
"""Of a long page on a phone the first so many CSS pixels are shown."""
ORDERS = 60
PASSING = f"{EVENING}@60"
"""Minutes pass while people act, so that the pictures tell of some."""


async def take_all() -> None:
    """Start a stack and a browser, take every picture, end both."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as leaving:
        data = Path(leaving.enter_context(tempfile.TemporaryDirectory())) / "data"
        await leaving.enter_async_context(up(data, free_port_base(), "--clock", PASSING))
        acted = await paidan("demo", "--data", str(data), "--orders", str(ORDERS), "--speed", "4", within=300)
        if acted.code:
            raise AssertionError(acted.out + acted.err)
        playwright = await leaving.enter_async_context(async_playwright())
        browser = await launch(playwright)
        leaving.push_async_callback(browser.close)
        for name, language in LANGUAGES.items():
            for width in HEIGHTS:
                await take(browser, attach(data), name, language, width)
                await take_desk(browser, attach(data), name, language, width)


async def take(browser: Browser, stack: Attached, name: str, language: str, width: int) -> None:
    """The three pages in one language and width."""
    async with (
        window(browser, language, width=width, height=HEIGHTS[width]) as resident,
        window(browser, language, width=width, height=HEIGHTS[width]) as volunteer,
        window(browser, language, width=width, height=HEIGHTS[width]) as ops,
    ):
        reference = await place(resident.page, stack)
        await sign_in(volunteer, stack, "matcher", await asked(stack, reference))
        card = volunteer.page.locator("li", has_text=reference)
        await card.locator("button.main").click()
        await card.locator("button.main").click()
        await sees_state(resident.page, "under_way")
        await sign_in(ops, stack, "notifier", OPS)
        await ops.page.locator("code", has_text="matcher.leg_started.v1").first.wait_for()
        for who, shown in (("resident", resident), ("volunteer", volunteer), ("ops", ops)):
            await picture(shown, IMAGES / f"{who}-{width}-{name}.png")


async def take_desk(browser: Browser, stack: Attached, name: str, language: str, width: int) -> None:
    """What a coordinator has, one order of theirs at intake, and what the public sees."""
    async with (
        window(browser, language, width=width, height=HEIGHTS[width]) as desk,
        window(browser, language, width=width, height=HEIGHTS[width]) as public,
    ):
        who = coordinator(stack, COMMUNITY)
        await sign_in(desk, stack, "matcher", who)
        reference = await take_down(stack, "haircut", who)
        await desk.page.locator("tr", has_text=reference).wait_for()
        await picture(desk, IMAGES / f"desk-{width}-{name}.png")
        await lead_on(desk, f"{stack.url('matcher')}/orders/{reference}")
        await desk.page.locator(".reference", has_text=reference).wait_for()
        await picture(desk, IMAGES / f"order-{width}-{name}.png")
        await public.page.goto(f"{stack.url('notifier')}/board")
        await picture(public, IMAGES / f"board-{width}-{name}.png")


async def picture(shown: Window, path: Path) -> None:
    """One picture of what the window shows. Raises ``AssertionError`` for a page that complains."""
    if shown.complaints:
        raise AssertionError(f"{path.name}: {shown.complaints}")
    await shown.page.evaluate("scrollTo(0, 0)")
    if shown.width == PHONE:
        height = await shown.page.evaluate("document.documentElement.scrollHeight")
        clip = FloatRect(x=0, y=0, width=PHONE, height=min(height, LONGEST))
        await shown.page.screenshot(path=path, full_page=True, clip=clip)
    else:
        await shown.page.screenshot(path=path)
    sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    asyncio.run(take_all())
