"""Loops end when they are told to, even where a library does not pass it on."""

from __future__ import annotations

import asyncio

from shared.messaging.ending import end


async def _deaf(times: int) -> None:
    """A loop around a library that swallows so many cancellations."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not times:
                raise
            times -= 1


async def test_a_loop_that_swallows_a_cancellation_ends_all_the_same() -> None:
    """It is told again until it hears; what has ended already is no matter."""
    deaf, hearing, over = (asyncio.create_task(_deaf(times)) for times in (2, 0, 0))
    await asyncio.sleep(0)
    over.cancel()
    async with asyncio.timeout(10):
        await end(deaf, hearing, over)
    assert [True] * 3 == [loop.cancelled() for loop in (deaf, hearing, over)]
