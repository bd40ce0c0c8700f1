"""Real stacks for the tests: ``paidan up`` as a process of its own, on ports nobody listens on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.layout import Layout, Ports
from deploy.problems import StackProblem
from deploy.stack_file import Stack

ROOT = Path(__file__).parents[3]
READY_SECONDS = 90.0
END_SECONDS = 60.0
EVENING = "2026-11-22T19:00+08:00"
"""A Sunday evening: volunteers with the county's usual hours are free, so that what waits for nobody does not wait."""


def free_port_base() -> int:
    """A port base whose ports are all free at this moment: by chance, below those the system gives to anybody,
    so that tests that run beside each other do not find the same.
    """
    for _ in range(50):
        ports = Ports(10 * random.randrange(1100, 3200))  # noqa: S311 - not a secret
        try:
            ports.ensure_free()
        except StackProblem:
            continue
        return ports.base
    raise AssertionError("no seven free ports in a row")


def alive(pid: int) -> bool:
    """Whether a process of that id runs (a zombie is dead, and waits for its parent)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str


async def paidan(
    *arguments: str, cwd: Path = ROOT, within: float = END_SECONDS, environment: Mapping[str, str] | None = None
) -> Answer:
    """Run one command to its end."""
    process = await _spawn(arguments, cwd, environment or {})
    out, err = await asyncio.wait_for(process.communicate(), within)
    assert process.returncode is not None
    return Answer(process.returncode, out.decode(), err.decode())


@dataclass
class Up:
    """A ``paidan up`` that runs."""

    process: asyncio.subprocess.Process
    data: Path
    port_base: int
    lines: list[str] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        """What it says about itself."""
        return Stack.model_validate_json(Layout.at(self.data).stack_file.read_bytes())

    @property
    def addresses(self) -> Mapping[str, str]:
        """The addresses of the line ``paidan ready``."""
        assert self.lines[-1].startswith("paidan ready ")
        return dict(word.split("=", 1) for word in self.lines[-1].removeprefix("paidan ready ").split())

    async def ready(self) -> None:
        """Read its output until the line programs wait for."""
        assert self.process.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            while line := (await self.process.stdout.readline()).decode():
                self.lines.append(line.rstrip("\n"))
                if line.startswith("paidan ready"):
                    return
        assert self.process.stderr is not None
        said = (await self.process.stderr.read()).decode()
        raise AssertionError("it ended: " + "\n".join([said, *self.lines, *logs(self.data)]))

    async def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(by)
        await asyncio.wait_for(self.process.communicate(), END_SECONDS)
        assert self.process.returncode is not None
        return self.process.returncode


def logs(data: Path) -> list[str]:
    """The last lines of every log, for a test that fails; a power cut may have torn them."""
    return [
        f"{path.name}: {line.decode(errors='replace')}"
        for path in sorted(Layout.at(data).logs.glob("*.log"))
        for line in path.read_bytes().strip(b"\0").splitlines()[-5:]
    ]


@asynccontextmanager
async def up(
    data: Path, port_base: int, *options: str, wait: bool = True, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Up]:
    """Start a stack, ready unless ``wait`` is off; it is ended on leaving, however the test went."""
    arguments = ("up", "--data", str(data), "--port-base", str(port_base), *options)
    running = Up(await _spawn(arguments, ROOT, environment or {}), data, port_base)
    try:
        if wait:
            await running.ready()
        yield running
    finally:
        await running.end()


async def _spawn(arguments: tuple[str, ...], cwd: Path, more: Mapping[str, str]) -> asyncio.subprocess.Process:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from deploy.cli import main; main()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAIDAN_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        *arguments,
        cwd=cwd,
        env=environment | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"} | dict(more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
