"""Browser windows for the tests: Debian's Chromium under Playwright, with every complaint of a page kept."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright

from tests.servers import ServerMissing

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WITHIN_MILLISECONDS = 20_000
PHONE = 360
DESKTOP = 1280
HEIGHT = 780
IN_BOTH_SIZES = """() => {
    const root = document.documentElement, was = root.className
    const used = [false, true].map(large => { root.classList.toggle("elder", large); return root.scrollWidth })
    root.className = was
    return used
}"""
"""How wide the page is without and with the class of the large view."""
REFUSED = "Failed to load resource: the server responded with a status of 4"
"""What Chromium writes to the console for a page that says no; expected where a test provokes one."""


def chromium() -> str:
    """Where Chromium is. Raises ``ServerMissing`` that says what installs it."""
    path = shutil.which("chromium")
    if path is None:
        raise ServerMissing("Chromium is missing: install the package chromium (Debian: apt-get install chromium)")
    return path


async def launch(playwright: Playwright) -> Browser:
    """Start the browser; nothing is downloaded."""
    return await playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))


@dataclass
class Window:
    """One person's browser window. ``complaints``: errors on the console, uncaught ones, broken policies."""

    page: Page
    width: int
    complaints: list[str] = field(default_factory=list)

    def unexpected(self, *expected: str) -> list[str]:
        """The complaints that do not begin with one of these."""
        return [complaint for complaint in self.complaints if not complaint.startswith(expected)]

    async def holds(self, width: int) -> bool:
        """Whether the page fits a window drawn that wide (CSS pixels), in normal size and in large; the window stays
        so. Both are one page: the large view is a class of its root.
        """
        await self.page.set_viewport_size({"width": width, "height": HEIGHT})
        normal, large = await self.page.evaluate(IN_BOTH_SIZES)
        return max(int(normal), int(large)) <= width


@asynccontextmanager
async def window(
    browser: Browser,
    language: str = "zh-CN",
    *,
    width: int = PHONE,
    height: int = HEIGHT,
    javascript: bool = True,
    worker: bool = True,
) -> AsyncIterator[Window]:
    """A window of a fresh browser: no cookies, this language, this width in CSS pixels. ``worker``: the pages' service
    worker is let in; what comes out of its store tells nothing of what was sent.
    """
    context = await browser.new_context(
        locale=language,
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
        timezone_id="Asia/Shanghai",
        service_workers="allow" if worker else "block",
    )
    context.set_default_timeout(WITHIN_MILLISECONDS)
    opened = Window(await context.new_page(), width)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and (worker or "Service Worker" not in message.text):
            opened.complaints.append(message.text)

    opened.page.on("console", on_console)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    try:
        yield opened
    finally:
        await context.close()
