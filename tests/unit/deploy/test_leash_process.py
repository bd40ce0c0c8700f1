"""The far end of the leash: which children it ends, and how."""

from __future__ import annotations

import signal
import subprocess
import sys

from deploy.leash_process import end, held_at_the_end

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
WILLING = "import time; print(flush=True); time.sleep(60)"


def started(program: str) -> subprocess.Popen[bytes]:
    """A process that has come as far as it will go by itself."""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_what_was_announced_and_not_released_is_held() -> None:
    """A child that ended in time is let go: its number may belong to somebody else by now."""
    assert [11, 13] == held_at_the_end(["+11\n", "+12\n", "-12\n", "+13\n", "noise\n", "+x\n", "-99\n"])


def test_held_children_are_asked_first_and_killed_after_the_grace() -> None:
    """SIGTERM is enough for a willing child; a stubborn one gets SIGKILL."""
    with started(WILLING) as willing, started(STUBBORN) as stubborn:
        end([willing.pid, stubborn.pid], grace=0.2)
        assert (-signal.SIGTERM, -signal.SIGKILL) == (willing.wait(10), stubborn.wait(10))


def test_a_child_that_is_gone_already_is_no_accident() -> None:
    """Ending nobody raises nothing."""
    with started("print()") as gone:
        gone.wait(10)
    end([gone.pid], grace=0.1)
    assert 0 == gone.returncode
