"""Whether this process still hears: each durable on the broker, and the loop that pulls from it.

A connection that answers pings proves nothing. A durable may have been deleted, or made again with another history;
the loop may have ended, or turn without an answer; and a consumer may simply take nothing of what waits for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from faststream.nats import NatsBroker
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from shared.contracts.flows import durables_of, stream_of
from shared.contracts.refusal import Unavailable

LOOK_SECONDS = 1.0
"""The pause between two looks; a consumer that was lost is found after so long."""

BRAKE_SECONDS = 0.25
"""The pause after a pull that failed: the library asks again at once, and would do so thousands of times a second."""

LOOKS_WITHOUT_A_LOOP = 2
"""The library starts a loop that died again by itself; one that is not there at so many looks is lost."""


class ConsumerLost(Unavailable):
    """A durable or its loop is not what it was: subscribing afresh puts it right, once the durable is there."""


class ConsumerStuck(Unavailable):
    """Messages wait and none is taken."""


class Pull:
    """One subscription's loop: the library's own, with a brake and a pulse. ``turns`` counts what it asked for."""

    def __init__(self, subscriber: Any) -> None:
        self.turns = 0
        self._subscriber = subscriber
        subscription = subscriber.subscription
        self._fetch = subscription.fetch
        subscription.fetch = self._braked

    @property
    def alive(self) -> bool:
        """Whether there is a loop and something it asks."""
        return self._subscriber.subscription is not None and any(not one.done() for one in self._subscriber.tasks)

    async def _braked(self, *arguments: Any, **options: Any) -> list[Any]:
        self.turns += 1
        begun = time.monotonic()
        try:
            messages: list[Any] = await self._fetch(*arguments, **options)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if time.monotonic() - begun < BRAKE_SECONDS:
                await asyncio.sleep(BRAKE_SECONDS)
            raise NatsTimeout from error  # what the library's loop takes for "nothing has come"
        if not messages and time.monotonic() - begun < BRAKE_SECONDS:
            await asyncio.sleep(BRAKE_SECONDS)
        return messages


@dataclass
class _Course:
    """One durable since it was subscribed. The seconds count only while looks are taken: a process that was stopped,
    or a broker that was away, makes nobody look stuck."""

    durable: str
    stream: str
    created: datetime
    pull: Pull | None = None
    turns: int = -1
    taken: int = -1
    loopless: int = 0
    without_turning: float = 0.0
    without_taking: float = 0.0

    @property
    def still_seconds(self) -> float:
        """How long nothing has been taken of what waits, or the loop has not turned."""
        return max(self.without_turning, self.without_taking)

    def see(self, info: ConsumerInfo, seconds: float) -> None:
        """Note how it stands, ``seconds`` after the last look. Raises ``ConsumerLost``."""
        self.recognise(info)
        pull = self.pull
        self.loopless = 0 if pull is None or pull.alive else self.loopless + 1
        if self.loopless >= LOOKS_WITHOUT_A_LOOP:
            self.ensure_pulled()
        turned = pull is None or pull.turns != self.turns
        self.without_turning = 0.0 if turned else self.without_turning + seconds
        self.turns = pull.turns if pull is not None else 0
        taken = info.delivered.consumer_seq if info.delivered is not None else 0
        waiting = bool(info.num_pending) and taken == self.taken
        self.without_taking = self.without_taking + seconds if waiting else 0.0
        self.taken = taken

    def recognise(self, info: ConsumerInfo) -> None:
        """Raises ``ConsumerLost`` when this is another durable of the same name."""
        if info.created != self.created:
            raise ConsumerLost(f"the durable {self.durable} was made again")

    def ensure_pulled(self) -> None:
        """Raises ``ConsumerLost`` when nobody asks this durable for anything."""
        if self.pull is not None and not self.pull.alive:
            raise ConsumerLost(f"nothing pulls from the durable {self.durable}")


@dataclass
class Watch:
    """The durables of one service, as this process subscribed to them."""

    service: str
    stuck_seconds: float
    _courses: list[_Course] = field(default_factory=list)
    _looked_at: float = 0.0

    async def begin(self, js: JetStreamContext) -> None:
        """Find every durable and remember which one it is. Raises ``ConsumerLost``, naming the one that is not there.

        To be called before subscribing: for a durable that is not there the library would make one of its own.
        """
        found = [(durable, stream_of(publisher)) for durable, publisher in durables_of(self.service)]
        infos = [await _info(js, stream, durable) for durable, stream in found]
        self._courses = [
            _Course(durable, stream, info.created) for (durable, stream), info in zip(found, infos, strict=True)
        ]
        self._looked_at = time.monotonic()

    def follow(self, broker: NatsBroker) -> None:
        """Watch the loops of a broker that has just been started."""
        subscribers = {getattr(one, "extra_options", {}).get("durable"): one for one in _pulling(broker.subscribers)}
        for course in self._courses:
            if (subscriber := subscribers.get(course.durable)) is not None:
                course.pull = Pull(subscriber)

    async def look(self, js: JetStreamContext) -> None:
        """Look at every durable and its loop. Raises ``ConsumerLost``; other errors mean that the broker is away."""
        now = time.monotonic()
        seconds = min(now - self._looked_at, 2 * LOOK_SECONDS)
        self._looked_at = now
        for course in self._courses:
            course.see(await _info(js, course.stream, course.durable), seconds)

    async def check(self, js: JetStreamContext) -> None:
        """Readiness: as ``look``, without counting. Raises ``ConsumerLost`` or ``ConsumerStuck``."""
        for course in self._courses:
            course.recognise(await _info(js, course.stream, course.durable))
            course.ensure_pulled()
        self.ensure_moving()

    def ensure_moving(self, periods: int = 1) -> None:
        """Raises ``ConsumerStuck`` when a durable has been stuck for so many times ``stuck_seconds``."""
        for course in self._courses:
            if course.still_seconds >= periods * self.stuck_seconds:
                raise ConsumerStuck(f"the durable {course.durable} takes nothing of what waits for it")


async def _info(js: JetStreamContext, stream: str, durable: str) -> ConsumerInfo:
    try:
        info: ConsumerInfo = await js.consumer_info(stream, durable)
    except NotFoundError as error:
        raise ConsumerLost(f"the broker has no durable {durable}") from error
    return info


def _pulling(subscribers: Iterable[Any]) -> list[Any]:
    return [one for one in subscribers if getattr(one, "pull_sub", None) is not None]
