"""The public doors as the demonstration's people use them: with patience, and never twice by mistake."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from deploy.attached import Attached, sign
from deploy.problems import StackProblem
from shared.contracts.words import Role
from shared.identity.tokens import Caller

PATIENCE_SECONDS = 180.0
TOKEN_TTL = timedelta(hours=6)
LIVE_SECONDS = 20.0
_AGAIN = frozenset({429, 502, 503})


@dataclass
class Heard:
    """What the doors answered: statuses of POST /api/orders, and how long each took (milliseconds)."""

    statuses: Counter[int | str] = field(default_factory=Counter)
    placing: list[float] = field(default_factory=list)
    other_errors: Counter[str] = field(default_factory=Counter)


class Doors:
    """HTTP to the three services of an attached stack. Use as an async context manager."""

    def __init__(self, stack: Attached) -> None:
        self._stack = stack
        self._tokens: dict[Caller, str] = {}
        self._http = httpx2.AsyncClient(
            timeout=30.0, trust_env=False, limits=httpx2.Limits(max_connections=200, max_keepalive_connections=100)
        )
        self.heard = Heard()

    async def __aenter__(self) -> Doors:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def as_caller(self, role: Role, subject: str, area: str | None = None) -> str:
        """A token in somebody's name."""
        caller = Caller(role, subject, area)
        if caller not in self._tokens:
            self._tokens[caller] = sign(self._stack.layout, caller, TOKEN_TTL)
        return self._tokens[caller]

    async def place(self, body: Mapping[str, Any], key: str, token: str | None = None) -> dict[str, Any]:
        """Place an order; the key makes trying again safe. ``token``: of who takes it down. Returns the 201's body."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {token}"} if token else {})
        while True:
            began = time.perf_counter()
            try:
                url = f"{self._stack.url('intake')}/api/orders"
                response = await self._http.post(url, json=dict(body), headers=headers)
            except httpx2.TransportError as error:
                self.heard.statuses[type(error).__name__] += 1
            else:
                self.heard.statuses[response.status_code] += 1
                self.heard.placing.append(1000 * (time.perf_counter() - began))
                if response.status_code == 201:
                    placed: dict[str, Any] = response.json()
                    return placed
                if response.status_code not in _AGAIN:
                    raise StackProblem(f"an order was refused with {response.status_code}: {response.text[:300]}")
            await _rest(deadline, "POST /api/orders")

    async def ask(
        self, method: str, service: str, path: str, token: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """One request, again while the service is away; ``(status, JSON body)`` of its answer. No token: a stranger."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        while True:
            try:
                url = f"{self._stack.url(service)}{path}"
                json_body = None if body is None else dict(body)
                response = await self._http.request(method, url, json=json_body, headers=headers)
            except httpx2.TransportError as error:
                self.heard.other_errors[type(error).__name__] += 1
            else:
                if response.status_code not in _AGAIN:
                    return response.status_code, response.json()
                self.heard.other_errors[str(response.status_code)] += 1
            await _rest(deadline, f"{method} {path}")

    async def live(self, reference: str, token: str) -> AsyncIterator[dict[str, Any]]:
        """An order as it is now and after each change, reconnecting without end."""
        url = f"{self._stack.url('intake')}/api/orders/{reference}/live"
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            try:
                async with self._http.stream("GET", url, headers=headers, timeout=LIVE_SECONDS) as response:
                    async for line in response.aiter_lines():
                        if line.startswith("data:"):
                            yield json.loads(line[5:])
            except httpx2.TransportError as error:
                self.heard.other_errors[f"live {type(error).__name__}"] += 1
            await asyncio.sleep(0.5)


async def _rest(deadline: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise StackProblem(f"{what} was not answered for {PATIENCE_SECONDS:.0f} s")
    await asyncio.sleep(0.5)
