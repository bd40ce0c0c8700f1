"""docs/security.md names the test of each of the 25 cases, and no test of a case is missing there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / "tests" / "flows"
CASES = range(1, 26)
MISSING: set[int] = set()
"""Cases without a test."""


def cases_told() -> dict[int, str]:
    """Number of a case → the file the page names for it, empty where it names none."""
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", (ROOT / "docs" / "security.md").read_text("utf-8"), re.MULTILINE)
    return {int(number): file.strip("` ") if file.startswith("`") else "" for number, file in rows}


def cases_tested() -> dict[int, str]:
    """Number of a case → the file whose test bears it."""
    found: dict[int, str] = {}
    for path in sorted(FLOWS.glob("test_security_*.py")):
        for name in re.findall(r"^async def test_case_((?:\d\d_(?:and_)?)+)", path.read_text("utf-8"), re.MULTILINE):
            found |= dict.fromkeys(map(int, re.findall(r"\d\d", name)), path.name)
    return found


def test_every_case_has_its_test_in_the_table() -> None:
    """By number, in the file that the table names."""
    assert [*CASES] == sorted(cases_told())
    assert cases_tested() == {number: file for number, file in cases_told().items() if file}
    assert MISSING == set(CASES) - set(cases_tested())
