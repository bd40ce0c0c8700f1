"""The order form: nothing typed is lost, nothing is placed twice, and the order opens to its owner alone."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page

from deploy.attached import Attached
from shared.identity.keys import read_key
from shared.identity.tokens import TrackingTokens
from tests.browser.people import choose, introduce, place
from tests.browser.windows import REFUSED, window


async def typed(page: Page) -> dict[str, str]:
    """What stands in the form, by field, without what no person types."""
    fields: dict[str, str] = await page.eval_on_selector(
        "main form",
        "form => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== 'form_token'))",
    )
    return fields


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_fault_is_summed_up_in_focus_and_nothing_typed_is_lost(
    stack: Attached, browser: Browser, language: str
) -> None:
    """The summary has the focus, names each field in its words and leads there; the rest stays as typed."""
    async with window(browser, language) as resident:
        page = resident.page
        await choose(page, stack)
        await page.click("summary")
        await page.fill("#field-contact-name", "<b>李</b> “阿姨” & 王")
        await page.fill("#field-person-phone", "不是号码")
        before = await typed(page)
        await page.click("main button.main")
        await page.wait_for_selector("#faults")
        assert "faults" == await page.evaluate("document.activeElement.id")
        assert before == await typed(page)
        links = page.locator("#faults a")
        anchors = [await links.nth(number).get_attribute("href") for number in range(await links.count())]
        assert {"#field-contact-phone", "#field-person-name"} == set(anchors)
        await page.click('#faults a[href="#field-person-name"]')
        assert "field-person-name" == await page.evaluate("document.activeElement.id")
        assert [] == resident.unexpected(REFUSED)


async def test_a_phone_number_that_is_none_is_refused_beside_its_field(stack: Attached, browser: Browser) -> None:
    """What a rule says about a field stands at the field, in the reader's language."""
    async with window(browser) as resident:
        await choose(resident.page, stack)
        await resident.page.fill("#field-contact-phone", "12")
        await resident.page.click("main button.main")
        assert "电话号码" in await resident.page.inner_text("#field-contact-phone-fault")


async def test_a_form_sent_twice_places_one_order(stack: Attached, browser: Browser) -> None:
    """Two sendings of one form, at the same time and later, lead to the same order."""
    async with window(browser) as resident:
        page = resident.page
        await choose(page, stack)
        await introduce(page)
        form, address = await page.eval_on_selector(
            "main form", "form => [Object.fromEntries(new FormData(form)), form.action]"
        )

        async def send(sent: dict[str, str | float | bool]) -> str:
            answer = await page.request.post(address, form=sent, max_redirects=0)
            return answer.headers.get("location", str(answer.status))

        together = await asyncio.gather(send(form), send(form))
        later = await send(form)
        assert 1 == len({*together, later})
        assert "/orders/" in later
        assert "422" == await send(form | {"details": "something else"})


async def test_a_double_click_leads_to_one_order(stack: Attached, browser: Browser) -> None:
    """An impatient finger on the button sees its one order."""
    async with window(browser) as resident:
        page, sent = resident.page, []
        await choose(page, stack)
        await introduce(page)
        page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
        await page.dblclick("main button.main")
        await page.wait_for_selector(".reference")
        assert 1 == len(set(sent))


async def test_an_order_opens_to_its_link_and_to_nobody_else(stack: Attached, browser: Browser) -> None:
    """A stranger with the address is led to the page that explains; the link on the page opens it."""
    async with window(browser) as resident, window(browser) as stranger, window(browser, "en") as relative:
        reference = await place(resident.page, stack)
        link = await resident.page.locator("details a").get_attribute("href") or ""
        await stranger.page.goto(resident.page.url)
        assert "/track" in stranger.page.url
        await relative.page.goto(f"{stack.url('intake')}/track")
        await relative.page.fill("#field-link", link)
        await relative.page.click("main button.main")
        assert f"{stack.url('intake')}/orders/{reference}" == relative.page.url
        cookies = {cookie["name"]: cookie for cookie in await relative.page.context.cookies(relative.page.url)}
        kept = cookies["paidan_track"]
        assert (f"/orders/{reference}", True, "Lax") == (kept["path"], kept["httpOnly"], kept["sameSite"])


async def test_another_orders_link_opens_nothing_here(stack: Attached, browser: Browser) -> None:
    """A tracking cookie of one order, moved to another's address, is like none that exists."""
    tracking = TrackingTokens(read_key(stack.layout.keys, "tracking"))
    foreign = tracking.of("01a202dd-ac7d-74e6-a20a-9eaca590dc9a")
    async with window(browser) as resident, window(browser) as stranger:
        await place(resident.page, stack)
        await stranger.page.context.add_cookies([{"name": "paidan_track", "value": foreign, "url": resident.page.url}])
        answer = await stranger.page.goto(resident.page.url)
        assert answer is not None
        assert 404 == answer.status


async def test_what_a_resident_writes_runs_nowhere(stack: Attached, browser: Browser) -> None:
    """A script in a field is text when the form comes back."""
    async with window(browser) as resident:
        page, script = resident.page, "</textarea><script>window.hit = true</script>"
        await choose(page, stack)
        await introduce(page)
        await page.fill("#field-details", script)
        await page.click('button[name="to"][value="who"]')
        await page.click("main button.main")
        await page.wait_for_selector("#field-details")
        assert not await page.evaluate("window.hit === true")
        assert script == await page.input_value("#field-details")
