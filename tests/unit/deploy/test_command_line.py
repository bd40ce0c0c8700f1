"""The command line's words: tables, tokens, refusals, one line for what an operator can put right."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.commands.flows import table
from deploy.commands.options import duration
from deploy.commands.orders import append, summary
from deploy.posting import PostRefused, row_errors
from deploy.problems import StackProblem
from shared.contracts.flows import EVENTS
from shared.contracts.words import Role
from shared.identity.keys import create_keys, read_key
from shared.identity.tokens import Caller, TokenSigner

ROOT = Path(__file__).parents[3]


def paidan(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from deploy.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )


def test_flows_lists_every_event_once_in_aligned_columns() -> None:
    """One line an event below the heading, the consumers all starting in the same column."""
    heading, *rows = table()
    column = heading.index("consumers")
    names = [f"{event.publisher}.{event.name}.v{event.major}" for event in EVENTS]
    assert names == [row[:column].rstrip() for row in rows]
    assert {" "} == {row[column - 1] for row in rows}
    assert "matcher.on_order_placed, notifier.on_order_placed" == rows[0][column:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        ("7d", timedelta(days=7)),
    ],
)
def test_durations_are_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    """Seconds, minutes, hours and days."""
    assert expected == duration(text)


@pytest.mark.parametrize("text", ["", "1", "h", "0h", "-1h", "1.5h", "1w", "9999999s", "1h30m"])
def test_anything_else_is_no_duration(text: str) -> None:
    """The line shows how to write one."""
    with pytest.raises(StackProblem, match="write it as 90s, 30m, 1h or 7d"):
        duration(text)


def test_a_token_is_all_that_is_printed_and_says_who_calls(tmp_path: Path) -> None:
    """Its output can be put into a header as it is."""
    create_keys(tmp_path / "keys")
    arguments = ["--role", "coordinator", "--subject", "c-1", "--area", "yard", "--data", str(tmp_path)]
    printed = paidan("token", *arguments)
    (token,) = printed.stdout.splitlines()
    signer = TokenSigner(read_key(tmp_path / "keys", "tokens"))
    assert (0, "") == (printed.returncode, printed.stderr)
    assert Caller(Role.COORDINATOR, "c-1", "yard") == signer.verify(token)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("token", "--role", "ops", "--subject", "x"), "no stack was ever started in {data}"),
        (("roster", "import", "roster.csv"), "no stack is running in {data}"),
        (("orders", "import", "orders.csv", "--mapping", "mapping.json"), "no stack is running in {data}"),
        (("up", "--clock", "soon"), "clock: START 'soon' is no ISO 8601 time"),
        (("up", "--clock", "2026-11-22T19:00+08:00@0"), "clock: SPEED '0' must be above 0"),
        (("up", "--clock", "2026-11-22T19:00+08:00/5"), "--clock is START[@SPEED]; it starts to run now"),
    ],
)
def test_what_an_operator_can_put_right_is_one_line(tmp_path: Path, arguments: tuple[str, ...], line: str) -> None:
    """No stack trace, nothing on standard output, exit 1."""
    answer = paidan(*arguments, cwd=tmp_path)
    assert (1, "", 1) == (answer.returncode, answer.stdout, len(answer.stderr.splitlines()))
    assert answer.stderr.startswith(f"paidan: {line.format(data=tmp_path / '.paidan')}")


def test_row_errors_name_row_and_column() -> None:
    """A pointer is row and column, after the sheet where there are several; row 0 is the file itself."""
    problem = {
        "errors": [
            {"pointer": "/12/phone", "detail": "given twice"},
            {"pointer": "/0/", "detail": "the file is empty"},
            {"pointer": "/7/", "detail": "more cells than columns"},
            {"pointer": "/1/a~1b~0c", "detail": "unknown column"},
            {"pointer": "/units/4/located_in", "detail": "no such area"},
            {"pointer": "/units/0/", "detail": "no rows"},
        ]
    }
    expected = [
        "row 12, phone: given twice",
        "the file is empty",
        "row 7: more cells than columns",
        "row 1, a/b~c: unknown column",
        "units, row 4, located_in: no such area",
        "units: no rows",
    ]
    assert expected == row_errors(problem)


def test_an_import_is_summed_up_with_each_refused_row() -> None:
    """The counts come first, then a line with the reasons of each refused row."""
    reasons = [
        {"pointer": "/service", "detail": "the mapping knows no service"},
        {"pointer": "", "detail": "too short"},
    ]
    answer = {"created": 2, "known": 1, "refused": [{"row": 5, "errors": reasons}], "orders": []}
    expected = ["created 2 known 1 refused 1", "row 5: service: the mapping knows no service; too short"]
    assert expected == summary(answer)


def test_a_ledger_keeps_what_an_outside_client_saw(tmp_path: Path) -> None:
    """A JSON line an order is added to what the file has; nothing else of the answer goes in."""
    ledger = tmp_path / "ledger.jsonl"
    orders = [{"row": n, "order_id": f"o{n}", "reference": f"r{n}", "tracking_token": f"t{n}"} for n in (2, 3)]
    append(ledger, orders[:1])
    append(ledger, orders[1:])
    expected = [{"order_id": f"o{n}", "reference": f"r{n}", "tracking_token": f"t{n}"} for n in (2, 3)]
    assert expected == [json.loads(line) for line in ledger.read_text().splitlines()]


def test_a_refusal_says_its_title_and_detail_once() -> None:
    """Where the detail repeats the title, or is missing, the title is enough."""
    told = [
        str(PostRefused({"title": "The roster has errors", "detail": "The roster has errors"})),
        str(PostRefused({"title": "Forbidden", "detail": "not your area"})),
        str(PostRefused({})),
    ]
    assert ["The roster has errors", "Forbidden: not your area", "the service refused"] == told
