"""Logs and the notice file are set aside while they are written: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.log_file import LogFile
from services.notifier.clocks import NoticeFile

EXAMPLE = Path(__file__).parents[3] / "deploy" / "logrotate" / "paidan"


def rotate(data: Path) -> None:
    """Set everything under a data directory aside, by logrotate and our example where it is installed."""
    program = shutil.which("logrotate")
    if program is None:
        for file in (*data.glob("logs/*.log"), *data.glob("*.jsonl")):
            file.rename(file.with_name(f"{file.name}.1"))
        return
    text = EXAMPLE.read_text(encoding="utf-8").replace("/var/lib/paidan", str(data)).replace("su paidan paidan", "")
    configuration = data / "logrotate.conf"
    configuration.write_text(text, encoding="utf-8")
    configuration.chmod(0o644)
    state = ["--state", str(data / "logrotate.state")]
    subprocess.run([program, "--force", *state, str(configuration)], check=True, timeout=30)


def lines(*files: Path) -> list[str]:
    """The names in files of JSON lines, one file after the other."""
    found = [json.loads(line) for file in files if file.exists() for line in file.read_text().splitlines()]
    return [one.get("event") or one["notice_id"] for one in found]


def test_a_log_goes_on_in_a_new_file(tmp_path: Path) -> None:
    """What was written before stands in the file set aside, what comes after in a new one of the same name."""
    log = LogFile(tmp_path / "logs", "intake")
    log.fact("before")
    rotate(tmp_path)
    log.fact("after")
    log.close()
    assert (["before"], ["after"]) == (lines(tmp_path / "logs/intake.log.1"), lines(log.path))


def test_a_log_that_was_cut_goes_on_at_its_beginning(tmp_path: Path) -> None:
    """Whoever rotates by copying and cutting gets no hole of zeros."""
    log = LogFile(tmp_path, "intake")
    log.fact("before")
    log.path.write_bytes(b"")
    log.fact("after")
    log.close()
    assert ["after"] == lines(log.path)


@pytest.mark.parametrize("uncertain", [set(), {"n-2"}])
def test_a_notice_is_there_once_whichever_file_it_went_to(tmp_path: Path, uncertain: set[str]) -> None:
    """A message of which it is not known whether it was written is looked for in the file set aside too."""
    path = tmp_path / "notices.jsonl"
    file = NoticeFile(path)
    file.deliver([{"notice_id": "n-1"}, {"notice_id": "n-2"}], set())
    rotate(tmp_path)
    again = [{"notice_id": one} for one in sorted(uncertain)]
    file.deliver([*again, {"notice_id": "n-3"}], uncertain)
    assert ["n-1", "n-2", "n-3"] == lines(tmp_path / "notices.jsonl.1", path)
