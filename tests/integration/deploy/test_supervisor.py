"""The supervisor with real children: gates, restarts, order of the end, and no child without its parent."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.children import Child
from deploy.keeper import ChildLost, Timings
from deploy.supervisor import Supervisor
from tests.integration.deploy.stacks import alive
from tests.servers import free_port
from tests.waiting import wait_for

QUICK = Timings(
    start=10,
    gate=0.02,
    every=0.05,
    answer=1,
    failures=3,
    grace=1,
    first_pause=0.05,
    longest_pause=0.2,
    steady=60,
)
SMALL_CHILD = Path(__file__).with_name("small_child.py")


def small(directory: Path, name: str) -> Child:
    """A small child that answers on a free port and writes its story into ``directory``."""
    port = free_port()
    argv = (sys.executable, str(SMALL_CHILD), str(port), str(directory), name)
    return Child(name, argv, f"http://127.0.0.1:{port}/healthz", dict(os.environ))


def story(directory: Path) -> list[str]:
    """What the children noted so far."""
    return (directory / "story").read_text().splitlines()


def facts(logs: Path, event: str) -> list[dict[str, object]]:
    """The supervisor's own facts of one kind."""
    lines = [json.loads(line) for line in (logs / "supervisor.log").read_text().splitlines()]
    return [line for line in lines if line["event"] == event]


async def another_pid(supervisor: Supervisor, name: str, than: int) -> int:
    """The pid of a child's successor, once it has been started."""

    async def successor() -> int:
        now = supervisor.pids.get(name, than)
        return 0 if now == than else now

    return await wait_for(successor, within=15, what=f"{name} to be started again")


async def test_a_child_that_is_killed_is_started_again(tmp_path: Path) -> None:
    """kill -9 of a child is followed by its restart, and the neighbour keeps its process."""
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        await supervisor.start(small(tmp_path, "one"), small(tmp_path, "two"))
        before = supervisor.pids
        os.kill(before["one"], signal.SIGKILL)
        after = await another_pid(supervisor, "one", before["one"])
        assert before["two"] == supervisor.pids["two"]
        assert alive(after)
    assert ["exit -9"] == [fact["cause"] for fact in facts(tmp_path / "logs", "child.lost")]


async def test_a_child_that_fails_its_health_three_times_is_ended_and_started_again(tmp_path: Path) -> None:
    """A process that lives but does not answer is asked to end, and a healthy one takes its place."""
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        await supervisor.start(small(tmp_path, "one"))
        first = supervisor.pids["one"]
        (tmp_path / "one.sick").touch()

        async def ended() -> bool:
            return "one asked to end" in story(tmp_path)

        await wait_for(ended)
        (tmp_path / "one.sick").unlink()
        await another_pid(supervisor, "one", first)
        assert "unhealthy" == facts(tmp_path / "logs", "child.lost")[0]["cause"]


async def test_a_frozen_child_is_killed_and_started_again(tmp_path: Path) -> None:
    """A stopped process hears no SIGTERM; after the grace it is killed and replaced."""
    async with Supervisor(tmp_path / "logs", timings=replace(QUICK, answer=0.1, grace=0.2)) as supervisor:
        await supervisor.start(small(tmp_path, "one"))
        first = supervisor.pids["one"]
        os.kill(first, signal.SIGSTOP)
        await another_pid(supervisor, "one", first)
        assert not alive(first)


async def test_what_makes_a_child_ready_runs_after_every_start(tmp_path: Path) -> None:
    """The broker's streams are declared again after each of its starts."""
    times: list[int] = []

    async def declare() -> None:
        times.append(1)

    child = replace(small(tmp_path, "one"), ready=declare)
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        await supervisor.start(child)
        assert 1 == len(times)
        os.kill(supervisor.pids["one"], signal.SIGKILL)

        async def declared_again() -> bool:
            return len(times) == 2

        await wait_for(declared_again)


async def test_groups_end_in_reverse_order_and_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    """What was started last is asked to end first; who ignores it is killed after the grace."""
    (tmp_path / "two.stubborn").touch()
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        for name in ("one", "two", "three"):
            await supervisor.start(small(tmp_path, name))
        pids = supervisor.pids
    asked = [line for line in story(tmp_path) if line.endswith("asked to end")]
    codes = {fact["name"]: fact["code"] for fact in facts(tmp_path / "logs", "child.ended")}
    assert ["three asked to end", "two asked to end", "one asked to end"] == asked
    assert {"one": 0, "two": -9, "three": 0} == codes
    assert [] == [pid for pid in pids.values() if alive(pid)]


