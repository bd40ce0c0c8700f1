"""How loops are ended: a cancellation is told until it is heard.

Libraries swallow one now and then: ``asyncio.wait_for`` of Python 3.11 does when its answer comes at that very moment,
and a client that is closing itself does. A loop that catches its library's time-outs would turn for ever, and
whoever waits for its end would wait with it.
"""

from __future__ import annotations

import asyncio

AGAIN_SECONDS = 0.5


async def end(*loops: asyncio.Task[None]) -> None:
    """Cancel these and return when all of them have ended, however they did."""
    while turning := {loop for loop in loops if not loop.done()}:
        for loop in turning:
            loop.cancel()
        await asyncio.wait(turning, timeout=AGAIN_SECONDS)
