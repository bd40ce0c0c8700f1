"""What is left to ``make test DATABASES=both``, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import ON_ONE, UnknownChoice, is_spared, wants_both

ROOT = Path(__file__).parents[2]
PAGES = "tests/integration/intake/test_entry.py"


def test_whatever_is_spared_is_there() -> None:
    """A file that was renamed is not forgotten in the list."""
    assert [] == sorted(file for file in ON_ONE if not (ROOT / file).is_file())


@pytest.mark.parametrize(
    ("file", "parameters", "spared"),
    [
        (PAGES, {"new_database_url": "sqlite"}, True),
        (PAGES, {"new_database_url": "postgresql"}, False),
        (PAGES, {"language": "en"}, False),
        (PAGES, {}, False),
        ("tests/integration/matcher/test_races.py", {"matchers": "sqlite"}, False),
    ],
)
def test_pages_are_spared_the_looser_database_alone(file: str, parameters: dict[str, str], *, spared: bool) -> None:
    """Every test of a page runs at least once, and whatever is no page runs on both."""
    assert spared == is_spared(file, parameters)


def test_both_are_asked_for_by_one_word() -> None:
    """A word that is no choice ends the run: nobody believes to have run what they have not."""
    assert [False, False, True] == [wants_both({"DATABASES": one} if one else {}) for one in ("", None, "both")]
    with pytest.raises(UnknownChoice):
        wants_both({"DATABASES": "postgresql"})
