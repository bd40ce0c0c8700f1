"""What is measured of a page that is open: violations of WCAG, sizes in the large view, and what it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from playwright.async_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
"""The checker itself, for windows that are opened to be checked. The browser runs it beside the page's own scripts, so
that no page has to allow a foreign one.
"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"], "preload": False, "elementRef": False}
_RUN = """async options => {
    const found = await axe.run(document, options)
    return found.violations.flatMap(rule => rule.nodes.map(node => {
        const why = [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")
        return `${rule.id}: ${node.target.join(" ")}: ${why}`
    }))
}"""
LEAST_TEXT, MOST_TEXT, LEAST_TARGET = 24, 40, 60
"""CSS pixels of the large view: 18 to 30 points, and how high and wide whatever is pressed is."""
LEAST_HOUR = 48
"""How wide an hour of the week is, as seven days stand beside each other; it is as high as everything else."""
_IN_LARGE = """([least, most, target, narrow]) => {
    const root = document.documentElement, was = root.className, faults = []
    root.classList.add("elder")
    const named = one => [one.tagName.toLowerCase(), ...one.classList].join(".")
        + (one.id ? "#" + one.id : "") + ` "${(one.innerText || one.value || "").trim().slice(0, 24)}"`
    const seen = one => one.checkVisibility({visibilityProperty: true, opacityProperty: true})
        && one.getBoundingClientRect().width > 1 && one.getBoundingClientRect().height > 1
        && one.getBoundingClientRect().bottom + scrollY > 0 && one.getBoundingClientRect().right > 0
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const sized = new Map()
    while (words.nextNode()) {
        const holder = words.currentNode.parentElement
        if (words.currentNode.data.trim() && seen(holder) && !holder.closest("script, style, svg, noscript, option"))
            sized.set(holder, parseFloat(getComputedStyle(holder).fontSize))
    }
    for (const [holder, size] of sized)
        if (size < least - .01 || size > most + .01) faults.push(`text of ${size} px: ${named(holder)}`)
    const inSentence = one => getComputedStyle(one).display === "inline"
        && one.parentElement.innerText.trim().length > one.innerText.trim().length
    for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
        const pressed = /^(radio|checkbox)$/.test(one.type) && one.closest("label") || one
        if (one.type === "hidden" || !seen(pressed) || one.matches("a") && inSentence(one)) continue
        const {width, height} = pressed.getBoundingClientRect()
        const wide = pressed.closest(".week") ? narrow : target
        if (width < wide - .01 || height < target - .01)
            faults.push(`target of ${width.toFixed()} x ${height.toFixed()} px: ${named(pressed)}`)
    }
    root.className = was
    return faults
}"""


async def violations(page: Page) -> list[str]:
    """What axe says against the page at WCAG 2.2 AA and its own best practice: rule, where, why. ``AXE`` is there."""
    said: list[str] = await page.evaluate(_RUN, _OPTIONS)
    return said


async def too_small(page: Page) -> list[str]:
    """Texts that are no size of the large view, and targets a finger misses there. A link inside a sentence is as
    high as its line.
    """
    said: list[str] = await page.evaluate(_IN_LARGE, [LEAST_TEXT, MOST_TEXT, LEAST_TARGET, LEAST_HOUR])
    return said


MOST_BYTES = 60 * 1024
"""What a page may weigh with all that belongs to it, at a first visit."""


@dataclass(frozen=True)
class Weight:
    """What a page weighs in bytes as it is sent, without the headers of HTTP. ``page``: the HTML alone, which every
    visit sends; ``whole``: with its style, scripts, pictures, icon and manifest, which a browser keeps from then on.
    """

    page: int
    whole: int


_WEIGHED = """async () => {
    const [page] = performance.getEntriesByType("navigation")
    const kinds = /^(link|script|css|img|use|image|other)$/
    const parts = performance.getEntriesByType("resource").filter(one => kinds.test(one.initiatorType))
    const sizes = new Map(parts.map(one => [one.name, one.encodedBodySize]))
    for (const link of document.querySelectorAll("link[rel~=icon], link[rel=manifest], link[rel=apple-touch-icon]"))
        if (!sizes.get(link.href)) sizes.set(link.href, (await (await fetch(link.href)).arrayBuffer()).byteLength)
    const rest = [...sizes.values()].reduce((one, other) => one + other, 0)
    return [page.encodedBodySize, page.encodedBodySize + rest]
}"""


async def weight(page: Page) -> Weight:
    """What the open page weighs, whether or not its parts came from the browser's cache."""
    return Weight(*await page.evaluate(_WEIGHED))
