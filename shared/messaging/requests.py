"""How a service asks another, and how it answers: one request, one answer, over the broker's core.

Nothing is stored: an answer that nobody waits for any more is lost, and that is fine. Whoever asks is always
answered, with a coded refusal where there is no answer; silence means that nobody is there. Replicas of a service
share its requests.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import structlog
from faststream.nats import NatsBroker, NatsMessage
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from shared.contracts import refusal as kinds
from shared.contracts.asking import Answer, Request
from shared.contracts.refusal import Invalid, Refusal, Unavailable
from shared.messaging.bus import Bus
from shared.observability.tracing import CLIENT, SERVER, current_traceparent, detail, span

log = structlog.get_logger()

ANSWER_SECONDS = 2.0
INBOX = "_INBOX"
AT_ONCE = 32
"""So many requests of one kind are answered beside each other."""

A = TypeVar("A", bound=Answer)
R = TypeVar("R", bound=Request[Any])

Tells = Callable[[R], Awaitable[Answer]]
"""Answers one kind of request; a ``Refusal`` it raises is what the asker is told."""

_KINDS: dict[str, type[Refusal]] = {
    kind.__name__: kind
    for kind in (kinds.NotFound, kinds.Conflict, kinds.Invalid, kinds.Forbidden, kinds.TooMany, kinds.Unavailable)
}


class _Reply(BaseModel):
    """What travels back: an answer, or the kind of a refusal with its reason (a message id)."""

    model_config = ConfigDict(extra="ignore")

    answer: JsonValue = None
    refused: str | None = None
    detail: str = ""


async def ask(bus: Bus, request: Request[A], within: float = ANSWER_SECONDS) -> A:
    """Ask and wait ``within`` seconds (wall time).

    Raises ``Unavailable`` when the broker or the other service is away, silent or talks nonsense, else whatever kind
    of refusal it answered with.
    """
    headers = {"traceparent": trace} if (trace := current_traceparent()) else None
    body = request.model_dump_json().encode()
    with detail(f"ask {request.service} {request.name}", kind=CLIENT):
        reply = await bus.ask(request.subject(), body, within=within, headers=headers)
    try:
        told = _Reply.model_validate_json(reply)
        if told.refused is None:
            return type(request).answer.model_validate(told.answer)  # type: ignore[return-value]  # its own kind
    except ValidationError as error:
        raise Unavailable(f"{request.service} answered what cannot be read") from error
    raise _KINDS.get(told.refused, Unavailable)(told.detail)


class Answers:
    """What one service answers."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.tells: dict[type[Request[Any]], Tells[Any]] = {}

    def on(self, request: type[R]) -> Callable[[Tells[R]], Tells[R]]:
        """Register what answers this request. Raises ``ValueError`` for a request to another service."""

        def register(tells: Tells[R]) -> Tells[R]:
            if request.service != self.service:
                raise ValueError(f"{self.service} cannot answer {request.subject()}")
            self.tells[request] = tells
            return tells

        return register

    def attach(self, broker: NatsBroker, _bus: Bus) -> None:
        """Subscribe on a broker that is not yet started; replicas form one queue."""
        for request, tells in self.tells.items():
            broker.subscriber(
                request.subject(),
                queue=self.service,
                decoder=_whole,
                max_workers=AT_ONCE,
                title=request.subject(),
                description=request.__doc__,
            )(_handler(request, tells))


async def _whole(message: NatsMessage) -> NatsMessage:
    """The message itself: what cannot be read must be answered too, so the handler reads it."""
    return message


def _handler(request: type[Request[Any]], tells: Tells[Any]) -> Callable[..., Awaitable[bytes]]:
    async def handle(message: Any) -> bytes:
        if not _is_asked(message, request):
            message.reply_to = ""  # nobody is answered
            log.warning("request.misdirected", request=request.subject())
            return b""
        with span(f"answer {request.name}", message.headers.get("traceparent", ""), SERVER):
            reply = await _reply(partial(_told, request, tells, message.body), request)
            return reply.model_dump_json(exclude_defaults=True).encode()

    handle.__annotations__ = {"message": request, "return": request.answer}  # for AsyncAPI: what is asked and told
    handle.__name__ = f"on_{request.name}_asked"
    return handle


def _is_asked(message: NatsMessage, request: type[Request[Any]]) -> bool:
    """Whether this was asked, by somebody who waits for the answer.

    The broker lets nobody ask who may not; but whoever pulls may have a stored message sent to any subject, this one
    too, where it keeps its own; and whoever asks may name any subject for the answer, one of this service's facts too.
    """
    raw = message.raw_message
    return raw.subject == request.subject() and raw.reply.startswith(INBOX)


async def _told(request: type[Request[Any]], tells: Tells[Any], body: bytes) -> Answer:
    try:
        asked = request.model_validate_json(body)
    except ValidationError as error:
        raise Invalid("the request cannot be read") from error
    return await tells(asked)


async def _reply(told: Callable[[], Awaitable[Answer]], request: type[Request[Any]]) -> _Reply:
    try:
        return _Reply(answer=(await told()).model_dump(mode="json"))
    except Refusal as refused:
        return _Reply(refused=_kind(refused), detail=refused.detail)
    except Exception as error:  # whoever asks must hear that it went wrong
        log.exception("request.failed", request=request.subject(), error=type(error).__name__)
        return _Reply(refused=Unavailable.__name__)


def _kind(refused: Refusal) -> str:
    return next((kind.__name__ for kind in type(refused).__mro__ if kind.__name__ in _KINDS), Invalid.__name__)
