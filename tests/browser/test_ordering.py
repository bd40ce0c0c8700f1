"""Ordering as people do it: a handful of taps, a network that comes and goes, words that are theirs."""

from __future__ import annotations

from playwright.async_api import Browser, Page, Route
from sqlalchemy import text

from deploy.attached import Attached
from deploy.verify.evidence import opened
from tests.browser.people import BUILDING, COMMUNITY, choose, introduce
from tests.browser.windows import window

MOST_TAPS = 6
COUNTED = """addEventListener("click", event => {
    if (event.isTrusted) sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1
}, true)
addEventListener("input", event => {
    const typed = JSON.parse(sessionStorage.typed ?? "{}")
    sessionStorage.typed = JSON.stringify({ ...typed, [event.target.name]: event.target.value })
}, true)"""
"""Counts what a finger taps and which fields it types into, from page to page."""
LAMP = "楼下路灯坏了，晚上看不见"
OFFLINE = "Failed to load resource: net::ERR_"
"""What Chromium writes to the console for a request that went nowhere."""


async def orders(stack: Attached) -> int:
    """How many orders there are."""
    async with opened(stack.stack.databases) as databases, databases.named()["intake"].reading() as session:
        return int((await session.execute(text("SELECT count(*) FROM orders"))).scalar_one())


async def says(page: Page, what: str) -> None:
    """Wait until the page tells how the draft stands."""
    await page.wait_for_selector(f'[data-say="{what}"]')


async def test_six_taps_and_one_phone_number_are_enough(stack: Attached, browser: Browser) -> None:
    """From the first screen to the order's number; counted in the page, by what it really received."""
    async with window(browser) as resident:
        page = resident.page
        await page.add_init_script(COUNTED)
        await choose(page, stack)
        await page.keyboard.type("+86 100 0000 1234")  # nobody has to tap the field first
        await page.click("main button.main")
        await page.wait_for_selector(".answers")
        await page.click("main button.main")
        await page.wait_for_selector(".reference")
        taps, typed = await page.evaluate("[Number(sessionStorage.taps), JSON.parse(sessionStorage.typed)]")
        assert (True, {"contact.phone": "+86 100 0000 1234"}) == (1 < taps <= MOST_TAPS, typed)
        assert [] == resident.complaints


async def test_an_order_sent_without_a_network_is_there_once_when_it_is_back(stack: Attached, browser: Browser) -> None:
    """It says plainly that it waits, also after the page was left; back on the network there is exactly one order."""
    async with window(browser) as resident:
        page, before = resident.page, await orders(stack)
        await choose(page, stack)
        await introduce(page)
        await page.context.set_offline(True)
        await page.click("main button.main")
        await says(page, "waiting")
        assert before == await orders(stack)
        await page.context.set_offline(False)
        await page.wait_for_selector(".reference")
        assert (before + 1, "{}") == (await orders(stack), await page.evaluate("JSON.stringify(localStorage)"))
        assert [] == resident.unexpected(OFFLINE)


async def test_an_order_whose_answer_was_lost_is_sent_again_and_is_one(stack: Attached, browser: Browser) -> None:
    """The station heard it, the phone did not: it waits, is looked for on the first screen, and comes to its number."""
    async with window(browser) as resident:
        page, before = resident.page, await orders(stack)
        await choose(page, stack)
        await introduce(page)

        async def lose(route: Route) -> None:
            await route.fetch(max_redirects=0)
            await route.abort()

        await page.route("**/order/*", lose)
        await page.click("main button.main")
        await says(page, "waiting")
        assert before + 1 == await orders(stack)
        await page.unroute_all()
        await page.goto(stack.url("intake"))
        await says(page, "sent")
        await page.click("[data-link]")
        await page.wait_for_selector(".reference")
        assert before + 1 == await orders(stack)
        assert [] == resident.unexpected(OFFLINE)


async def test_what_was_begun_is_offered_again(stack: Attached, browser: Browser) -> None:
    """After the tab was closed, on the first screen; the browser's way back stays on the way; thrown away is gone."""
    async with window(browser) as resident:
        page = resident.page
        await choose(page, stack)
        await page.fill("#field-contact-name", "李阿姨")
        await page.go_back()
        await page.wait_for_selector('button[value="soon"]')
        await page.click('button[value="soon"]')
        await page.wait_for_selector("#field-contact-name")
        assert "李阿姨" == await page.input_value("#field-contact-name")
        later = await page.context.new_page()
        await page.close()
        await later.goto(stack.url("intake"))
        await later.click('[data-do="resume"]')
        await later.wait_for_selector("#field-contact-name")
        assert "李阿姨" == await later.input_value("#field-contact-name")
        await later.goto(stack.url("intake"))
        await later.click('[data-do="drop"]')
        assert "{}" == await later.evaluate("JSON.stringify(localStorage)")


async def test_another_language_keeps_what_stands_in_the_fields(stack: Attached, browser: Browser) -> None:
    """What was typed and not yet sent goes along with the header's switch."""
    async with window(browser) as resident:
        page = resident.page
        await choose(page, stack)
        await page.fill("#field-contact-name", "李阿姨")
        await page.click('button[name="language"]')
        await page.wait_for_selector('html[lang="en"]')
        assert "李阿姨" == await page.input_value("#field-contact-name")


async def test_neighbours_with_one_matter_join_by_one_tap(stack: Attached, browser: Browser) -> None:
    """In one's own words to the lamp that is out; who says it again is shown the order there is."""
    async with window(browser) as neighbours:
        references = [await by_words(neighbours.page, stack) for _ in range(2)]
        assert 1 == len(set(references))
        assert [] == neighbours.complaints


async def by_words(page: Page, stack: Attached) -> str:
    """Order about a lamp; whoever has it already is joined. The order's reference."""
    await page.goto(stack.url("intake"))
    await page.fill("#field-details", LAMP)
    await page.click("main button.main")
    await page.click(f'button[name="in"][value="{COMMUNITY}"]')
    await page.click(f'button[name="area"][value="{BUILDING}"]')
    await page.click('button[name="when"][value="soon"]')
    await introduce(page)
    await page.fill("#field-details", LAMP)
    await page.click("main button.main")
    await page.wait_for_selector('.reference, button[name="join_token"]')
    if await page.locator('button[name="join_token"]').count():
        await page.click('button[name="join_token"]')
    return (await page.inner_text(".reference")).strip()
