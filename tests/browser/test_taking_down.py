"""An order by telephone, taken down without touching the mouse: every key that is pressed is counted."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Browser, Page

from deploy.attached import Attached
from tests.browser.people import coordinator, sign_in
from tests.browser.windows import DESKTOP, window

KEYS_OF_THE_FORM = 30
"""At two keys a second, slow for an office, a quarter of a minute: the rest of the minute is for listening."""
KEYS_FROM_THE_DESK = 40


@dataclass
class Keyboard:
    """One person's keyboard at a page."""

    page: Page
    pressed: int = 0

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            await self.page.keyboard.press(key)
            self.pressed += 1

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*text)

    async def at(self) -> str:
        """The name or the words of what has the focus."""
        return str(await self.page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))

    async def go_to(self, words: str, most: int) -> None:
        """Tab until something has the focus, in so many steps."""
        for _ in range(most):
            await self.press("Tab")
            if await self.at() == words:
                return
        raise AssertionError(f"{words} is farther than {most} tabs away")


async def test_an_order_by_telephone_is_taken_down_by_keyboard_alone(stack: Attached, browser: Browser) -> None:
    """From the desk to the number that is told: what, where, who, yes, sent; then the next form is ready."""
    async with window(browser, "en", width=DESKTOP) as desk:
        await sign_in(desk, stack, "matcher", coordinator(stack))
        await desk.page.goto(stack.url("matcher"))
        keys = Keyboard(desk.page)
        await keys.go_to("Take down an order", 8)
        await keys.press("Enter")
        await desk.page.wait_for_url("**/entry")
        assert "Begin" == await keys.at()
        async with desk.page.expect_navigation(url=f"{stack.url('intake')}/entry"):
            await keys.press("Enter")
        began = keys.pressed
        assert "service" == await keys.at()
        await keys.type("hair")
        await keys.go_to("area", 1)
        await keys.press("ArrowDown")
        await keys.go_to("contact.name", 2)
        await keys.type("Wang")
        await keys.go_to("contact.phone", 1)
        await keys.type("10000005678")
        await keys.go_to("consent.person", 1)
        await keys.press("Space", "Enter")
        number = desk.page.locator("[role=status] .reference")
        await number.wait_for()
        form = keys.pressed - began
        assert (True, True) == (form <= KEYS_OF_THE_FORM, keys.pressed <= KEYS_FROM_THE_DESK), (form, keys.pressed)
        assert "service" == await keys.at()
        assert [] == desk.complaints


async def test_what_was_forgotten_is_said_where_the_keyboard_is(stack: Attached, browser: Browser) -> None:
    """Sent too early: the summary has the focus, its line leads to the field, and what was typed is still there."""
    async with window(browser, "en", width=DESKTOP) as desk:
        await sign_in(desk, stack, "matcher", coordinator(stack))
        await desk.page.goto(f"{stack.url('matcher')}/entry")
        keys = Keyboard(desk.page)
        async with desk.page.expect_navigation(url=f"{stack.url('intake')}/entry"):
            await keys.press("Enter")
        await keys.type("hair")
        await keys.press("Enter")
        await desk.page.locator("#faults").wait_for()
        assert "faults" == await desk.page.evaluate("document.activeElement.id")
        await keys.press("Tab", "Enter")
        assert ("area", "hair") == (await keys.at(), await desk.page.input_value("#field-service"))
