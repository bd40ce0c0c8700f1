"""What cannot be heard goes to the dead-letter stream with its reason, and consumption goes on.

Poison (malformed, forged, of unknown type or version) and facts that stayed too early for ten minutes of attempts are
copied to ``dead.<service>.<subject>`` with a reason (contracts/unheard.py) and acknowledged. Everything else is
delivered again with a growing delay, for ever.
The library's own policies either lose such a message or redeliver it in a tight loop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from itertools import islice
from typing import Any

import structlog
from faststream import BaseMiddleware
from faststream.exceptions import AckMessage, NackMessage
from faststream.message import StreamMessage
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from shared.contracts.refusal import Refusal, TooEarly, Unavailable
from shared.contracts.unheard import reason_of
from shared.contracts.versions import LARGEST_BODY
from shared.messaging.streams import DEAD_STREAM
from shared.observability.metrics import FACTS_HEARD

log = structlog.get_logger()

EARLY_SECONDS = 600
FIRST_DELAY_SECONDS = 0.05
LONGEST_DELAY_SECONDS = 30.0
LONGEST_SUBJECT = 500
LONGEST_HEADER = 1000
MOST_HEADERS = 50
"""A message may fill all the broker lets through; with the marks of its burial it must still fit. What is cut stays
what it was: poison."""

Place = tuple[str, int]
"""A message: the durable that hears it and its sequence in the stream."""


class NotHeard(Exception):
    """A use case failed on a fact for no fault of the fact's; it will be delivered again."""


class _Early:
    """Since when, and how often, facts have been too early.

    Counted from the first attempt of this process, not from the publishing: a service that was away for an hour
    must not bury what it could take a moment later.
    """

    def __init__(self, seconds: float) -> None:
        """``seconds``: so long may a fact be too early."""
        self.seconds = seconds
        self._since: dict[Place, tuple[float, int]] = {}

    def attempt(self, place: Place) -> tuple[float, int]:
        """Seconds since the first time, and how many times it has been by now."""
        now = time.monotonic()
        since, times = self._since.pop(place, (now, 0))
        self._since[place] = since, times + 1
        return now - since, times + 1

    def forget(self, place: Place) -> None:
        """It was taken, or buried; and so may have been others, by another process."""
        self._since.pop(place, None)
        oldest = time.monotonic() - 2 * self.seconds
        while self._since and self._since[first := next(iter(self._since))][0] < oldest:
            del self._since[first]


def judge(
    service: str, jetstream: Callable[[], JetStreamContext], early_seconds: float = EARLY_SECONDS
) -> type[BaseMiddleware]:
    """The broker's middleware that decides what becomes of a message its handler could not take.

    ``early_seconds``: so long facts are tried again that come before what they build on.
    """
    early = _Early(early_seconds)

    class Judge(BaseMiddleware):
        async def consume_scope(self, call_next: Callable[..., Any], msg: StreamMessage[Any]) -> Any:
            raw: Msg = msg.raw_message
            if not raw.reply.startswith("$JS.ACK."):  # a request between services, answered by its handler
                return await call_next(msg)
            place = raw.metadata.consumer, raw.metadata.sequence.stream
            try:
                answer = await call_next(msg)
            except Exception as error:  # what is let through would be redelivered in a tight loop
                if (delay := _again_in(error, raw, place, early)) is not None:
                    raise NackMessage(delay=delay) from error
                await _bury(service, jetstream, raw, error)
                early.forget(place)
                raise AckMessage from error
            early.forget(place)
            FACTS_HEARD.labels(place[0], event_name(raw), "heard").inc()
            return answer

    return Judge


def event_name(raw: Msg) -> str:
    """The subject's second token: a bounded label."""
    return raw.subject.split(".", 2)[1]


def _again_in(error: Exception, raw: Msg, place: Place, early: _Early) -> float | None:
    """Seconds until the next attempt; None when there shall be none."""
    attempts = raw.metadata.num_delivered
    delay = FIRST_DELAY_SECONDS * 2 ** min(attempts - 1, 20)
    if isinstance(error, TooEarly):
        age, attempts = early.attempt(place)
        if age >= early.seconds:
            return None
        # Facts of one order may wait in a row, each for the one before it: looking again soon, in proportion to the
        # time waited, lets the whole row follow quickly once its first fact is taken.
        delay = max(FIRST_DELAY_SECONDS, age / 8)
    elif isinstance(error, ValueError | Refusal) and not isinstance(error, Unavailable):
        return None
    FACTS_HEARD.labels(place[0], event_name(raw), "again").inc()
    if not isinstance(error, TooEarly) or attempts > 20:
        log.warning("fact.again", durable=place[0], attempts=attempts, cause=_cause(error))
    return float(min(delay, LONGEST_DELAY_SECONDS))


async def _bury(service: str, jetstream: Callable[[], JetStreamContext], raw: Msg, error: Exception) -> None:
    durable = raw.metadata.consumer
    sequence = raw.metadata.sequence.stream
    reason = reason_of(error)
    headers = {
        **_carried(raw),
        "dead-durable": durable,
        "dead-reason": reason,
        "dead-attempts": str(raw.metadata.num_delivered),
        "dead-stream": raw.metadata.stream,
        "dead-sequence": str(sequence),
        "Nats-Msg-Id": f"{durable}:{raw.metadata.stream}:{sequence}:{_print_of(raw)}",
    }
    subject = raw.subject if len(raw.subject) <= LONGEST_SUBJECT else ".".join(raw.subject.split(".", 2)[:2])
    try:
        await jetstream().publish(
            f"dead.{service}.{subject}",
            raw.data[: LARGEST_BODY + 1],
            stream=DEAD_STREAM,
            headers=headers,
        )
    except Exception as failure:  # never acknowledge what was not buried
        raise NackMessage(delay=FIRST_DELAY_SECONDS * 20) from failure
    FACTS_HEARD.labels(durable, event_name(raw), "dead").inc()
    log.error("fact.dead", durable=durable, attempts=raw.metadata.num_delivered, reason=reason)


def _carried(raw: Msg) -> dict[str, str]:
    """The message's own headers."""
    own = ((name, value) for name, value in (raw.headers or {}).items() if not name.startswith(("Nats-", "dead-")))
    return {name[:LONGEST_HEADER]: value[:LONGEST_HEADER] for name, value in islice(own, MOST_HEADERS)}


def _print_of(raw: Msg) -> str:
    """Tells a message from the one that had its place before the stream was lost and made again."""
    return sha256((raw.headers or {}).get("ce-id", "").encode("utf-8", "replace") + b"\0" + raw.data).hexdigest()[:16]


def _cause(error: Exception) -> str:
    """Names only: an exception's text may quote the message, and with it something personal."""
    inner = error.__cause__
    return type(error).__name__ + (f"/{type(inner).__name__}" if inner is not None else "")
