"""A simulation on matcher's real use cases: the same for the same seed; nobody is left without a holder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.layout import DEFAULT_DEFINITION
from deploy.simulate.behaviour import IGNORING, Assumptions
from deploy.simulate.run import Plan, simulate

ROOT = Path(__file__).parents[3]


def plan(policy: str, assumed: Assumptions, orders: float) -> Plan:
    """One day of the reference county."""
    return Plan(policy, DEFAULT_DEFINITION, 1, 7, orders, assumed)


def nobody(_policy: str, _days: int) -> None:
    """Nobody looks at the progress."""


def paidan(out: Path, hash_seed: str) -> list[dict[str, Any]]:
    """The command line, in a process of its own; its JSON."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from deploy.cli import main; main()"
    options = ["--days", "1", "--seed", "3", "--orders-per-day", "3", "--policy", "ours", "--json", str(out)]
    subprocess.run(
        [sys.executable, "-c", program, "simulate", *options],
        cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": hash_seed}, capture_output=True, timeout=110, check=True,
    )  # fmt: skip
    figures: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def test_the_same_seed_gives_the_same_figures(tmp_path: Path) -> None:
    """A day, twice, in processes that order their sets differently."""
    first, second = paidan(tmp_path / "first.json", "1"), paidan(tmp_path / "second.json", "2")
    assert first == second
    assert ("ours", 0, 0) == (first[0]["policy"], first[0]["without_holder"], first[0]["open_at_the_end"])
    assert first[0]["taken"] > 0


@pytest.mark.parametrize("policy", ["broadcast", "ours"])
def test_a_day_of_silence_leaves_every_order_with_a_holder(policy: str) -> None:
    """Every offer is ignored, in a chat group and by our own policy: coordinators hold and settle everything."""
    figures = simulate(plan(policy, IGNORING, 6), nobody).figures
    assert figures.orders > 0
    assert figures.asks_per_order > 0
    assert (0.0, 0, 0) == (figures.taken, figures.without_holder, figures.open_at_the_end)
    assert 1.0 == pytest.approx(figures.settled_at_grid + figures.settled_above)
