"""The notice file: every message on a line of its own, once."""

from __future__ import annotations

import fcntl
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from services.notifier.clocks import NoticeFile


def message(number: int) -> dict[str, Any]:
    return {"notice_id": f"n-{number}", "text": {"zh": "您的服务单\n已收到", "en": "We have it"}}


def ids(path: Path) -> list[str]:
    return [json.loads(line)["notice_id"] for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in a folder that does not exist yet."""
    return tmp_path / "more" / "notices.jsonl"


def test_messages_are_lines_of_json_in_their_order(path: Path) -> None:
    """Line breaks in a text stay inside the line, Chinese stays readable."""
    file = NoticeFile(path)
    file.deliver([message(1), message(2)], set())
    file.deliver([message(3)], set())
    assert ["n-1", "n-2", "n-3"] == ids(path)
    assert message(1) == json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    assert "您的服务单" in path.read_text(encoding="utf-8")


def test_an_uncertain_message_that_is_there_is_not_written_again(path: Path) -> None:
    """A crash between writing and confirming does not double a line; one that was never written is written."""
    file = NoticeFile(path)
    file.deliver([message(1), message(2)], set())
    file.deliver([message(2), message(3), message(4)], {"n-2", "n-3"})
    assert ["n-1", "n-2", "n-3", "n-4"] == ids(path)


@pytest.mark.parametrize("torn", [1, 10, 60])
def test_a_line_torn_by_a_crash_is_cut_off_and_written_whole(path: Path, torn: int) -> None:
    """The file is lines of JSON again, whatever part of the last line had reached the disk."""
    file = NoticeFile(path)
    file.deliver([message(1)], set())
    half = json.dumps(message(2)).encode()[:torn]
    with path.open("ab") as raw:
        raw.write(half)
    file.deliver([message(2)], {"n-2"})
    assert ["n-1", "n-2"] == ids(path)


def test_a_first_line_torn_by_a_crash_is_cut_off_too(path: Path) -> None:
    """Nothing but half a line is an empty file."""
    path.parent.mkdir()
    path.write_bytes(b'{"notice_id":"n-')
    NoticeFile(path).deliver([message(1)], {"n-1"})
    assert ["n-1"] == ids(path)


def test_a_foreign_line_does_no_harm(path: Path) -> None:
    """Whatever somebody wrote into the file is left there and not taken for a message."""
    path.parent.mkdir()
    path.write_text('a note\n[1]\n{"no": "id"}\n', encoding="utf-8")
    NoticeFile(path).deliver([message(1)], {"n-1"})
    assert 4 == len(path.read_text(encoding="utf-8").splitlines())


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """The caller hears of it as ``OSError``: nothing is confirmed."""
    with pytest.raises(OSError, match="directory"):
        NoticeFile(tmp_path).deliver([message(1)], set())


def test_a_line_that_another_process_is_writing_is_waited_for(path: Path) -> None:
    """Half a line of another notifier's is no torn one: it is left whole, and ours comes after it."""
    NoticeFile(path).deliver([message(1)], set())
    line = json.dumps(message(2)).encode() + b"\n"
    ours = threading.Thread(target=NoticeFile(path).deliver, args=([message(3)], set()))
    with path.open("ab", buffering=0) as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        theirs.write(line[:10])
        ours.start()
        ours.join(0.2)
        theirs.write(line[10:])
    ours.join(10)
    assert ["n-1", "n-2", "n-3"] == ids(path)


def test_what_another_process_wrote_meanwhile_is_not_written_again(path: Path) -> None:
    """Whoever stands still between an attempt and its writing finds that the next one has made it."""
    stood_still, other = NoticeFile(path), NoticeFile(path)
    stood_still.deliver([message(1)], set())
    other.deliver([message(2), message(3)], {"n-2"})
    stood_still.deliver([message(2), message(4)], set())
    other.deliver([message(4)], set())
    assert ["n-1", "n-2", "n-3", "n-4"] == ids(path)
