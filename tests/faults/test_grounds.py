"""The grounds themselves: a disk that is full is full, and a cut keeps what was flushed and nothing else."""

from __future__ import annotations

import subprocess

import pytest

from tests.faults.grounds.mounts import GroundMissing
from tests.faults.grounds.power import power
from tests.faults.grounds.small_disk import small_disk
from tests.faults.grounds.writers import kept, writer

ROWS = 300
UNFLUSHED_ROWS = 20_000


def test_a_filled_disk_takes_no_byte_until_it_is_relieved() -> None:
    """Not one byte can be written beside the ballast; afterwards everybody may write again."""
    try:
        with small_disk(1024 * 1024) as disk:
            disk.fill()
            with pytest.raises(OSError, match="No space left"):
                (disk.place / "more").write_bytes(b"1")
            disk.relieve()
            assert 100_000 == (disk.place / "more").write_bytes(bytes(100_000))
    except GroundMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.mark.parametrize(("synchronous", "rows", "survives"), [("FULL", ROWS, True), ("OFF", UNFLUSHED_ROWS, False)])
def test_a_power_cut_keeps_what_was_flushed(synchronous: str, rows: int, survives: bool) -> None:
    """A writer that waits for the disk keeps every row it told of; one that does not has lost some."""
    try:
        with power(256 * 1024**2) as ground:
            path = ground.place / "rows.db"
            process = writer(path, synchronous)
            told = last_told(process, rows)
            ground.cut([process.pid])
            told = max(told, *map(int, whole_lines(process)), 0)
            assert survives == (kept(path) >= told)
    except GroundMissing as missing:
        pytest.fail(str(missing), pytrace=False)


def last_told(process: subprocess.Popen[str], rows: int) -> int:
    """Wait until a writer has told of so many rows."""
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= rows:
            return int(line)
    raise AssertionError("the writer ended")


def whole_lines(process: subprocess.Popen[str]) -> list[str]:
    """What a dead writer said last."""
    said, _ = process.communicate()
    return [line.rstrip() for line in said.splitlines(keepends=True) if line.endswith("\n")]
