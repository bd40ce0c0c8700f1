"""Residents read what is kept of them, what for, how long, what they may ask for, and whom to ask."""

from __future__ import annotations

import pytest

from tests.integration.intake.running import Place

SECTIONS = {
    "zh-CN": ["我们保存什么", "用来做什么", "谁能看到", "保存多久", "您的权利", "找谁咨询"],
    "en": ["What we keep", "What for", "Who sees it", "How long", "Your rights", "Whom to ask"],
}
DAYS = {"zh-CN": ("办结后 3 天", "办结后 5 天"), "en": ("3 days after", "5 days after")}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_page_says_it_in_both_languages_with_the_times_that_are_set(place: Place, language: str) -> None:
    """Its times are the settings'; large text is for this page as well."""
    place.settings = place.settings.model_copy(update={"hints_days": 3.0, "contact_days": 5.0})
    async with place.serving(**{"accept-language": language, "accept": "text/html"}) as client:
        page = await client.get("/privacy")
        large = await client.get("/privacy", headers={"cookie": "paidan_elder=1"})
    assert [200, 200] == [page.status_code, large.status_code]
    assert SECTIONS[language] == [one for one in SECTIONS[language] if f"<h2>{one}</h2>" in page.text]
    assert [True, True] == [days in page.text for days in DAYS[language]]
    assert 'class="elder"' in large.text


async def test_whoever_orders_is_one_tap_away_from_it(place: Place) -> None:
    """The page before the order is sent leads to it, and so does the foot of every page."""
    async with place.serving(accept="text/html") as client:
        form = await client.post("/order/homework", data={"to": "check"})
        foot = (await client.get("/track")).text.partition("<footer")[2]
    assert (200, 2, 1) == (form.status_code, form.text.count('href="/privacy"'), foot.count('href="/privacy"'))
