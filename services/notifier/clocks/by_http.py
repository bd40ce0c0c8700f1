"""What sending over HTTP comes to, for channels that speak it themselves."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2

from services.notifier.clocks.channels import Sent

_CONFLICT = 409
_LATER = frozenset({401, 402, 403, 408, 425, 429})
"""Ours to put right, or too many at once: nothing is wrong with the address."""
_SUCCESS, _CLIENT, _SERVER = 200, 400, 500


class HttpSender:
    """Posts, and says what came of it. The client is made at the first message."""

    def __init__(self, connect_seconds: float, read_seconds: float) -> None:
        self._timeout = httpx2.Timeout(read_seconds, connect=connect_seconds)
        self._client: httpx2.AsyncClient | None = None

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Sent:
        """A conflict says that the same message is there already."""
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=self._timeout, follow_redirects=False)
        try:
            answer = await self._client.post(url, content=content, headers=dict(headers))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Sent.FAILED
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            return Sent.REFUSED
        except httpx2.HTTPError:
            return Sent.UNSURE
        return judged(answer.status_code)

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.aclose()


def judged(status: int) -> Sent:
    """What an answer's status means for its message."""
    if _SUCCESS <= status < _CLIENT - 100 or status == _CONFLICT:
        return Sent.TAKEN
    if _CLIENT <= status < _SERVER and status not in _LATER:
        return Sent.REFUSED
    return Sent.FAILED
