"""Everything works without JavaScript: what is live then comes with a reload."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from deploy.attached import Attached
from tests.browser.people import OPS, asked, coordinator, place, sign_in
from tests.browser.windows import window
from tests.waiting import wait_for


async def sees_after_reload(page: Page, selector: str) -> None:
    """Reload by the link the page shows instead of going live, until something is there."""

    async def there() -> bool:
        await page.click("noscript a")
        return await page.locator(selector).count() > 0

    await wait_for(there, 20.0, selector)


async def test_the_loop_runs_by_links_and_forms_alone(stack: Attached, browser: Browser) -> None:
    """The resident places and reviews, the volunteer serves, ops look: no script anywhere."""
    async with (
        window(browser, javascript=False) as resident,
        window(browser, javascript=False) as volunteer,
        window(browser, javascript=False) as ops,
    ):
        reference = await place(resident.page, stack)
        await sign_in(volunteer, stack, "matcher", await asked(stack, reference))
        card = volunteer.page.locator("li", has_text=reference)
        await card.locator("button.main").click()
        await card.locator("button.main").click()
        await card.locator("a.main").click()
        await volunteer.page.fill("#field-report", "搬好了")
        await volunteer.page.click("main button.main")

        await sees_after_reload(resident.page, '[data-state="done"]')
        await resident.page.click('a[href$="outcome=partly"]')
        await resident.page.click("main button.main")
        assert 1 == await resident.page.locator('[data-state="closed"]').count()

        await sign_in(ops, stack, "notifier", OPS)
        await sees_after_reload(ops.page, 'code:has-text("intake.order_closed.v1")')
        await ops.page.locator("code", has_text="intake.order_closed.v1").first.click()
        assert '"outcome": "' in await ops.page.inner_text("pre")
        assert [] == [*resident.complaints, *volunteer.complaints, *ops.complaints]


async def test_an_accept_that_comes_too_late_is_said_on_the_page(stack: Attached, browser: Browser) -> None:
    """Two windows of one volunteer: what the second sends is refused in plain words, above the current list."""
    async with (
        window(browser, javascript=False) as resident,
        window(browser, javascript=False) as first,
        window(browser, javascript=False) as second,
    ):
        reference = await place(resident.page, stack)
        person = await asked(stack, reference)
        for shown in (first, second):
            await sign_in(shown, stack, "matcher", person)
        for shown in (first, second):
            await shown.page.locator("li", has_text=reference).locator("button.main").click()
        assert 0 == await first.page.locator("#faults").count()
        assert "邀请已失效" in await second.page.inner_text("#faults")
        assert 1 == await second.page.locator("li", has_text=reference).count()


async def test_what_is_no_longer_theirs_to_decide_is_said_over_the_desk(stack: Attached, browser: Browser) -> None:
    """Two windows of one coordinator settle the same order: the second reads why not, and what is still there."""
    async with window(browser, javascript=False) as resident, window(browser, javascript=False) as desk:
        reference = await place(resident.page, stack, "haircut")
        await sees_after_reload(resident.page, '[data-state="escalated"]')
        await sign_in(desk, stack, "matcher", coordinator(stack))
        await desk.page.locator("tr", has_text=reference).locator('a[href$="/resolve"]').click()
        second = await desk.page.context.new_page()
        await second.goto(desk.page.url)
        for page in (desk.page, second):
            await page.fill("#field-report", "已联系理发师")
            await page.click("main button.main")
        assert "已经完成" in await second.inner_text("#faults")
        assert 0 == await second.locator("tr", has_text=reference).count()