async def test_a_child_that_does_not_start_ends_the_start_with_one_line(tmp_path: Path) -> None:
    """The first failure names the child, its exit and its log, and its neighbours do not stay behind."""
    (tmp_path / "bad.broken").touch()
    with pytest.raises(ChildLost) as lost:
        async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
            await supervisor.start(small(tmp_path, "good"), small(tmp_path, "bad"))
    assert f"bad ended while starting (exit 3); see {tmp_path / 'logs' / 'bad.log'}" == str(lost.value)
    assert {} == supervisor.pids


async def test_a_child_that_never_answers_is_ended_when_its_time_is_over(tmp_path: Path) -> None:
    """A start that hangs is given up at its deadline."""
    (tmp_path / "one.sick").touch()
    with pytest.raises(ChildLost, match="one did not answer"):
        async with Supervisor(tmp_path / "logs", timings=replace(QUICK, start=0.5)) as supervisor:
            await supervisor.start(small(tmp_path, "one"))


async def test_a_child_that_cannot_come_back_is_tried_with_growing_pauses_until_it_can(
    tmp_path: Path,
) -> None:
    """A child that fails again and again is not given up, and starts once its trouble is over."""
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        await supervisor.start(small(tmp_path, "one"))
        first = supervisor.pids["one"]
        (tmp_path / "one.broken").touch()
        os.kill(first, signal.SIGKILL)

        async def tried_twice() -> bool:
            return len(facts(tmp_path / "logs", "child.not_started")) >= 2

        await wait_for(tried_twice)
        (tmp_path / "one.broken").unlink()

        async def back() -> bool:
            return len(facts(tmp_path / "logs", "child.started")) == 2

        await wait_for(back)


async def test_a_command_that_fails_is_one_line_with_its_log(tmp_path: Path) -> None:
    """A migration that exits with an error ends the start; its output is in the log of its service."""
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        argv = (sys.executable, "-c", "import sys; print('no such column'); sys.exit(4)")
        with pytest.raises(ChildLost, match=r"failed \(exit 4\); see .*one\.log"):
            await supervisor.run("one", argv, dict(os.environ), tmp_path)
    line = json.loads((tmp_path / "logs" / "one.log").read_text())
    assert ("output", "no such column") == (line["event"], line["line"])


async def test_output_of_children_becomes_json_lines(tmp_path: Path) -> None:
    """A JSON line passes as it is, any other line is wrapped into one."""
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        await supervisor.start(small(tmp_path, "one"))
    lines = [json.loads(line) for line in (tmp_path / "logs" / "one.log").read_text().splitlines()]
    assert {"event": "child.speaks"} == lines[0]
    assert ("output", "one", "plain words") == (lines[1]["event"], lines[1]["child"], lines[1]["line"])


async def test_changes_of_pids_are_told(tmp_path: Path) -> None:
    """Whoever writes stack.json hears every coming and going."""
    told: list[dict[str, int]] = []
    supervisor = Supervisor(tmp_path / "logs", timings=QUICK, changed=lambda pids: told.append(dict(pids)))
    async with supervisor:
        await supervisor.start(small(tmp_path, "one"))
        pid = supervisor.pids["one"]
    assert [{"one": pid}, {}] == told


PARENT = """
import asyncio, sys
from pathlib import Path
from deploy.supervisor import Supervisor
from tests.integration.deploy.test_supervisor import QUICK, small

async def main():
    directory = Path(sys.argv[1])
    async with Supervisor(directory / "logs", timings=QUICK) as supervisor:
        await supervisor.start(small(directory, "one"), small(directory, "two"))
        print(*supervisor.pids.values(), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("to", [os.kill, os.killpg], ids=["parent", "group"])
async def test_children_end_with_a_parent_that_is_killed(tmp_path: Path, to: Callable[[int, int], None]) -> None:
    """kill -9 of the supervisor, or of its whole process group, leaves no child behind, stubborn ones included."""
    (tmp_path / "two.stubborn").touch()
    root = Path(__file__).parents[3]
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PARENT,
        str(tmp_path),
        cwd=root,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in (await parent.stdout.readline()).split()]
    assert 2 == len([pid for pid in pids if alive(pid)])
    to(parent.pid, signal.SIGKILL)
    await parent.communicate()

    async def all_gone() -> bool:
        return not any(alive(pid) for pid in pids)

    await wait_for(all_gone, within=10)


async def test_a_leash_that_is_killed_is_replaced_and_still_holds(tmp_path: Path) -> None:
    """Losing the process that watches over the parent's death does not lose its purpose."""
    async with Supervisor(tmp_path / "logs", timings=QUICK) as supervisor:
        await supervisor.start(small(tmp_path, "one"))
        first = supervisor.leash.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)

        async def replaced() -> bool:
            return supervisor.leash.pid not in {first, None}

        await wait_for(replaced)
        child = supervisor.pids["one"]
        far_end = supervisor.leash.pid
        assert far_end is not None
        assert alive(child)
        assert alive(far_end)
