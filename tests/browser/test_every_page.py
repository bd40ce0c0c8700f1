"""Every page of the three services, each once and each another way: `make axe` looks at all of them in every way."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.looking import LOOKS, Eyes, looking
from tests.browser.measuring import AXE, MOST_BYTES, too_small, violations, weight
from tests.browser.scene import Scene
from tests.browser.visits import once, unvisited
from tests.browser.windows import window

FOR_DEVELOPERS = "components"
"""Every part of every page at once; it is served where pages are built, and weighs what it weighs."""
PARTS = 4
"""The pages are looked at in so many tests, so that none lasts long."""


@pytest.fixture(scope="module")
async def eyes(browser: Browser, scene: Scene) -> AsyncIterator[Eyes]:
    """Everybody's windows."""
    async with looking(browser, scene) as opened:
        yield opened


async def test_every_page_is_visited(scene: Scene) -> None:
    """A route that answers with a page has a visit in ``tests/browser/visits.py``."""
    assert set() == unvisited(scene)


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_page_is_light_and_open_to_everybody(eyes: Eyes, part: int) -> None:
    """No violation of WCAG 2.2 AA, nothing too small in the large view, under 60 KB with all that belongs to it."""
    faults = []
    for number, visit in enumerate(once(eyes.scene)):
        if number % PARTS != part:
            continue
        look = LOOKS[number * 7 % len(LOOKS)]
        page = await eyes.look(visit, look)
        weighed = await weight(page)
        found = [*await violations(page), *await too_small(page)]
        if weighed.whole >= MOST_BYTES and visit.name != FOR_DEVELOPERS:
            found.append(f"{weighed.whole} bytes")
        faults += [f"{visit.name} ({look}): {one}" for one in found]
    assert [] == faults


async def test_what_a_page_lacks_is_found(browser: Browser) -> None:
    """The measures themselves: a picture without words, pale text, a small button and small print."""
    async with window(browser, "en") as shown:
        await shown.page.add_init_script(AXE)
        await shown.page.goto("about:blank")
        await shown.page.set_content(
            "<title>.</title><style>.elder p { font-size: 12px }</style><main><h1>.</h1>"
            "<img src='data:,'><p style='color: #ccc'>pale</p><button>.</button></main>"
        )
        rules = {one.partition(":")[0] for one in await violations(shown.page)}
        assert {"image-alt", "color-contrast", "html-has-lang"} <= rules
        small = await too_small(shown.page)
        assert ("text of 12 px", "target of") == (small[0][:13], small[-1][:9])
