"""``python -m tests.browser.icons``: the installable shell's pictures, drawn from its one SVG.

``icon-*``: as it is; ``maskable-*``: on a full square with the drawing inside the safe zone, for devices that cut icons
into a shape of their own.
"""

from __future__ import annotations

import asyncio
import sys

from playwright.async_api import Browser, async_playwright

from shared.web.assets import STATIC
from tests.browser.windows import launch

SOURCE = STATIC / "paidan.svg"
FOLDER = STATIC / "app"
DRAWN = {"icon-192": (192, 1.0), "icon-512": (512, 1.0), "maskable-512": (512, 0.8)}
"""By file: the side in pixels, and which share of it the drawing takes."""
GROUND = "#b3261e"


async def draw(browser: Browser, name: str, side: int, share: float) -> None:
    """One picture; the corners of a whole one are transparent."""
    page = await browser.new_page(viewport={"width": side, "height": side})
    ground = "transparent" if share == 1 else GROUND
    drawing = SOURCE.read_text(encoding="utf-8").replace(
        "<svg ", f'<svg width="{side * share}" height="{side * share}" '
    )
    await page.set_content(
        f'<body style="margin:0;height:100vh;display:grid;place-items:center;background:{ground}">{drawing}'
    )
    await page.screenshot(path=FOLDER / f"{name}.png", omit_background=True)
    await page.close()
    sys.stdout.write(f"{name}.png\n")


async def draw_all() -> None:
    """Every picture of ``DRAWN``."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for name, (side, share) in DRAWN.items():
            await draw(browser, name, side, share)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw_all())
