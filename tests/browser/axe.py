"""``python -m tests.browser.axe`` (``make axe``): every page in every way, against WCAG 2.2 AA.

Widths, languages, sizes, light and dark: 16 ways. A page is loaded for each language and size, and looked at in both
widths and lights as it lies there. ``--only TEXT``: the visits whose name has it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from tests.browser.looking import LANGUAGES, WIDTHS, Eyes, Look, frame, looking
from tests.browser.measuring import too_small, violations
from tests.browser.performance import performance
from tests.browser.visits import Visit, visits

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)


async def look_at_all(only: str) -> int:
    """Look at every page; how many faults there are."""
    began = time.monotonic()
    async with performance() as (browser, scene):
        chosen = [one for one in visits(scene) if only in one.name]
        waiting, faults, looks = iter(list(enumerate(chosen, 1))), list[str](), list[int]()

        async def one_after_the_other() -> None:
            async with looking(browser, scene) as eyes:
                for number, visit in waiting:
                    count, found = await in_every_way(eyes, visit)
                    looks.append(count)
                    faults.extend(found)
                    _say(f"{number}/{len(chosen)} {visit.name}: {count} ways, {len(found)} faults", *found)

        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    _say(
        f"{len(chosen)} pages, {sum(looks)} combinations of page, width, light, size and language: "
        f"{len(faults)} faults, {time.monotonic() - began:.0f} s"
    )
    return len(faults)


async def in_every_way(eyes: Eyes, visit: Visit) -> tuple[int, list[str]]:
    """How many ways a page was looked at in, and what is wrong with it."""
    count, faults = 0, list[str]()
    for language, elder in product(LANGUAGES, (False, True)):
        base = Look(WIDTHS[0], language, elder)
        page, shown = await eyes.look(visit, base), await eyes.window(visit.who)
        for width, dark in product(WIDTHS, (False, True)):
            look = replace(base, width=width, dark=dark)
            await frame(shown, look)
            found = await violations(page)
            if elder and not dark:
                found += await too_small(page)
            faults += [f"{visit.name} ({look}): {one}" for one in found]
            count += 1
    return count, faults


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when no page has a fault."""
    parser = argparse.ArgumentParser(prog="make axe", description=__doc__)
    parser.add_argument("--only", default="", help="part of the names of the visits")
    return int(asyncio.run(look_at_all(parser.parse_args(arguments).only)) > 0)


if __name__ == "__main__":
    sys.exit(main())
