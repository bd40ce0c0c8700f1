"""Waiting for a fact with a deadline, in place of sleeping for luck."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

POLL_SECONDS = 0.02

T = TypeVar("T")


async def wait_for(fact: Callable[[], Awaitable[T]], within: float = 10.0, what: str = "") -> T:
    """Ask ``fact`` again and again until it answers something true, and return that answer.

    ``within`` is in wall seconds and also bounds a ``fact`` that hangs. When the time is over it raises
    ``AssertionError`` that says what was waited for (``what``, else the name of ``fact``) and what ``fact``
    last answered or raised: a fact that cannot be asked yet is simply not true yet.
    """
    deadline = time.monotonic() + within
    last = "it never answered"
    error: Exception | None = None
    while (left := deadline - time.monotonic()) > 0:
        try:
            found = await asyncio.wait_for(fact(), timeout=left)
            if found:
                return found
            last, error = f"last answer {found!r}", None
        except TimeoutError as hung:
            last, error = f"{last}, then it hung", hung
        except Exception as raised:  # noqa: BLE001 - the deadline decides, and the last error is told
            last, error = f"last error {raised!r}", raised
        await asyncio.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
    wanted = what or getattr(fact, "__name__", repr(fact))
    raise AssertionError(f"waited {within:g} s for {wanted}; {last}") from error
