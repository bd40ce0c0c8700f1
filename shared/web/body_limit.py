"""How much a request may carry, and for how long: refused at once by its declared length, else by its bytes as they
arrive; who sends a body drop by drop is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.refusal import Invalid, TooLarge
from shared.web.errors import Problems, problem_of_refusal


class CharacterNotStorable(Invalid):
    """A NUL character: PostgreSQL cannot store one, and no person types one."""

    title = "This text holds characters that cannot be stored"


class BodyLimit:
    """ASGI middleware. ``uploads``: the most bytes by path, with ``{}`` for any part of it, as routes are written; all
    others ``most_bytes``. A body has ``seconds`` to arrive, an upload ``upload_seconds``: phones send slowly.

    Nothing is buffered and answers pass untouched, so streams stay streams.
    """

    def __init__(
        self,
        app: ASGIApp,
        problems: Problems,
        seconds: float,
        most_bytes: int,
        uploads: Mapping[str, int],
        upload_seconds: float,
    ) -> None:
        self._app = app
        self._problems = problems
        self._seconds = seconds
        self._most = most_bytes
        self._uploads = [(compile_path(path)[0], most) for path, most in uploads.items()]
        self._upload_seconds = upload_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most, seconds = self._limits(scope["path"])
        refusal = _refused_at_sight(scope, most)
        if refusal is not None:
            response = self._problems.answer(Request(scope, receive), problem_of_refusal(refusal))
            await response(scope, receive, send)
            return
        await self._app(scope, _counted(receive, most, seconds), send)

    def _limits(self, path: str) -> tuple[int, float]:
        for shape, most in self._uploads:
            if shape.match(path):
                return most, self._upload_seconds
        return self._most, self._seconds


def _refused_at_sight(scope: Scope, most: int) -> TooLarge | CharacterNotStorable | None:
    if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
        return CharacterNotStorable()
    declared = Headers(scope=scope).get("content-length", "")
    return TooLarge() if declared.isdecimal() and int(declared[:20]) > most else None


def _counted(receive: Receive, most: int, seconds: float) -> Receive:
    seen, whole, until = 0, False, 0.0

    async def receive_counted() -> Message:
        nonlocal seen, whole, until
        if whole:  # what comes now is that the reader left; a stream waits for it as long as it lasts
            return await receive()
        now = asyncio.get_running_loop().time()
        until = until or now + seconds
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        whole = message["type"] != "http.request" or not message.get("more_body", False)
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > most:
                # not a Refusal: FastAPI turns any other exception of a body it reads into a 400
                raise HTTPException(413)
        return message

    return receive_counted


async def refuse_unstorable(request: Request) -> None:
    r"""Dependency of every route: a JSON body with ``\u0000`` in it is refused before a rule sees it."""
    if "json" in request.headers.get("content-type", "") and rb"\u0000" in await request.body():
        raise CharacterNotStorable
