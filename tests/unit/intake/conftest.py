"""The rules most tests of intake are judged by."""

from __future__ import annotations

import pytest

from shared.community.definition import Community, load
from tests.unit.community import small_county


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("county")))
