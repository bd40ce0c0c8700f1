"""What a running stack says about itself, and how others tell that it runs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deploy.problems import StackProblem
from deploy.stack_file import Stack, State, only_stack, running_stack


def stack(state: State = "ready") -> Stack:
    """A stack of one child."""
    return Stack(
        state=state,
        supervisor=1,
        children={"nats": 2},
        addresses={"nats": "nats://127.0.0.1:8104"},
        databases={},
        definition=Path("county.toml"),
        clock="",
    )


def test_a_running_stack_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Whoever attaches sees what the supervisor wrote, and nobody else may read it."""
    file, lock = tmp_path / "stack.json", tmp_path / "stack.lock"
    with only_stack(lock):
        stack().write(file)
        assert stack() == running_stack(file, lock)
        assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_a_file_left_behind_is_no_running_stack(tmp_path: Path) -> None:
    """After a supervisor was killed its file says nothing: the lock is gone with it."""
    file, lock = tmp_path / "stack.json", tmp_path / "stack.lock"
    with only_stack(lock):
        stack().write(file)
    with pytest.raises(StackProblem) as told:
        running_stack(file, lock)
    assert f"no stack is running in {tmp_path}; start one with: paidan up --data {tmp_path}" == str(told.value)


def test_no_stack_runs_where_none_ever_did(tmp_path: Path) -> None:
    """An empty directory, or one that is not there, is told in the same line."""
    with pytest.raises(StackProblem, match="no stack is running"):
        running_stack(tmp_path / "absent" / "stack.json", tmp_path / "absent" / "stack.lock")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("state", ["starting", "stopping"])
def test_a_stack_that_is_not_ready_is_not_attached_to(tmp_path: Path, state: State) -> None:
    """While it starts or stops, commands say so."""
    file, lock = tmp_path / "stack.json", tmp_path / "stack.lock"
    with only_stack(lock):
        stack(state).write(file)
        with pytest.raises(StackProblem, match=f"is {state}; try again"):
            running_stack(file, lock)


def test_a_data_directory_serves_one_stack(tmp_path: Path) -> None:
    """The second is refused in one line; once the first is gone, the directory is free again."""
    lock = tmp_path / "stack.lock"
    with only_stack(lock), pytest.raises(StackProblem) as told, only_stack(lock):
        pass
    assert f"a stack is already running in {tmp_path}" == str(told.value)
    with only_stack(lock):
        assert lock.exists()
