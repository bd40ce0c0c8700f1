"""A draw in two windows: who asks in the pool waits, whoever it suits best has it, and the other sees so live."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from deploy.attached import Attached, load_definition
from deploy.demonstration import Demonstration
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from tests.browser.people import COMMUNITY, ask, asked, place, sign_in
from tests.browser.windows import window
from tests.waiting import wait_for


async def bystander(stack: Attached, reference: str) -> Caller:
    """A neighbour who was not asked and may ask for the order."""
    rules = load_definition(stack.stack.definition)
    for row in Demonstration.of(rules).volunteers:
        if rules.areas.at_or_below(row.home, COMMUNITY):
            caller = Caller(Role.VOLUNTEER, row.volunteer_id)
            pool = await ask(stack, "GET", "/api/pool", caller)
            if reference in {leg["reference"] for leg in pool["items"]}:
                return caller
    raise AssertionError("nobody may ask for it")


@pytest.mark.parametrize("javascript", [True, False])
async def test_who_asks_in_the_pool_sees_how_the_draw_ends(stack: Attached, browser: Browser, javascript: bool) -> None:
    """The yes counts until somebody better says yes; then it is on standby, and nobody had to reload for it."""
    async with (
        window(browser) as resident,
        window(browser, "en", javascript=javascript) as first,
        window(browser, "en") as second,
    ):
        reference = await place(resident.page, stack)
        best = await asked(stack, reference)
        await sign_in(first, stack, "matcher", await bystander(stack, reference))
        await first.page.click('nav a[href="/pool"]')
        card = first.page.locator("li.card", has_text=reference)
        await card.locator("button.main").click()
        assert "Your yes counts" in await first.page.inner_text("#said")
        assert "It is settled by today 19:" in await card.inner_text()

        await sign_in(second, stack, "matcher", best)
        await second.page.locator("li.card", has_text=reference).locator("button.main").click()
        assert "It is yours" in await second.page.inner_text("#said")

        async def is_on_standby() -> bool:
            if not javascript:
                await first.page.click("noscript a")
            return "On standby" in await card.inner_text()

        await wait_for(is_on_standby, 20.0, "the other to be on standby")
        assert [] == [*first.complaints, *second.complaints]
