"""Whether the services are ready, as they say it themselves over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx2

from shared.contracts.services import SERVICES


class Neighbour(NamedTuple):
    """One service. ``ready``: None when it does not answer. ``failing``: what it misses; ``warnings``: of what."""

    name: str
    ready: bool | None
    failing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Neighbours:
    """Asks each service at ``/readyz``. ``urls``: where they are; one without an address is left out."""

    def __init__(
        self, urls: Mapping[str, str], seconds: float, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._urls = {service: urls[service] for service in SERVICES if urls.get(service)}
        self._client = httpx2.AsyncClient(timeout=seconds, transport=transport, trust_env=False)

    async def look(self) -> list[Neighbour]:
        """Each of them, asked at the same time."""
        return list(await asyncio.gather(*(self._ask(name, url) for name, url in self._urls.items())))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _ask(self, name: str, url: str) -> Neighbour:
        try:
            answer = await self._client.get(f"{url}/readyz")
            told: dict[str, Any] = answer.json()
            return Neighbour(name, answer.status_code == 200, tuple(told["failing"]), tuple(told["warnings"]))
        except (httpx2.HTTPError, OSError, ValueError, KeyError, TypeError):
            return Neighbour(name, None)
