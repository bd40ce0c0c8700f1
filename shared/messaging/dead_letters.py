"""What cannot be heard goes to the dead-letter stream with its reason, and consumption goes on.

Poison (malformed, forged, of unknown type) and facts that stayed too early for ten minutes are copied to
``dead.<service>.<subject>`` and acknowledged. Everything else is delivered again with a growing delay,
for ever.
The library's own policies either lose such a message or redeliver it in a tight loop.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from faststream import BaseMiddleware
from faststream.exceptions import AckMessage, NackMessage
from faststream.message import StreamMessage
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from shared.contracts.refusal import Refusal, TooEarly, Unavailable
from shared.messaging.streams import DEAD_STREAM
from shared.observability.metrics import FACTS_HEARD

log = structlog.get_logger()

EARLY_SECONDS = 600
FIRST_DELAY_SECONDS = 0.05
LONGEST_DELAY_SECONDS = 30.0


class NotHeard(Exception):
    """A use case failed on a fact for no fault of the fact's; it will be delivered again."""


def judge(service: str, jetstream: Callable[[], JetStreamContext]) -> type[BaseMiddleware]:
    """The broker's middleware that decides what becomes of a message its handler could not take."""

    class Judge(BaseMiddleware):
        async def consume_scope(self, call_next: Callable[..., Any], msg: StreamMessage[Any]) -> Any:
            raw: Msg = msg.raw_message
            if not raw.reply.startswith("$JS.ACK."):  # a request between services, answered by its handler
                return await call_next(msg)
            try:
                answer = await call_next(msg)
            except (ValueError, Refusal, NotHeard) as error:
                await _decide(service, jetstream, raw, error)
            else:
                FACTS_HEARD.labels(raw.metadata.consumer, event_name(raw), "heard").inc()
                return answer

    return Judge


def event_name(raw: Msg) -> str:
    """The subject's second token: a bounded label."""
    return raw.subject.split(".", 2)[1]


async def _decide(service: str, jetstream: Callable[[], JetStreamContext], raw: Msg, error: Exception) -> None:
    durable = raw.metadata.consumer
    attempts = raw.metadata.num_delivered
    age = (datetime.now(UTC) - raw.metadata.timestamp.astimezone(UTC)).total_seconds()
    again = isinstance(error, Unavailable | NotHeard) or (isinstance(error, TooEarly) and age < EARLY_SECONDS)
    if again:
        delay = min(FIRST_DELAY_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_DELAY_SECONDS)
        FACTS_HEARD.labels(durable, event_name(raw), "again").inc()
        if not isinstance(error, TooEarly) or attempts > 5:
            log.warning("fact.again", durable=durable, attempts=attempts, cause=_cause(error))
        raise NackMessage(delay=delay) from error
    await _bury(service, jetstream, raw, error)
    FACTS_HEARD.labels(durable, event_name(raw), "dead").inc()
    log.error("fact.dead", durable=durable, attempts=attempts, cause=_cause(error))
    raise AckMessage from error


async def _bury(service: str, jetstream: Callable[[], JetStreamContext], raw: Msg, error: Exception) -> None:
    durable = raw.metadata.consumer
    sequence = raw.metadata.sequence.stream
    headers = {
        **{name: value for name, value in (raw.headers or {}).items() if not name.startswith("Nats-")},
        "dead-durable": durable,
        "dead-reason": _cause(error),
        "dead-attempts": str(raw.metadata.num_delivered),
        "dead-stream": raw.metadata.stream,
        "dead-sequence": str(sequence),
        "Nats-Msg-Id": f"{durable}:{raw.metadata.stream}:{sequence}",
    }
    try:
        await jetstream().publish(
            f"dead.{service}.{raw.subject}",
            raw.data,
            stream=DEAD_STREAM,
            headers=headers,
        )
    except Exception as failure:  # never acknowledge what was not buried
        raise NackMessage(delay=FIRST_DELAY_SECONDS * 20) from failure


def _cause(error: Exception) -> str:
    """Names only: an exception's text may quote the message, and with it something personal."""
    inner = error.__cause__
    return type(error).__name__ + (f"/{type(inner).__name__}" if inner is not None else "")
