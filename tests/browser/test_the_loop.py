"""The whole loop in three windows at once, each seeing the others' steps without a reload."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from deploy.attached import Attached
from tests.browser.people import OPS, asked, coordinator, place, sees_state, sign_in
from tests.browser.windows import window

LANGUAGES = ("zh-CN", "en")


async def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe away."""
    await page.evaluate("window.neverReloaded = true")


async def is_marked(page: Page) -> bool:
    """Whether the page is still the one that was marked."""
    return bool(await page.evaluate("window.neverReloaded === true"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_order_runs_from_the_catalogue_to_the_review_while_everybody_watches(
    stack: Attached, browser: Browser, language: str
) -> None:
    """Placed, offered, taken, under way, done, reviewed: the resident and ops see each step live."""
    async with (
        window(browser, language) as resident,
        window(browser, language) as volunteer,
        window(browser, language, width=1280) as ops,
    ):
        await sign_in(ops, stack, "notifier", OPS)
        await mark(ops.page)
        reference = await place(resident.page, stack)
        await mark(resident.page)
        await sees_state(resident.page, "offered")

        person = await asked(stack, reference)
        await sign_in(volunteer, stack, "matcher", person)
        offer = volunteer.page.locator("li", has_text=reference)
        await offer.locator("button.main").click()
        await sees_state(resident.page, "assigned")
        await offer.locator("button.main").click()
        await sees_state(resident.page, "under_way")
        await offer.locator("a.main").click()
        await volunteer.page.fill("#field-report", "搬好了")
        await volunteer.page.click("main button.main")
        assert "/thanks" in volunteer.page.url

        await sees_state(resident.page, "done")
        assert await is_marked(resident.page)
        await ops.page.locator("code", has_text="matcher.order_done.v1").first.wait_for()
        assert await is_marked(ops.page)

        await resident.page.click('a[href$="outcome=fixed"]')
        await resident.page.check('input[name="rating"][value="5"]')
        await resident.page.click("main button.main")
        await sees_state(resident.page, "closed")
        assert [] == [*resident.complaints, *volunteer.complaints, *ops.complaints]


async def test_an_offer_appears_by_itself_on_the_volunteers_page(stack: Attached, browser: Browser) -> None:
    """A volunteer who has the page open need not reload to be asked, nor to see that it was withdrawn."""
    async with window(browser) as resident, window(browser) as volunteer:
        reference = await place(resident.page, stack)
        await sign_in(volunteer, stack, "matcher", await asked(stack, reference))
        offer = volunteer.page.locator("li", has_text=reference)
        await offer.wait_for()
        await mark(volunteer.page)
        await resident.page.click('a[href$="/cancel"]')
        await resident.page.click("main button.main")
        await sees_state(resident.page, "cancelled")
        await offer.wait_for(state="detached")
        assert await is_marked(volunteer.page)


async def test_not_fixed_runs_again_under_the_same_number(stack: Attached, browser: Browser) -> None:
    """One tap on the third face: the reference stays, and somebody else is asked."""
    async with window(browser) as resident, window(browser) as volunteer:
        reference = await place(resident.page, stack)
        first = await asked(stack, reference)
        await sign_in(volunteer, stack, "matcher", first)
        card = volunteer.page.locator("li", has_text=reference)
        await card.locator("button.main").click()
        await card.locator("button.main").click()
        await card.locator("a.main").click()
        await volunteer.page.fill("#field-report", "没有搬成")
        await volunteer.page.click("main button.main")
        await sees_state(resident.page, "done")
        await resident.page.click('button[value="not_fixed"]')
        await sees_state(resident.page, "offered")
        assert reference == (await resident.page.inner_text(".reference")).strip()


async def test_what_no_volunteer_serves_lies_on_the_coordinators_desk(stack: Attached, browser: Browser) -> None:
    """A haircut at home goes to the coordinator at once, who settles it; the resident sees both live."""
    async with window(browser) as resident, window(browser, width=1280) as desk:
        await sign_in(desk, stack, "matcher", coordinator(stack))
        await mark(desk.page)
        reference = await place(resident.page, stack, "haircut")
        await sees_state(resident.page, "escalated")
        row = desk.page.locator("tr", has_text=reference)
        await row.wait_for()
        assert await is_marked(desk.page)
        await row.locator('a[href$="/resolve"]').click()
        await desk.page.fill("#field-report", "已联系理发师")
        await desk.page.click("main button.main")
        await sees_state(resident.page, "done")
        assert [] == [*resident.complaints, *desk.complaints]
