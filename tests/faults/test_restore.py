"""The short form of the restore scenario, in every test run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.report import Report
from tests.faults.scenarios.restore import once

SEED = 22
ORDERS = 3


@pytest.mark.timeout(240)
async def test_a_restore_loses_nothing_without_saying_so(tmp_path: Path) -> None:
    """Each order that was accepted is back, or in the report; every invariant holds, and the new history goes on."""
    report = Report("restore", "sqlite", tmp_path, SEED)
    await once(report, random.Random(SEED), {}, ORDERS)  # noqa: S311 - to be repeated
    assert [] == report.violations
    assert 3 * ORDERS <= report.accepted
