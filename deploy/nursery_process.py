"""The far end of the nursery: a process that has imported what others need, and forks them on demand.

``python -m deploy.nursery_process FD MODULE…`` imports the modules once and then waits at the socket ``FD``. A message
is a ``Birth`` with the child's output beside it; the answer is ``{"born": pid}`` with the child's pidfd, or
``{"failed": why}``; the end of each child is told as ``{"ended": pid, "code": exit code, negative: the signal}``. It
has one thread and opens nothing, so that a fork takes nothing along that is not its own. When the socket closes it
ends; its children are the leash's.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

LARGEST_MESSAGE = 200 * 1024
"""Bytes; an environment is far smaller, and a packet of a local socket may be a little larger."""


@dataclass(frozen=True)
class Birth:
    """What a child is to be: ``python -m module arguments``, in this environment and directory."""

    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    directory: str

    def packed(self) -> bytes:
        """As one message."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, message: bytes) -> Self:
        """From one message."""
        return cls(**json.loads(message))


class Forking:
    """The loop of the far end."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._woken, self._wakes = os.pipe()
        os.set_blocking(self._wakes, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakes)

    def until_birth(self) -> tuple[Birth, int] | None:
        """Serve the socket. Returns in a child, with what it is to be and its output; None when the socket closed."""
        while True:
            readable, _, _ = select.select([self._control.fileno(), self._woken], [], [])
            if self._woken in readable:
                os.read(self._woken, 512)
                self._tell_ends()
            if self._control.fileno() in readable:
                message, files, _, _ = socket.recv_fds(self._control, LARGEST_MESSAGE, 1)
                if not message:
                    return None
                if self._fork(files[0]):
                    return Birth.unpacked(message), files[0]

    def _fork(self, output: int) -> bool:
        """Whether this is the child."""
        try:
            pid = os.fork()
        except OSError as error:
            self._tell({"failed": str(error)})
        else:
            if pid == 0:
                self._forget()
                return True
            pidfd = os.pidfd_open(pid)
            self._tell({"born": pid}, pidfd)
            os.close(pidfd)
        os.close(output)
        return False

    def _tell_ends(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})

    def _tell(self, told: Mapping[str, object], *files: int) -> None:
        socket.send_fds(self._control, [json.dumps(told).encode()], list(files))

    def _forget(self) -> None:
        """A child has no part in the nursery's talk."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._control.close()
        os.close(self._woken)
        os.close(self._wakes)


def live(birth: Birth, output: int) -> None:
    """Be the child, as if Python had been started for it: in a session of its own, without input."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, standard in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(ours, standard)
    os.close(nothing)
    os.close(output)
    os.chdir(birth.directory)
    os.environ.clear()
    os.environ.update(birth.environment)
    sys.orig_argv = [sys.executable, "-m", birth.module, *birth.arguments]
    sys.argv = [birth.module, *birth.arguments]
    with contextlib.suppress(OSError), open("/proc/self/comm", "w") as name:  # noqa: PTH123 - what ps and top show
        name.write(birth.module.rpartition(".")[2])
    runpy.run_module(birth.module, run_name="__main__", alter_sys=True)


def main() -> None:
    """Import, then fork on demand until the supervisor is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()
    for module in sys.argv[2:]:
        importlib.import_module(module)
    gc.freeze()  # what is shared with the children stays shared: nobody marks it
    gc.enable()
    if (born := Forking(control).until_birth()) is not None:
        live(*born)


if __name__ == "__main__":
    main()
