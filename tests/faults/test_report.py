"""The suite's own account can fail: each number it promises turns red when it should."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.verify.run import Finding
from tests.faults.fault import Missed, Refused
from tests.faults.looking import told_twice
from tests.faults.report import Report, summary
from tests.faults.striking import strike


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """An empty account that says nothing aloud."""
    return Report("planted", "sqlite", tmp_path, 1, lambda _: None)


def cells(report: Report) -> dict[str, str]:
    """The summary of one account, by its rows."""
    table, _ = summary([report], 1, 1.0)
    names, values = (list(column.cells) for column in table.columns)
    return {str(name): str(value) for name, value in zip(names, values, strict=True)}


def test_slow_recoveries_are_violations(report: Report) -> None:
    """One slow kill in thirty is forgiven, two are not; other kinds have other limits."""
    for _ in range(29):
        report.struck("killed intake", "kill", 2.0)
    report.struck("killed intake", "kill", 11.0)
    report.struck("broker away 150 s", "outage", 29.0)
    assert [] == summary([report], 1, 1.0)[1]
    report.struck("killed intake", "kill", 11.0)
    assert ["recovery after kill: p95 11.0 s, and may take 10 s"] == summary([report], 1, 1.0)[1]


def test_findings_are_counted_by_what_they_break(report: Report) -> None:
    """Lost orders, places taken twice and doubled notices have a number each, and everything is a violation."""
    report.found(
        [
            Finding("I1", "", ["one was promised and is not there"]),
            Finding("I2", "", ["leg l has 2 active assignments for 1 places"]),
            Finding("I4", "", ["2 notices order_done v3 of order o to resident r"]),
            Finding("I7", "", []),
        ],
        ["2 messages of o order_done 3 resident r"],
    )
    rows = cells(report)
    assert ("1", "1", "2", "4") == (
        rows["lost"],
        rows["doubled (places taken twice)"],
        rows["notices doubled"],
        rows["violations"],
    )


def test_a_message_that_went_out_twice_is_seen(tmp_path: Path) -> None:
    """By what it tells whom, whatever its own id is; what a power cut left of a last line is no message."""
    notice = {"order_id": "o", "kind": "order_done", "version": 3, "recipient": {"role": "resident", "id": "r"}}
    lines = [{**notice, "notice_id": "1"}, {**notice, "version": 4, "notice_id": "2"}, {**notice, "notice_id": "3"}]
    file = tmp_path / "notices.jsonl"
    file.write_bytes("".join(json.dumps(line) + "\n" for line in lines).encode() + bytes(100))
    site: Any = SimpleNamespace(layout=SimpleNamespace(notice_file=file))
    assert ["2 messages of o order_done 3 resident r"] == told_twice(site)


@pytest.mark.parametrize("error", [Refused("no strace here"), Missed("it never came")], ids=["refused", "missed"])
async def test_a_fault_that_was_not_injected_is_not_counted(report: Report, error: Exception) -> None:
    """What this machine cannot do stands in the summary; what came to nothing does not count either."""

    class Never:
        name, kind, databases = "never", "kill", ("sqlite",)

        async def strike(self, site: Any, dice: random.Random) -> None:
            raise error

    site: Any = None
    await strike(report, site, Never(), random.Random(1))  # noqa: S311 - to be repeated
    assert "0" == cells(report)["faults injected"]
    assert (["never: no strace here"] if isinstance(error, Refused) else []) == report.refusals
