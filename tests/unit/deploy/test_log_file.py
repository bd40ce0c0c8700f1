"""A child's log is JSON lines, whatever the child writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.log_file import LogFile


def written(directory: Path, *lines: bytes) -> list[dict[str, Any]]:
    """The log after a child wrote these lines."""
    log = LogFile(directory, "child")
    for line in lines:
        log.line(line)
    log.close()
    return [json.loads(line) for line in log.path.read_text().splitlines()]


def test_a_json_object_passes_as_it_is(tmp_path: Path) -> None:
    """A service's own log line is not wrapped again."""
    assert [{"event": "offer.expired", "offer_id": "o-1"}] == written(
        tmp_path, b'{"event": "offer.expired", "offer_id": "o-1"}\r'
    )


@pytest.mark.parametrize(
    "line", [b"plain", b"{broken", b"[1, 2]", "汉字".encode(), b"\x1b[31mred\x1b[0m", b"\xff\xfe", b'"text"']
)
def test_anything_else_becomes_one_object(tmp_path: Path, line: bytes) -> None:
    """Plain words, colours and broken bytes end up inside one JSON line with the child's name."""
    (found,) = written(tmp_path, line)
    assert ("output", "child", line.decode("utf-8", "replace")) == (found["event"], found["child"], found["line"])


def test_empty_lines_are_left_out(tmp_path: Path) -> None:
    """A blank line says nothing."""
    assert [] == written(tmp_path, b"", b"  \r")


def test_a_log_is_set_aside_before_it_fills_the_disk(tmp_path: Path) -> None:
    """Past its size the log starts anew and one older piece is kept."""
    log = LogFile(tmp_path, "child", largest=200)
    for number in range(20):
        log.fact("child.counted", number=number)
    log.close()
    assert ["child.log", "child.log.1"] == sorted(path.name for path in tmp_path.iterdir())
    kept = [json.loads(line) for line in (tmp_path / "child.log.1").read_text().splitlines()]
    assert 200 + 150 > (tmp_path / "child.log.1").stat().st_size
    assert {"child.counted"} == {line["event"] for line in kept}


def test_a_full_disk_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    """Writing goes on without an error, so that the child's output is still read."""
    (tmp_path / "child.log").symlink_to("/dev/full")
    log = LogFile(tmp_path, "child")
    log.line(b"lost")
    log.fact("child.started", pid=1)
    log.close()
    assert [log.path] == list(tmp_path.iterdir())


def test_what_a_power_cut_left_of_a_last_line_spoils_no_other(tmp_path: Path) -> None:
    """The next line begins on a line of its own."""
    (tmp_path / "child.log").write_bytes(b'{"event": "whole"}\n{"event": "to\0\0')
    log = LogFile(tmp_path, "child")
    log.line(b'{"event": "next"}')
    log.close()
    first, _, last = log.path.read_bytes().splitlines()
    assert ["whole", "next"] == [json.loads(line)["event"] for line in (first, last)]
