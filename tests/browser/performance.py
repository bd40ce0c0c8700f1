"""A stage of one's own for the commands that look at pages: a stack, a browser, the scene; all end together."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from deploy.attached import attach
from tests.browser.scene import Scene
from tests.browser.staging import build
from tests.browser.windows import launch
from tests.integration.deploy.stacks import EVENING, free_port_base, paidan, up


@asynccontextmanager
async def performance(*, orders: int = 0) -> AsyncIterator[tuple[Browser, Scene]]:
    """A browser and the scene on a fresh stack. ``orders``: so many of the demonstration's are served before. Raises
    ``AssertionError``.
    """
    async with AsyncExitStack() as leaving:
        data = Path(leaving.enter_context(tempfile.TemporaryDirectory())) / "data"
        await leaving.enter_async_context(up(data, free_port_base(), "--clock", EVENING))
        if orders:
            acted = await paidan("demo", "--data", str(data), "--orders", str(orders), "--speed", "4", within=300)
            if acted.code:
                raise AssertionError(acted.out + acted.err)
        playwright = await leaving.enter_async_context(async_playwright())
        browser = await launch(playwright)
        leaving.push_async_callback(browser.close)
        yield browser, await build(attach(data))
