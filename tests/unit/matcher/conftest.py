"""The reference county, whose tree and posts the rules are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.community.definition import Community, load

COUNTY = Path(__file__).parents[3] / "deploy/definitions/reference/county.toml"


@pytest.fixture(scope="session")
def rules() -> Community:
    """The reference county."""
    return load(COUNTY)
