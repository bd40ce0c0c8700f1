"""A loader of HTTP: many posts over kept connections, answered one by one. It spends as little of the processor as it
can, since it runs beside what it measures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Posted:
    """What was answered. ``milliseconds``: of each post, from when it was to be sent; ``statuses`` beside them."""

    began: float = 0.0
    ended: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Post:
    """One request."""

    body: bytes
    headers: str = ""


class Line:
    """One kept connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._path = parts.hostname or "", parts.port or 80, parts.path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, post: Post) -> int:
        """Send one and read its answer to the end; the status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(post.body)}\r\n{post.headers}\r\n"
        )
        writer.write(head.encode() + post.body)
        told = await reader.readuntil(b"\r\n\r\n")
        status, length, closes = int(told[9:12]), 0, False
        for line in told.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
            closes = closes or line == b"connection: close"
        await reader.readexactly(length)
        if closes:
            await self.close()
        return status

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def at_once(url: str, posts: Sequence[Post], lines: int) -> Posted:
    """All posts as fast as they are answered, over so many connections (closed loop)."""
    posted, waiting = Posted(began=time.time()), iter(posts)

    async def work() -> None:
        line = Line(url)
        for post in waiting:
            began = time.perf_counter()
            posted.statuses.append(await line.send(post))
            posted.milliseconds.append((time.perf_counter() - began) * 1000)
        await line.close()

    await asyncio.gather(*(work() for _ in range(lines)))
    posted.ended = time.time()
    return posted


async def at_rate(url: str, posts: Sequence[Post], rate: float, told: Callable[[int], None] | None = None) -> Posted:
    """So many posts a second, whether or not the ones before were answered (open loop): time counts from when each was
    to be sent.
    """
    posted, free, tasks = Posted(began=time.time()), list[Line](), list[asyncio.Task[None]]()
    began = time.perf_counter()

    async def send(post: Post, due: float) -> None:
        line = free.pop() if free else Line(url)
        posted.statuses.append(await line.send(post))
        posted.milliseconds.append((time.perf_counter() - due) * 1000)
        free.append(line)

    for number, post in enumerate(posts):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(send(post, due)))
        if told:
            told(number)
    await asyncio.gather(*tasks)
    for line in free:
        await line.close()
    posted.ended = time.time()
    return posted
