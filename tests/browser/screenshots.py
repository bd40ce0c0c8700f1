"""``python -m tests.browser.screenshots``: pictures of the three pages for docs/images, from a fresh stack.

Each is taken of one living order: a resident follows it, a volunteer serves it, ops watch the events. At 360
and 1280 CSS pixels, in Chinese and English.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from deploy.attached import Attached, attach
from tests.browser.conftest import EVENING
from tests.browser.people import OPS, asked, place, sees_state, sign_in
from tests.browser.windows import DESKTOP, PHONE, Window, launch, window
from tests.integration.deploy.stacks import free_port_base, up

IMAGES = Path(__file__).parents[2] / "docs" / "images"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
HEIGHTS = {PHONE: 780, DESKTOP: 900}


async def take_all() -> None:
    """Start a stack and a browser, take every picture, end both."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as leaving:
        data = Path(leaving.enter_context(tempfile.TemporaryDirectory())) / "data"
        await leaving.enter_async_context(up(data, free_port_base(), "--clock", EVENING))
        playwright = await leaving.enter_async_context(async_playwright())
        browser = await launch(playwright)
        leaving.push_async_callback(browser.close)
        for name, language in LANGUAGES.items():
            for width in HEIGHTS:
                await take(browser, attach(data), name, language, width)


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


async def picture(shown: Window, path: Path) -> None:
    """One picture of what the window shows. Raises ``AssertionError`` for a page that complains."""
    if shown.complaints:
        raise AssertionError(f"{path.name}: {shown.complaints}")
    await shown.page.evaluate("scrollTo(0, 0)")
    await shown.page.screenshot(path=path, full_page=shown.page.viewport_size == {"width": PHONE, "height": 780})
    sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    asyncio.run(take_all())
