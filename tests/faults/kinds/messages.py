"""What the broker may hand to services besides facts once and in order: copies and disorder."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from deploy.broker import come_in
from shared.contracts.flows import SERVICES, durables_of, stream_of
from tests.faults.fault import DATABASES, Missed, known
from tests.faults.kinds.broker import operator
from tests.faults.site import Site
from tests.waiting import wait_for

COPIED = 30
COPIES = 3
PILED = 12
PILES_SECONDS = 10.0
PULL_SECONDS = 1.5
"""A little longer than a pull lasts that a stopped service had asked for."""


@asynccontextmanager
async def speaking_as(site: Site, service: str) -> AsyncIterator[Client]:
    """A connection with a service's own key: what a broken or a seized service could say."""
    connection = await come_in(site.attached.entrance(service), service)
    try:
        yield connection
    finally:
        await connection.close()


def hearers_of(publisher: str) -> list[tuple[str, str]]:
    """``(service, durable)`` of everybody else who hears a publisher."""
    return [
        (service, durable)
        for service in SERVICES
        for durable, heard in durables_of(service)
        if heard == publisher and service != publisher
    ]


@dataclass(frozen=True)
class Duplicated:
    """The latest messages of a stream come three times more, as if a publisher had forgotten that it sent them."""

    publisher: str
    kind: str = "messages"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``INTAKE said three times``."""
        return f"{stream_of(self.publisher)} said three times"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Publish copies under other message ids, in another order."""
        async with operator(site) as js, speaking_as(site, self.publisher) as voice:
            last = (await js.stream_info(stream_of(self.publisher))).state.last_seq
            found = await messages(js, stream_of(self.publisher), max(1, last - COPIED + 1), last)
            copies = dice.sample(found * COPIES, len(found) * COPIES)
            await say_again(voice, stream_of(self.publisher), copies)


@dataclass(frozen=True)
class Disordered:
    """Facts reach everybody in another order than they were published, the first time they come."""

    publisher: str
    kind: str = "messages"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``INTAKE out of order``."""
        return f"{stream_of(self.publisher)} out of order"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """While the hearers stand still, take what piles up out of the stream, and put it back shuffled."""
        stream = stream_of(self.publisher)
        async with (
            operator(site) as js,
            speaking_as(site, self.publisher) as voice,
            standing_still(site, [service for service, _ in hearers_of(self.publisher)]),
        ):
            await asyncio.sleep(PULL_SECONDS)
            first, last = await _piled(js, stream)
            async with standing_still(site, [self.publisher]):
                piled = await messages(js, stream, first, last)
                for message in piled:
                    await js.delete_msg(stream, message.seq or 0)
                await say_again(voice, stream, dice.sample(piled, len(piled)))


async def messages(js: JetStreamContext, stream: str, first: int, last: int) -> list[RawStreamMsg]:
    """What a stream has from one sequence to another."""
    found = []
    for sequence in range(first, last + 1):
        with contextlib.suppress(NotFoundError):
            found.append(await js.get_msg(stream, sequence))
    return found


async def say_again(voice: Client, stream: str, told: Sequence[RawStreamMsg]) -> None:
    """Publish messages once more: the same facts, under message ids that the broker does not know."""
    for message in told:
        headers = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
        await publish(voice, stream, message.subject or "", headers, message.data or b"")


@asynccontextmanager
async def standing_still(site: Site, children: Sequence[str]) -> AsyncIterator[None]:
    """Inside, these processes are stopped."""
    pids = [await site.living(child) for child in children]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


async def _piled(js: JetStreamContext, stream: str) -> tuple[int, int]:
    """Wait until some messages have come that nobody was given; the first and the last of them."""
    first = (await js.stream_info(stream)).state.last_seq + 1

    async def last() -> int:
        there = (await js.stream_info(stream)).state.last_seq
        return there if there - first + 1 >= PILED else 0

    try:
        return first, await wait_for(last, PILES_SECONDS, f"{PILED} messages to pile up in {stream}")
    except AssertionError as error:
        there = (await js.stream_info(stream)).state.last_seq
        if there - first < 1:
            raise Missed(str(error)) from error
        return first, there


async def publish(voice: Client, stream: str, subject: str, headers: Mapping[str, str], body: bytes) -> None:
    """Publish as it is, and wait until the stream has it."""
    await voice.jetstream(timeout=10).publish(subject, body, stream=stream, headers=dict(headers) or None)


DUPLICATES = [known(Duplicated(publisher)) for publisher in SERVICES]
DISORDER = [known(Disordered(publisher)) for publisher in ("intake", "matcher")]
