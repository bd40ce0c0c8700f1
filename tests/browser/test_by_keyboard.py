"""The keyboard alone: every step is reached with Tab, seen while it is reached, and pressed with Enter."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from deploy.attached import Attached, sign
from tests.browser.people import SERVICE, TTL, asked, coordinator, place, sees_state
from tests.browser.visits import ANSWERS
from tests.browser.windows import window

MOST_TABS = 400
_REACHED = """selector => {
    const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect()
    if (!at.matches(selector)) return ""
    if (!at.matches(":focus-visible")) return "not marked"
    if (style.outlineStyle === "none" && style.boxShadow === "none" && !at.matches("[type=radio], [type=checkbox]"))
        return "not seen"
    return box.bottom > 0 && box.top < innerHeight ? "seen" : "out of sight"
}"""


async def reach(page: Page, selector: str) -> None:
    """Press Tab until the thing has the focus. Raises ``AssertionError`` when it never has, or one cannot see that."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if found := await page.evaluate(_REACHED, selector):
            assert "seen" == found, selector
            return
    raise AssertionError(f"no Tab leads to {selector} on {page.url}")


async def press(page: Page, selector: str) -> None:
    """Reach a link or button, and press Enter; the page that answers is there."""
    await reach(page, selector)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def write(page: Page, selector: str, text: str) -> None:
    """Reach a field, and type into it."""
    await reach(page, selector)
    await page.keyboard.insert_text(text)


async def test_an_order_is_placed_served_and_reviewed_without_a_mouse(stack: Attached, browser: Browser) -> None:
    """The resident orders, the volunteer takes and serves it, the resident reviews."""
    async with window(browser, "en", width=1280) as resident, window(browser, "en") as volunteer:
        page = resident.page
        await page.goto(stack.url("intake"))
        await press(page, f'main a[href="/order/{SERVICE}"]')
        for answer in ANSWERS:
            await press(page, answer)
        await page.keyboard.insert_text("+86 100 0000 1234")  # nobody has to reach the field first
        await write(page, "#field-contact-name", "Mrs Li")
        await press(page, "main button.main")
        await press(page, "main button.main")
        reference = (await page.inner_text(".reference")).strip()
        await press(page, f'main a[href="/orders/{reference}"]')

        theirs = volunteer.page
        await theirs.goto(f"{stack.url('matcher')}/sign-in/token")
        await write(theirs, "#field-token", sign(stack.layout, await asked(stack, reference), TTL))
        await press(theirs, "main form button.main")
        for verb in ("button", "button", "a"):  # yes, I am there, it is done
            card = await theirs.locator("li.card", has_text=reference).get_attribute("id")
            await press(theirs, f"#{card} {verb}.main")
        await write(theirs, "#field-report", "Moved.")
        await press(theirs, "main form button.main")

        await sees_state(page, "done")
        await press(page, 'main a[href$="outcome=fixed"]')
        await reach(page, 'input[name="rating"]')
        await page.keyboard.press("Space")
        await press(page, "main form button.main")
        await sees_state(page, "closed")
        assert [] == [*resident.complaints, *volunteer.complaints]


async def test_a_desk_is_cleared_without_a_mouse(stack: Attached, browser: Browser) -> None:
    """The coordinator settles an order: its row, its form, its button."""
    async with window(browser, "en", width=1280) as desk, window(browser, "en") as resident:
        reference = await place(resident.page, stack, "haircut")
        await sees_state(resident.page, "escalated")
        page = desk.page
        await page.goto(f"{stack.url('matcher')}/sign-in/token")
        await write(page, "#field-token", sign(stack.layout, coordinator(stack), TTL))
        await press(page, "main form button.main")
        row = page.locator("tr", has_text=reference)
        address = await row.locator('a[href$="/resolve"]').get_attribute("href")
        await press(page, f'a[href="{address}"]')
        await write(page, "#field-report", "The hairdresser comes on Friday.")
        await press(page, "main form button.main")
        await sees_state(resident.page, "done")
        assert [] == desk.complaints
