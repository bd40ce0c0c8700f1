"""Live updates reach who watches, and end when the service stops."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from types import SimpleNamespace

from fastapi import Request

from shared.web.live import Changes, ServerSentEvent, follow
from tests.waiting import wait_for


async def test_a_watcher_looks_at_once_and_after_each_announcement() -> None:
    """Watching begins with a look, and every announcement of the topic causes another."""
    changes, looks = Changes(60), 0

    async def watch() -> None:
        nonlocal looks
        async for _ in changes.watch("tea"):
            looks += 1

    async def looked(times: int) -> bool:
        return looks == times

    watching = asyncio.create_task(watch())
    await wait_for(lambda: looked(1))
    changes.announce("coffee")
    changes.announce("tea", "coffee")
    await wait_for(lambda: looked(2))
    changes.close()
    await asyncio.wait_for(watching, 5)
    assert 2 == looks


async def test_an_announcement_between_two_looks_is_not_lost() -> None:
    """What is announced while a watcher is still busy with its look causes one more."""
    changes = Changes(60)
    async with aclosing(changes.watch("tea")) as looks:
        await anext(looks)
        changes.announce("tea")
        changes.announce("tea")
        await asyncio.wait_for(anext(looks), 5)
        assert 1 == changes.watching


async def test_a_missed_announcement_is_made_good_by_looking_again() -> None:
    """Without any announcement a watcher looks again after a while."""
    async with aclosing(Changes(0.01).watch("tea")) as looks:
        for _ in range(3):
            await asyncio.wait_for(anext(looks), 5)


async def test_who_left_is_forgotten() -> None:
    """A closed watcher leaves nothing behind."""
    changes = Changes(60)
    async with aclosing(changes.watch("tea")) as looks:
        await anext(looks)
        assert 1 == changes.watching
    assert 0 == changes.watching
    changes.announce("tea")


async def test_a_closed_hub_lets_nobody_wait() -> None:
    """Streams that begin while the service stops end at once."""
    changes = Changes(60)
    changes.close()
    assert [] == [look async for look in changes.watch("tea")]


async def test_a_busy_topic_is_seen_in_lumps() -> None:
    """However often it is announced, a follower looks once in its time, and misses nothing."""
    changes, looks = Changes(60), 0
    request = Request({"type": "http", "headers": [], "app": SimpleNamespace(state=SimpleNamespace(changes=changes))})

    async def read(_last: str) -> list[ServerSentEvent]:
        nonlocal looks
        looks += 1
        return []

    async def watch() -> None:
        async for _ in follow(request, "tea", read, at_most_every=0.5):
            pass

    async def looked(times: int) -> bool:
        return looks == times

    watching = asyncio.create_task(watch())
    await wait_for(lambda: looked(1))
    for _ in range(50):
        changes.announce("tea")
        await asyncio.sleep(0)
    await wait_for(lambda: looked(2))
    changes.close()
    await asyncio.wait_for(watching, 5)
    assert 2 == looks


async def test_whoever_is_told_of_everything_looks_seldom_and_still_looks() -> None:
    """A topic that every process announces is looked at by oneself only as a last resort."""
    async with aclosing(Changes(0.001).watch("tea", seldom=True)) as looks:
        for _ in range(3):
            await asyncio.wait_for(anext(looks), 5)


async def test_when_anything_may_have_changed_everybody_looks() -> None:
    """As after a connection to the other processes was lost."""
    changes = Changes(60)
    async with aclosing(changes.watch("tea", seldom=True)) as tea, aclosing(changes.watch("coffee")) as coffee:
        await anext(tea)
        await anext(coffee)
        changes.announce_all()
        await asyncio.wait_for(anext(tea), 5)
        await asyncio.wait_for(anext(coffee), 5)
