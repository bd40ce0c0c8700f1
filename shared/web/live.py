"""Live updates: who watches a topic is told after the commit, by server-sent events, until the service stops.

A missed announcement costs a delay, never an update: every watcher looks again after a while by itself.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from hashlib import sha256
from random import uniform

from fastapi import Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

__all__ = ["Changes", "EventSourceResponse", "ReadAfter", "ServerSentEvent", "follow", "mark_of"]

LOOK_AGAIN_SECONDS = 15.0
SELDOM = 20
"""So much more rarely a topic is looked at again of which every process is told (shared/persistence/announcing.py)."""
RECONNECT_MILLISECONDS = 2000

ReadAfter = Callable[[str], Awaitable[Sequence[ServerSentEvent]]]
"""What is new after a ``Last-Event-ID`` (empty: from the beginning). Each event has the ``id`` to go on from."""


class Changes:
    """The hub of one service. Belongs to one event loop; ``announce`` never blocks and never fails."""

    def __init__(self, look_again_seconds: float = LOOK_AGAIN_SECONDS) -> None:
        self._look_again = look_again_seconds
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._closed = False

    def announce(self, *topics: str) -> None:
        """Wake whoever watches one of these topics."""
        for topic in topics:
            for knock in self._watchers.get(topic, ()):
                knock.set()

    def announce_all(self) -> None:
        """Any topic may have changed."""
        self.announce(*self._watchers)

    async def watch(self, topic: str, *, seldom: bool = False) -> AsyncGenerator[None]:
        """Says "look now": at once, after each announcement (several may become one), and now and then (``seldom``:
        much more rarely, and not all at the same time).

        Ends when the hub is closed. Watching begins before the first look, so that nothing falls in between.
        """
        knock, wait = asyncio.Event(), self._look_again
        if seldom:
            wait *= SELDOM * uniform(0.5, 1.5)  # noqa: S311 - not a secret
        self._watchers[topic].add(knock)
        try:
            while not self._closed:
                knock.clear()
                yield
                await self._knocked(knock, wait)
        finally:
            self._watchers[topic].discard(knock)
            if not self._watchers[topic]:
                del self._watchers[topic]

    async def _knocked(self, knock: asyncio.Event, seconds: float) -> None:
        if self._closed:
            return
        try:
            async with asyncio.timeout(seconds):
                await knock.wait()
        except TimeoutError:
            return

    @property
    def watching(self) -> int:
        """How many watch at present."""
        return sum(len(knocks) for knocks in self._watchers.values())

    def close(self) -> None:
        """End every stream: the service stops."""
        self._closed = True
        for topic in list(self._watchers):
            self.announce(topic)


async def follow(
    request: Request, topic: str, read: ReadAfter, *, at_most_every: float = 0.0, seldom: bool = False
) -> AsyncIterator[ServerSentEvent]:
    """The events of a route with ``response_class=EventSourceResponse``: what is new, then each change.

    Continues after the reader's ``Last-Event-ID``. Check access in a dependency: here, 200 has been said.
    ``at_most_every``: seconds between two looks at a busy topic; what happens in between is seen together. ``seldom``:
    every process is told of each change, so that looking without being told is a last resort.
    """
    changes: Changes = request.app.state.changes
    last = request.headers.get("last-event-id", "")
    yield ServerSentEvent(retry=RECONNECT_MILLISECONDS, comment="open")
    async with aclosing(changes.watch(topic, seldom=seldom)) as looks:
        async for _ in looks:
            if _has_left(request):
                return
            for event in await read(last):
                yield event
                last = event.id or last
            await asyncio.sleep(at_most_every)


def _has_left(request: Request) -> bool:
    """Whether its reader was signed out everywhere meanwhile."""
    caller = getattr(request.state, "caller", None)
    return caller is not None and bool(request.app.state.callers.has_ended(caller))


def mark_of(fragment: str) -> str:
    """An event id for a fragment of a page: it tells two looks apart, so that nothing is shown twice."""
    return sha256(fragment.encode()).hexdigest()[:16]
