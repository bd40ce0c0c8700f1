"""What is measured of a page that is open: violations of WCAG, sizes in the large view, and what it weighs."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from playwright.async_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
"""The checker itself; the browser's own evaluation runs it, so that no page has to allow a foreign script."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = f"""async () => {{
    if (!window.axe) {{ return null }}
    const found = await axe.run(document, {json.dumps({"runOnly": TAGS, "resultTypes": ["violations"]})})
    return found.violations.flatMap(rule => rule.nodes.map(node => {{
        const why = [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")
        return `${{rule.id}}: ${{node.target.join(" ")}}: ${{why}}`
    }}))
}}"""
LEAST_TEXT, MOST_TEXT, LEAST_TARGET = 24, 40, 60
"""CSS pixels of the large view: 18 to 30 points, and how high and wide whatever is pressed is."""
_IN_LARGE = """([least, most, target]) => {
    const root = document.documentElement, was = root.className, faults = []
    root.classList.add("elder")
    const named = one => `${one.tagName.toLowerCase()}${one.id ? "#" + one.id : ""}${one.className && one.className.baseVal
        === undefined ? "." + [...one.classList].join(".") : ""} "${(one.innerText || one.value || "").trim().slice(0, 24)}"`
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
        if (width < target - .01 || height < target - .01)
            faults.push(`target of ${width.toFixed()} x ${height.toFixed()} px: ${named(pressed)}`)
    }
    root.className = was
    return faults
}"""


async def violations(page: Page) -> list[str]:
    """What axe says against the page at WCAG 2.2 AA and its own best practice: rule, where, why."""
    found = await page.evaluate(_RUN)
    if found is None:
        await page.evaluate(AXE)
        found = await page.evaluate(_RUN)
    said: list[str] = found
    return said


async def too_small(page: Page) -> list[str]:
    """Texts that are no size of the large view, and targets a finger misses there. A link inside a sentence is as
    high as its line.
    """
    said: list[str] = await page.evaluate(_IN_LARGE, [LEAST_TEXT, MOST_TEXT, LEAST_TARGET])
    return said


def summed_up(found: list[Any]) -> str:
    """One line for each fault."""
    return "\n".join(str(one) for one in found)
