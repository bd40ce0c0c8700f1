"""Processes that die in the middle of a system call: strace delivers SIGKILL on entering the nth one."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
from dataclasses import dataclass

from shared.contracts.flows import SERVICES
from tests.faults.fault import DATABASES, Missed, Refused, known
from tests.faults.site import Site
from tests.integration.deploy.stacks import alive

CALLS = {
    "flush": "fsync,fdatasync",
    "write": "pwrite64",
    "send": "sendto,sendmsg,write,writev",
}
SWEPT = 12
COMES_SECONDS = 15.0


@dataclass(frozen=True)
class KilledInCall:
    """A process is killed on entering the nth of some system calls, from the moment strace holds it."""

    child: str
    call: str
    kind: str = "kill"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``intake killed in flush``."""
        return f"{self.child} killed in {self.call}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Attach to it, and wait until it died of the call."""
        strace = shutil.which("strace")
        if strace is None:
            raise Refused("strace is not installed, so that nothing can be killed inside a system call")
        pid, calls = await site.living(self.child), CALLS[self.call]
        inject = f"inject={calls}:signal=SIGKILL:when={dice.randint(1, SWEPT)}"
        tracing = await asyncio.create_subprocess_exec(
            *(strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", inject, "-p", str(pid)),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await asyncio.wait_for(tracing.communicate(), COMES_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                tracing.terminate()
            await tracing.wait()
            if alive(pid):
                raise Missed(f"{self.child} made no such call in {COMES_SECONDS:.0f} s") from None
            return
        if alive(pid):
            raise Refused(f"strace cannot hold a process here: {said.decode().strip()[:150]}")


IN_CALLS = [
    known(KilledInCall(child, call))
    for child, call in (
        *((service, "send") for service in SERVICES),
        ("nats", "flush"),
        ("nats", "send"),
    )
] + [known(KilledInCall(service, call, databases=("sqlite",))) for service in SERVICES for call in ("flush", "write")]
