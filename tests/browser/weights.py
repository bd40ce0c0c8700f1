"""``python -m tests.browser.weights`` (``make weights``): what each page weighs, and when it is first painted.

The first visit is of a browser that was never here, over a telephone network: 1.6 Mbit/s down, 750 kbit/s up, 150 ms
there and back for each request, the processor four times as slow (the slow 4G with which mobile pages are commonly
measured). Weights are bytes of bodies as they are sent; the second visit sends the HTML alone. First paint is the
browser's own first contentful paint, from the navigation's start.
"""

from __future__ import annotations

import asyncio
import statistics
import sys

from playwright.async_api import Browser, Page

from tests.browser.looking import give
from tests.browser.measuring import MOST_BYTES, Weight, weight
from tests.browser.performance import performance
from tests.browser.scene import Scene
from tests.browser.visits import Visit, visits
from tests.browser.windows import window

MOST_SECONDS = 1.0
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
_PAINTED = """() => new Promise(resolve => new PerformanceObserver((list, observer) => {
    const found = list.getEntriesByName("first-contentful-paint")
    if (found.length) { observer.disconnect(); resolve(found[0].startTime) }
}).observe({type: "paint", buffered: true}))"""


async def weigh_all() -> int:
    """Print every page; how many are too heavy."""
    async with performance() as (browser, scene):
        rows = []
        for visit in visits(scene):
            if visit.press:
                continue
            weighed, seconds = await first_visit(browser, scene, visit)
            rows.append((visit.name, weighed, seconds))
            _say(f"{visit.name:28} {weighed.whole:7,} bytes, again {weighed.page:7,}; first paint {seconds:.2f} s")
    heavy = [name for name, weighed, _ in rows if weighed.whole >= MOST_BYTES]
    late = [name for name, _, seconds in rows if seconds >= MOST_SECONDS]
    whole, again = max(one.whole for _, one, _ in rows), max(one.page for _, one, _ in rows)
    painted = [seconds for _, _, seconds in rows]
    _say(
        f"{len(rows)} pages; the heaviest {whole:,} bytes at the first visit and {again:,} at the next; "
        f"first paint {statistics.median(painted):.2f} s at the median, {max(painted):.2f} s at the latest",
        f"over {MOST_BYTES:,} bytes: {', '.join(heavy) or 'none'}",
        f"painted after {MOST_SECONDS:.0f} s or later: {', '.join(late) or 'none'}",
    )
    return len(heavy)


async def first_visit(browser: Browser, scene: Scene, visit: Visit) -> tuple[Weight, float]:
    """What a page weighs, and after how many seconds a browser that was never here paints it."""
    async with window(browser) as shown:
        await give(shown, scene.cookies.get(visit.who, []))
        await _throttle(shown.page)
        await shown.page.goto(f"{scene.stack.url(visit.service)}{visit.path}")
        painted = await shown.page.evaluate(_PAINTED)
        return await weight(shown.page), float(painted) / 1000


async def _throttle(page: Page) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", NETWORK)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(int(asyncio.run(weigh_all()) > 0))
