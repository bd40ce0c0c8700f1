"""Python children that start in a fraction of a second: forked from a process that has imported what they need.

Importing a service takes two to three seconds of a processor, and all three import mostly the same. The nursery does it
once, and again only when it dies; its children outlive it. Where the system cannot hold a process by a descriptor (it
is not Linux), children are started as ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.environment import project_directory
from deploy.leash import Leash
from deploy.log_file import LogFile
from deploy.nursery_process import LARGEST_MESSAGE, Birth
from shared.contracts.services import SERVICES

POSSIBLE = hasattr(os, "pidfd_open")
UNKNOWN = 255
"""The exit code of a child whose nursery ended before it."""
_IMPORTING_SECONDS = 60.0


def nursery_of_services(logs: Path, environment: Mapping[str, str] = os.environ) -> Callable[[Leash], Nursery]:
    """What makes the nursery of this installation's services; it logs beside them."""
    modules = [*(f"services.{service}.app" for service in SERVICES), "services.notifier.app.console"]
    return lambda leash: Nursery(modules, environment, project_directory(), logs, leash)


class Born:
    """A child of the nursery, with what the supervisor needs of a process of asyncio's."""

    def __init__(self, pid: int, pidfd: int) -> None:
        self.pid = pid
        self.stdout: asyncio.StreamReader | None = None
        self.returncode: int | None = None
        self._pidfd = pidfd
        self._over = asyncio.Event()

    def terminate(self) -> None:
        """SIGTERM, to this very process."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, to this very process."""
        self._send(signal.SIGKILL)

    async def wait(self) -> int:
        """The exit code, once it has ended (negative: the signal)."""
        await self._over.wait()
        return UNKNOWN if self.returncode is None else self.returncode

    def over(self, code: int) -> None:
        """It has ended."""
        if self.returncode is None:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self.returncode = code
            self._over.set()

    def orphaned(self) -> None:
        """Nobody will tell its exit code; its descriptor still tells when it ends."""
        if self.returncode is None:
            asyncio.get_running_loop().add_reader(self._pidfd, self.over, UNKNOWN)

    def _send(self, number: int) -> None:
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        signal.pidfd_send_signal(self._pidfd, number)


class Nursery:
    """The supervisor's end. ``modules`` are imported by the far end, in the ``environment`` it is given."""

    def __init__(
        self, modules: Sequence[str], environment: Mapping[str, str], directory: Path, logs: Path, leash: Leash
    ) -> None:
        self._modules = tuple(modules)
        # numerical libraries start threads for each processor; nobody forks a process with threads
        self._environment = {**environment, "OPENBLAS_NUM_THREADS": "1"}
        self._directory = directory
        self._leash = leash
        self._log = LogFile(logs, "nursery")
        self._beginning = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._awaited: deque[asyncio.Future[Born]] = deque()
        self._children: dict[int, Born] = {}
        self._hearing: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The far end, while it runs."""
        return self._process.pid if self._process else None

    async def begin(self) -> None:
        """Start the far end, unless it runs; it imports meanwhile. Raises ``OSError``."""
        async with self._beginning:
            if self._control is not None:
                return
            if self._hearing is not None:
                await asyncio.wait({self._hearing})
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                try:
                    self._process = await self._spawn(theirs.fileno())
                except OSError:
                    ours.close()
                    raise
            self._leash.hold(self._process.pid)
            ours.setblocking(False)
            self._control = ours
            asyncio.get_running_loop().add_reader(ours, self._heard)
            self._hearing = asyncio.create_task(self._hear(self._process), name="output of the nursery")

    async def bear(self, argv: Sequence[str], environment: Mapping[str, str], directory: Path | None) -> Born:
        """A child that runs ``python -m`` as ``argv`` says. Raises ``OSError`` when the nursery could not."""
        await self.begin()
        if self._control is None:
            raise OSError(f"the nursery ended; see {self._log.path}")
        _, _, module, *arguments = argv
        birth = Birth(module, arguments, environment, str(directory or self._directory))
        answer: asyncio.Future[Born] = asyncio.get_running_loop().create_future()
        reading, writing = os.pipe()
        try:
            socket.send_fds(self._control, [birth.packed()], [writing])
            self._awaited.append(answer)
            async with asyncio.timeout(_IMPORTING_SECONDS):
                born = await answer
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        born.stdout = await _reader_of(reading)
        return born

    async def _spawn(self, control: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.nursery_process", str(control), *self._modules),
            env=self._environment,
            cwd=self._directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(control,),
        )

    async def close(self) -> None:
        """End the far end; its children have ended before."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        if self._hearing is not None:
            await self._hearing
        self._log.close()

    def _heard(self) -> None:
        control = self._control
        if control is None:
            return
        try:
            message, files, _, _ = socket.recv_fds(control, LARGEST_MESSAGE, 1)
        except BlockingIOError:
            return
        except OSError:
            message, files = b"", []
        if not message:
            self._lost()
            return
        told = json.loads(message)
        if "ended" in told:
            if (born := self._children.pop(told["ended"], None)) is not None:
                born.over(told["code"])
            return
        self._answered(told, files)

    def _answered(self, told: Mapping[str, object], files: Sequence[int]) -> None:
        answer = self._awaited.popleft()
        if "born" not in told:
            if not answer.done():
                answer.set_exception(OSError(str(told.get("failed"))))
            return
        born = Born(int(str(told["born"])), files[0])
        self._children[born.pid] = born
        if answer.done():  # nobody waits any more
            born.kill()
        else:
            answer.set_result(born)

    def _lost(self) -> None:
        """The far end is gone: who waits for a child hears of it, and the children are looked after one by one."""
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        while self._awaited:
            if not (answer := self._awaited.popleft()).done():
                answer.set_exception(OSError(f"the nursery ended; see {self._log.path}"))
        for born in self._children.values():
            born.orphaned()
        self._children.clear()

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            async for line in process.stdout:
                self._log.line(line)
        self._log.fact("nursery.ended", code=await process.wait())
        self._leash.release(process.pid)
        self._process = None
        self._lost()


async def _reader_of(file: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    pipe = os.fdopen(file, "rb", buffering=0)
    with contextlib.ExitStack() as undone:
        undone.callback(pipe.close)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        undone.pop_all()
    return reader
