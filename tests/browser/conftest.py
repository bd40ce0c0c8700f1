"""One stack and one browser for all tests of the pages. It is a Sunday evening there: volunteers are free."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from deploy.attached import Attached, attach
from tests.browser.scene import Scene
from tests.browser.staging import build
from tests.browser.windows import launch
from tests.integration.deploy.stacks import EVENING, free_port_base, up
from tests.servers import ServerMissing


@pytest.fixture(scope="package")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Attached]:
    """The reference county with its roster."""
    data = tmp_path_factory.mktemp("pages") / "data"
    async with up(data, free_port_base(), "--clock", EVENING):
        yield attach(data)


@pytest.fixture(scope="package")
async def scene(stack: Attached) -> Scene:
    """Orders in every state, and a session of every role."""
    return await build(stack)


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Chromium; where it is not installed the tests fail with a single line."""
    async with async_playwright() as playwright:
        try:
            started = await launch(playwright)
        except ServerMissing as missing:
            pytest.fail(str(missing), pytrace=False)
        yield started
        await started.close()
