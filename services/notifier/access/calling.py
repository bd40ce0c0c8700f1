"""Notifier's own doors, called by the console as whoever looks at it: with their session or token, and never more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from fastapi import Request

from shared.contracts import refusal as kinds
from shared.contracts.refusal import FieldError, Refusal, Unavailable
from shared.web.i18n import current_reader

NOTIFIER = "notifier"
_KINDS: Mapping[int, type[Refusal]] = {
    401: kinds.Unauthenticated,
    403: kinds.Forbidden,
    404: kinds.NotFound,
    409: kinds.Conflict,
    413: kinds.TooLarge,
    415: kinds.NotUnderstood,
    422: kinds.Invalid,
    429: kinds.TooMany,
}
"""What a status says; any other is a notifier that cannot answer now."""


class NotifierDoors:
    """Asks notifier over HTTP. ``cookie``: the name of its sessions' cookie."""

    def __init__(
        self, url: str, seconds: float, cookie: str, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._cookie = cookie
        self._client = httpx2.AsyncClient(base_url=url, timeout=seconds, transport=transport, trust_env=False)

    async def get(self, request: Request, path: str, **query: str) -> Any:
        """What a door shows. Raises the refusal it answered with, ``Unavailable`` while notifier is away."""
        told = {name: text for name, text in query.items() if text}
        return await self._ask(request, "GET", path, params=told)

    async def post(self, request: Request, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Have something done. Raises the same."""
        return await self._ask(request, "POST", path, json=dict(body or {}))

    async def keep(self, token: str) -> None:
        """Let the session of a browser last that was used here. Nobody waits for it, and nothing depends on it."""
        try:
            await self._client.get(
                "/api/dead-letters", params={"limit": "1"}, headers={"cookie": f"{self._cookie}={token}"}
            )
        except (httpx2.HTTPError, OSError):
            return

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _ask(self, request: Request, method: str, path: str, **more: Any) -> Any:
        headers = {"accept": "application/json", "accept-language": current_reader().language.value}
        try:
            answer = await self._client.request(method, path, headers=headers | self._who(request), **more)
        except (httpx2.HTTPError, OSError) as error:
            raise Unavailable from error
        if answer.is_success:
            return answer.json() if answer.content else None
        raise refusal_of(answer)

    def _who(self, request: Request) -> dict[str, str]:
        if told := request.headers.get("authorization"):
            return {"authorization": told}
        return {"cookie": f"{self._cookie}={request.cookies.get(self._cookie, '')}"}


def refusal_of(answer: httpx2.Response) -> Refusal:
    """The refusal a door answered with, in the words it chose."""
    kind = _KINDS.get(answer.status_code, Unavailable)
    try:
        told = answer.json()
        faults = [FieldError(one["pointer"], one["detail"]) for one in told["errors"]]
        title, detail = str(told["title"]), str(told["detail"])
    except (ValueError, KeyError, TypeError):
        return kind()
    said: type[Refusal] = type(kind.__name__, (kind,), {"title": title})
    return said(detail, errors=faults)
