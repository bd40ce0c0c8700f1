"""The reference county, whose tree and posts the rules are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from shared.community.definition import Community, load

# A busy machine draws and checks slowly; that is no fault of the rules.
settings.register_profile("unhurried", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

COUNTY = Path(__file__).parents[3] / "deploy/definitions/reference/county.toml"


@pytest.fixture(scope="session")
def rules() -> Community:
    """The reference county."""
    return load(COUNTY)
