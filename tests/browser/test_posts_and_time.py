"""Posts and one's time on a phone: no sideways scrolling, and every step by forms alone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from deploy.attached import Attached
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from tests.browser.people import coordinator, sign_in
from tests.browser.test_pages_stay_usable import fits, roomy
from tests.browser.windows import window

VOLUNTEER = Caller(Role.VOLUNTEER, "v-0004")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_posts_and_the_week_fit_a_phone(stack: Attached, browser: Browser, language: str) -> None:
    """In both languages and both sizes, for volunteers and coordinators."""
    matcher = stack.url("matcher")
    async with roomy(browser, language) as volunteer:
        await sign_in(volunteer, stack, "matcher", VOLUNTEER)
        for path in ("/posts", "/availability", "/registration", "/card/public", "/card/certificates", "/cards"):
            await fits(volunteer, f"{matcher}{path}")
    async with roomy(browser, language) as desk:
        await sign_in(desk, stack, "matcher", coordinator(stack))
        await fits(desk, f"{matcher}/posts")


async def test_a_post_and_an_hour_are_taken_without_scripts(stack: Attached, browser: Browser) -> None:
    """Released and taken up again; an hour ticked stays ticked; on duty and off again."""
    async with window(browser, "en", javascript=False) as volunteer:
        page, matcher = volunteer.page, stack.url("matcher")
        await sign_in(volunteer, stack, "matcher", VOLUNTEER)
        await page.click('nav a[href="/posts"]')
        post = page.locator("#post-publicity-yuquanyuan")
        await post.get_by_role("button", name="Release").click()
        await post.get_by_role("button", name="Take it up").click()
        assert 1 == await post.get_by_role("button", name="Release").count()

        await page.click('nav a[href="/availability"]')
        await page.get_by_role("link", name="Hour by hour").click()
        hour = page.locator('input[name="free[]"][value="119"]')  # Friday, 23–24
        assert not await hour.is_checked()
        await hour.check()
        await page.get_by_role("button", name="Save").click()
        await page.get_by_role("link", name="Hour by hour").click()
        assert await hour.is_checked()
        await page.click('nav a[href="/availability"]')
        part = page.locator('button[value="workdays"][aria-current="true"]')
        turned = await part.count()
        await page.get_by_role("button", name="Workdays, 8–18").click()
        assert 1 - turned == await part.count()
        await page.get_by_role("button", name="Go on duty").click()
        await page.get_by_role("button", name="Go off duty").click()
        assert f"{matcher}/availability" == page.url
        assert [] == volunteer.complaints
