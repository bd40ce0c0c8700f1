"""Looking at a page of the scene: as wide as a phone or a desk, light or dark, in either size and language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product
from typing import Literal, get_args

from playwright.async_api import Browser, Page

from tests.browser.measuring import AXE
from tests.browser.scene import Cookie, Scene
from tests.browser.visits import Visit
from tests.browser.windows import DESKTOP, HEIGHT, PHONE, REFUSED, Window, window

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
WIDTHS = PHONE, DESKTOP


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page. ``width`` in CSS pixels; ``elder``: in the large view."""

    width: int = PHONE
    language: Language = "zh-CN"
    elder: bool = False
    dark: bool = False

    def __str__(self) -> str:
        size, light = ("elder" if self.elder else "normal"), ("dark" if self.dark else "light")
        return f"{self.width} px, {self.language}, {size}, {light}"


LOOKS = [Look(*chosen) for chosen in product(WIDTHS, LANGUAGES, (False, True), (False, True))]
"""Every way to look at a page."""


class Eyes:
    """One window for each reader of a scene, opened when first needed. Made by ``looking``."""

    def __init__(self, browser: Browser, scene: Scene, leaving: AsyncExitStack) -> None:
        self.scene = scene
        self._browser, self._leaving = browser, leaving
        self._windows: dict[str, Window] = {}

    async def window(self, who: str) -> Window:
        """The reader's window, with the cookies the scene gave them."""
        if who not in self._windows:
            opened = await self._leaving.enter_async_context(window(self._browser, worker=False))
            await opened.page.add_init_script(AXE)
            await give(opened, self.scene.cookies.get(who, []))
            self._windows[who] = opened
        return self._windows[who]

    async def look(self, visit: Visit, look: Look) -> Page:
        """The page as it shows itself so. Raises ``AssertionError`` for one that complains or is answered otherwise."""
        shown = await self.window(visit.who)
        shown.complaints.clear()
        await give(shown, [Cookie("paidan_lang", look.language), Cookie("paidan_elder", "1" if look.elder else "")])
        await frame(shown, look)
        status = await arrive(shown.page, f"{self.scene.stack.url(visit.service)}{visit.path}", visit)
        said = (status, shown.unexpected(*([REFUSED] if visit.status >= 400 else [])))
        assert (visit.status, []) == said, f"{visit.name} ({look}): {shown.page.url} {said}"
        return shown.page


async def frame(shown: Window, look: Look) -> None:
    """Width and light of a window; both change without loading the page again, and at once."""
    await shown.page.set_viewport_size({"width": look.width, "height": HEIGHT})
    await shown.page.emulate_media(color_scheme="dark" if look.dark else "light", reduced_motion="reduce")


async def arrive(page: Page, url: str, visit: Visit) -> int:
    """Open an address, and press what leads to the page that is meant; the status of that page. A page that a
    script shows in place of the one before has none of its own.
    """
    answer = await page.goto(url)
    for number, selector in enumerate(visit.press, 1):
        if visit.fill and number == len(visit.press):
            await page.fill(*visit.fill)
        async with page.expect_navigation() as arrived:
            await page.locator(selector).first.click()
        answer = await arrived.value
    return answer.status if answer else HTTPStatus.OK


async def give(shown: Window, cookies: list[Cookie]) -> None:
    """Lay cookies into a window, for all three services."""
    await shown.page.context.add_cookies(
        [{"name": one.name, "value": one.value, "domain": "127.0.0.1", "path": one.path} for one in cookies]
    )


@asynccontextmanager
async def looking(browser: Browser, scene: Scene) -> AsyncIterator[Eyes]:
    """Eyes for a scene; their windows close on leaving."""
    async with AsyncExitStack() as leaving:
        yield Eyes(browser, scene, leaving)
