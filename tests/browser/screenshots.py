"""``python -m tests.browser.screenshots`` (``make screenshots``): every page for docs/images, and docs/pages.md.

First the demonstration's people act, so that the board and the desks have something to tell. Then each page of the
scene is taken at 360 and 1280 CSS pixels, in Chinese and English. ``--only TEXT``: the pages whose name has it;
docs/pages.md then stays as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, ViewportSize

from tests.browser.looking import LANGUAGES, WIDTHS, Eyes, Look, looking
from tests.browser.performance import performance
from tests.browser.visits import Visit, once
from tests.browser.windows import DESKTOP, PHONE

DOCS = Path(__file__).parents[2] / "docs"
IMAGES = DOCS / "images"
TALLEST = {PHONE: 1000, DESKTOP: 800}
"""Of a long page the first so many CSS pixels are shown."""
COLOURS = 32
ORDERS = 60
"""So much happens before, so that the board has figures to tell."""
HEAD = """# Every page

Taken by `make screenshots` from living orders (`tests/browser/staging.py`): each page at 360 and 1280 px, in Chinese
and English. `make axe` looks at the same pages in every width, light, size and language; `make weights` says what they
weigh.
"""
_SECTIONS = {
    "intake": "Intake: residents, and orders at the desk",
    "matcher": "Matcher: volunteers, coordinators, departments",
    "notifier": "Notifier: the board, and where operators sign in",
    "console": "Console: what operators look at",
}


async def take_all(only: str) -> None:
    """Take every picture; those of pages that are gone go with their page."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with performance(orders=ORDERS) as (browser, scene), looking(browser, scene) as eyes:
        pages = [one for one in once(scene) if one.status == 200]
        for visit in pages:
            if only in visit.name:
                await take(eyes, visit)
    if not only:
        kept = {_path(one, width, language) for one in pages for width in WIDTHS for language in LANGUAGES}
        for path in set(IMAGES.iterdir()) - kept:
            path.unlink()
        (DOCS / "pages.md").write_text(told(pages), encoding="utf-8")


async def take(eyes: Eyes, visit: Visit) -> None:
    """One page, four times."""
    for language in LANGUAGES:
        for width in WIDTHS:
            page = await eyes.look(visit, Look(width, language))
            path = _path(visit, width, language)
            path.write_bytes(small(await shot(page, width)))
            sys.stdout.write(f"{path.name} {path.stat().st_size:,} bytes\n")


async def shot(page: Page, width: int) -> bytes:
    """What there is to see, from the top; a PNG."""
    await page.mouse.move(0, 0)  # what was pressed last is not under it any more
    await page.evaluate("scrollTo(0, 0)")
    height = int(await page.evaluate("document.documentElement.scrollHeight"))
    await page.set_viewport_size(ViewportSize(width=width, height=min(height, TALLEST[width])))
    return await page.screenshot()


def small(picture: bytes) -> bytes:
    """The same picture in few colours, as WebP without loss."""
    written = io.BytesIO()
    few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.convert("RGB").save(written, "WEBP", lossless=True, method=6)
    return written.getvalue()


def told(pages: Sequence[Visit]) -> str:
    """docs/pages.md."""
    lines = [HEAD]
    for service, of_service in groupby(sorted(pages, key=lambda one: one.service), lambda one: one.service):
        lines += [f"## {_SECTIONS[service]}", ""]
        for visit in of_service:
            shown = (f"![{visit.name}](images/{_path(visit, w, lang).name})" for lang in LANGUAGES for w in WIDTHS)
            lines += [f"### {visit.name}", "", " ".join(shown), ""]
    return "\n".join(lines)


def _path(visit: Visit, width: int, language: str) -> Path:
    return IMAGES / f"{visit.name}-{width}-{language[:2]}.webp"


def main(arguments: Sequence[str] | None = None) -> None:
    """Take what is asked for."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--only", default="", help="part of the names of the pages")
    asyncio.run(take_all(parser.parse_args(arguments).only))


if __name__ == "__main__":
    main()
