"""Every page in its frame: no sideways scrolling, no complaint of the browser, language and size to choose.

Each page is loaded once and looked at four times, as wide as a telephone and as wide as a desk, in the normal size and
in the large one: the window is drawn wider and narrower, as by a telephone that is turned.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from deploy.attached import Attached
from shared.contracts.words import Role
from shared.identity.keys import read_key
from shared.identity.tokens import Caller, TrackingTokens
from tests.browser.people import (
    GRID,
    OPS,
    SERVICE,
    ask,
    asked,
    choose,
    coordinator,
    introduce,
    lead_on,
    place,
    sees_state,
    send_token,
    sign_in,
    take_down,
)
from tests.browser.windows import DESKTOP, PHONE, Window, window

VOLUNTEER = Caller(Role.VOLUNTEER, "v-0001")


@asynccontextmanager
async def roomy(browser: Browser, language: str) -> AsyncIterator[Window]:
    """A window in the large view, which says more than the normal one."""
    async with window(browser, language) as shown:
        await shown.page.context.add_cookies([{"name": "paidan_elder", "value": "1", "url": "http://127.0.0.1"}])
        yield shown


async def fits(shown: Window, url: str) -> None:
    """The page at this address is no wider than the window, at both widths and sizes, and complains of nothing."""
    answer = await shown.page.goto(url)
    assert answer is not None
    too_wide = [width for width in (DESKTOP, PHONE) if not await shown.holds(width)]
    assert (200, [], []) == (answer.status, too_wide, shown.complaints), url


async def ordering_fits(resident: Window, stack: Attached) -> None:
    """The pages of an order that no address leads to: when, who and check, by words of danger and by others."""
    page, too_wide = resident.page, []

    async def look(shown: str) -> None:
        await page.wait_for_selector(shown)
        too_wide.extend([f"{shown} {width}" for width in (DESKTOP, PHONE) if not await resident.holds(width)])

    for words, shown in (("厨房有煤气味", "#danger"), ("我想问问", "#meant")):
        await page.goto(stack.url("intake"))
        await page.fill("#field-details", words)
        await page.click("main button.main")
        await look(shown)
    await choose(page, stack)
    await look("#field-contact-phone")
    await page.click('button[name="to"][value="when"]')
    await look('button[value="soon"]')
    await page.click('button[value="soon"]')
    await introduce(page)
    await look(".answers")
    assert [] == too_wide


async def wait_for_row(desk: Window, reference: str) -> None:
    """Wait until an order lies on the desk, reloading nothing."""
    await desk.page.locator("tr", has_text=reference).wait_for()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_no_page_scrolls_sideways_or_complains(stack: Attached, browser: Browser, language: str) -> None:
    """Every page of the three services at both widths, in both languages and both sizes."""
    intake, matcher, console = (stack.url(service) for service in ("intake", "matcher", "console"))
    async with roomy(browser, language) as resident:
        for path in ("/", "/track", f"/order/{SERVICE}", f"/order/{SERVICE}?in={GRID}"):
            await fits(resident, f"{intake}{path}")
        await ordering_fits(resident, stack)
        reference = await place(resident.page, stack)
        for path in ("", "/placed", "/cancel", "/review?outcome=partly"):
            await fits(resident, f"{intake}/orders/{reference}{path}")
    async with roomy(browser, language) as volunteer:
        await fits(volunteer, f"{matcher}/sign-in")
        await sign_in(volunteer, stack, "matcher", await asked(stack, reference))
        card = volunteer.page.locator("li", has_text=reference)
        counter = await card.locator('a[href$="/counter"]').get_attribute("href")
        for page in (counter, "/pool", "/call-ups", "/"):
            await fits(volunteer, f"{matcher}{page}")
        await card.locator("button.main").click()
        assignment = await card.get_attribute("id") or ""
        await fits(volunteer, f"{matcher}/")
        path = assignment.replace("-", "s/", 1)
        for verb in ("complete", "hand-back", "danger"):
            await fits(volunteer, f"{matcher}/{path}/{verb}")
        await fits(volunteer, f"{matcher}/thanks")
    async with roomy(browser, language) as ops:
        await sign_in(ops, stack, "notifier", OPS)
        for path in ("/", "/?paused=1&subject=intake.%3E", "/streams", "/dead-letters", "/events/1"):
            await fits(ops, f"{console}{path}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_desk_fits_a_phone(stack: Attached, browser: Browser, language: str) -> None:
    """The coordinator's rows, every decision, and what there is to read beside them."""
    matcher = stack.url("matcher")
    async with window(browser, language) as resident, window(browser, language) as desk:
        reference = await place(resident.page, stack, "haircut")
        await sees_state(resident.page, "escalated")
        await sign_in(desk, stack, "matcher", coordinator(stack))
        await fits(desk, f"{matcher}/")
        row = desk.page.locator("tr", has_text=reference)
        leg = str(await row.locator('a[href$="/resolve"]').get_attribute("href")).removesuffix("/resolve")
        await fits(desk, f"{matcher}{leg}")
        decisions = await desk.page.eval_on_selector_all(
            f'a[href^="{leg}/"]', "links => links.map(link => link.getAttribute('href'))"
        )
        assert {f"{leg}/{verb}" for verb in ("resolve", "take", "assign", "refer", "extend", "escalate")} < set(
            decisions
        )
        read = ["/gaps", "/back-and-forth", "/stand-ins", "/referrals", "/posts", "/dangers", "/volunteers"]
        read += ["/pages", "/areas", "/day"]
        for address in (*decisions, *read, f"/orders/{reference}", "/entry"):
            await fits(desk, f"{matcher}{address}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_pages_a_desk_leads_to_fit_too(stack: Attached, browser: Browser, language: str) -> None:
    """An order's page, a second order out of it, taking one down, and the call list, from the desk by one button."""
    intake, matcher, who = stack.url("intake"), stack.url("matcher"), coordinator(stack)
    async with window(browser, language) as desk:
        reference = await take_down(stack, "haircut", who)
        await sign_in(desk, stack, "matcher", who)
        await wait_for_row(desk, reference)
        await lead_on(desk, f"{matcher}/orders/{reference}")
        await desk.page.locator(".reference", has_text=reference).wait_for()
        for path in ("", "/split"):
            await fits(desk, f"{intake}/desk/orders/{reference}{path}")
        for path in ("/entry", f"/entry?made={reference}&channel=station&area={GRID}", "/call-list"):
            await fits(desk, f"{intake}{path}")
        assert 1 == await desk.page.locator("main", has_text=reference).count()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_pages_of_everybody_else_fit_a_phone(stack: Attached, browser: Browser, language: str) -> None:
    """The other side of a mediation with its own link, whoever reports a danger, and the public at the board."""
    intake, who = stack.url("intake"), coordinator(stack)
    tracking = TrackingTokens(read_key(stack.layout.keys, "tracking"))
    async with window(browser, language) as resident, window(browser, language) as party:
        reference = await place(resident.page, stack, "neighbour_dispute")
        for path in ("", "/danger", "/why"):
            await fits(resident, f"{intake}/orders/{reference}{path}")
        for path in ("/find", "/privacy"):
            await fits(resident, f"{intake}{path}")
        other = {"contact": {"name": "周先生", "phone": "+86 100 0000 4321"}}
        named = await ask(stack, "POST", f"/api/desk/orders/{reference}/parties", who, "intake", other)
        await fits(party, f"{intake}/t/{tracking.of(named['resident_id'])}")
        assert 1 == await party.page.locator('form[action$="/consent"]').count()
        for path in ("/board", "/board?area=qindu"):
            await fits(party, f"{stack.url('notifier')}{path}")


async def test_language_and_size_are_chosen_on_the_page(stack: Attached, browser: Browser) -> None:
    """The switches stay on the page they are pressed on, and the next service remembers them."""
    async with window(browser, "zh-CN") as reader:
        await reader.page.goto(f"{stack.url('intake')}/order/{SERVICE}")
        await reader.page.click('button[name="language"]')
        await reader.page.click('button[name="elder"]')
        root = reader.page.locator("html")
        assert ("en", "elder") == (await root.get_attribute("lang"), await root.get_attribute("class"))
        assert reader.page.url.endswith(f"/order/{SERVICE}")
        await reader.page.goto(f"{stack.url('matcher')}/sign-in")
        assert ("en", "elder") == (await root.get_attribute("lang"), await root.get_attribute("class"))


async def test_the_first_tab_leads_past_the_header(stack: Attached, browser: Browser) -> None:
    """Who uses a keyboard reaches the content at once."""
    async with window(browser) as reader:
        await reader.page.goto(stack.url("intake"))
        await reader.page.keyboard.press("Tab")
        await reader.page.keyboard.press("Enter")
        assert reader.page.url.endswith("#main")


async def test_only_the_right_role_signs_in_and_signing_out_ends_it(stack: Attached, browser: Browser) -> None:
    """A volunteer's token opens nothing at notifier; after signing out, matcher's page asks again."""
    async with window(browser) as person:
        await send_token(person, stack, "notifier", VOLUNTEER)
        await person.page.wait_for_selector("#faults")
        assert "" == await person.page.input_value("#field-token")
        await send_token(person, stack, "matcher", VOLUNTEER)
        await person.page.click(".account button")
        await person.page.goto(f"{stack.url('matcher')}/")
        assert "/sign-in" in person.page.url


async def test_a_page_that_is_too_wide_in_one_size_alone_is_seen(browser: Browser) -> None:
    """The measure itself: what overflows in the large view only, at one width only, and what fits."""
    async with window(browser) as shown:
        await shown.page.set_content("<style>p { width: 300px } .elder p { width: 900px }</style><p>.</p>")
        assert [False, True] == [await shown.holds(width) for width in (PHONE, DESKTOP)]
        await shown.page.set_content("<style>p { width: 300px }</style><p>.</p>")
        assert await shown.holds(PHONE)
