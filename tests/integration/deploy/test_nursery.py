"""Children that are forked: they are as if Python had been started for them, and outlive what forked them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.children import Child
from deploy.environment import project_directory
from deploy.keeper import ChildLost
from deploy.leash import Leash
from deploy.nursery import UNKNOWN, Nursery
from deploy.supervisor import Supervisor
from tests.integration.deploy.stacks import alive
from tests.integration.deploy.test_supervisor import QUICK, another_pid, facts, story
from tests.servers import free_port
from tests.waiting import wait_for

SMALL_CHILD = "tests.integration.deploy.small_child"


def small(directory: Path, name: str) -> Child:
    """The supervisor's small child, to be born."""
    port = free_port()
    argv = (sys.executable, "-m", SMALL_CHILD, str(port), str(directory), name)
    return Child(name, argv, f"http://127.0.0.1:{port}/healthz", dict(os.environ), project_directory(), born=True)


def nursery(directory: Path, *modules: str) -> Callable[[Leash], Nursery]:
    """What imports these modules once."""
    return lambda leash: Nursery(modules, os.environ, project_directory(), directory / "logs", leash)


def parent_of(pid: int) -> int:
    """Who forked a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def threads_of(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


async def test_a_child_that_was_born_is_a_process_of_its_own(tmp_path: Path) -> None:
    """Its parent is the nursery, which has one thread; session, output and end are its own."""
    async with Supervisor(tmp_path / "logs", timings=QUICK, nursery=nursery(tmp_path, "http.server")) as supervisor:
        await supervisor.start(small(tmp_path, "one"), small(tmp_path, "two"))
        pids = supervisor.pids
        one, forked_by = pids["one"], parent_of(pids["one"])
        assert forked_by == parent_of(pids["two"]) != os.getpid()
        assert one == os.getsid(one)
        assert 1 == threads_of(forked_by)
        os.kill(one, signal.SIGKILL)
        assert forked_by == parent_of(await another_pid(supervisor, "one", one))
        await wait_for(lambda: _started(tmp_path / "logs", 3), what="one to be healthy again")
        assert pids["two"] == supervisor.pids["two"]
    assert ["exit -9"] == [fact["cause"] for fact in facts(tmp_path / "logs", "child.lost")]
    assert [0, 0] == [fact["code"] for fact in facts(tmp_path / "logs", "child.ended")][1:]
    assert ["two asked to end"] == [line for line in story(tmp_path) if line == "two asked to end"]
    assert '"event": "child.speaks"' in (tmp_path / "logs" / "one.log").read_text()
    assert [] == [pid for pid in (*pids.values(), forked_by) if alive(pid)]


async def test_children_outlive_their_nursery_and_another_one_takes_its_place(tmp_path: Path) -> None:
    """kill -9 of the nursery ends nobody; a child that ends afterwards is seen, and born again by the next."""
    async with Supervisor(tmp_path / "logs", timings=QUICK, nursery=nursery(tmp_path, "http.server")) as supervisor:
        await supervisor.start(small(tmp_path, "one"))
        one = supervisor.pids["one"]
        before = parent_of(one)
        os.kill(before, signal.SIGKILL)
        await wait_for(lambda: _over(before), what="the nursery to end")
        assert alive(one)
        os.kill(one, signal.SIGKILL)
        after = await another_pid(supervisor, "one", one)
        assert before != parent_of(after)
    assert [f"exit {UNKNOWN}"] == [fact["cause"] for fact in facts(tmp_path / "logs", "child.lost")]


async def test_what_cannot_be_imported_ends_the_start_with_one_line(tmp_path: Path) -> None:
    """A nursery that fails says where to read why."""
    with pytest.raises(ChildLost, match=r"one could not be started: the nursery ended; see .*nursery\.log"):
        async with Supervisor(tmp_path / "logs", timings=QUICK, nursery=nursery(tmp_path, "no.such")) as supervisor:
            await supervisor.start(small(tmp_path, "one"))
    assert "No module named 'no'" in (tmp_path / "logs" / "nursery.log").read_text()


async def test_the_exit_code_of_a_child_that_was_born_is_its_own(tmp_path: Path) -> None:
    """A command that fails is told with its code and its log, as if it had been executed."""
    (tmp_path / "one.broken").touch()
    child = small(tmp_path, "one")
    async with Supervisor(tmp_path / "logs", timings=QUICK, nursery=nursery(tmp_path, "http.server")) as supervisor:
        with pytest.raises(ChildLost, match=r"failed \(exit 3\); see .*one\.log"):
            await supervisor.run("one", child.argv, child.environment, project_directory(), born=True)
    assert "cannot start" in (tmp_path / "logs" / "one.log").read_text()


async def _started(logs: Path, times: int) -> bool:
    return len(facts(logs, "child.started")) == times


async def _over(pid: int) -> bool:
    return not alive(pid)
