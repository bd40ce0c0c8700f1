"""Which version of a schema is ahead of which code; the numbers of the migrations say it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from shared.contracts.flows import SERVICES
from shared.persistence.migrating import is_ahead, known_versions

KNOWN = ["0010", "0009", "0001"]
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("current", "ahead"),
    [("0011", True), ("0100", True), ("0010", False), ("0009", False), ("0005", False), (None, False), ("ab12", False)],
)
def test_only_a_higher_number_is_ahead(current: str | None, ahead: bool) -> None:
    """An unknown version that is not later than all known ones belongs to somebody else: it is never taken for ours."""
    assert ahead == is_ahead(current, KNOWN)


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_numbered_in_the_order_they_follow_each_other(service: str) -> None:
    """The rule that readiness rests on: one line of versions, each one number more than the one before it; and the
    names of the files, which is all that most starts read, say the same.
    """
    config, folder = Config(), ROOT / "services" / service / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    versions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert [f"{number:04}" for number in range(len(versions), 0, -1)] == versions
    assert versions == known_versions(folder)
