"""Residents who lost a number, with their phones in place of notifier, as the tests of finding let them act."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from services.intake.app import application_of
from shared.contracts.refusal import Unavailable
from shared.contracts.requests import CodeSent, CodeToSend
from tests.integration.intake.running import Place, client_of
from tests.waiting import wait_for

MINE = "138 0000 1111"
STRANGER = "139 0000 7777"


@dataclass
class Phones:
    """Whoever has the phones: the codes that came. ``held``: notifier says nothing until it is let go.
    ``away``: it is not there, and ``missed`` says that it was asked."""

    came: list[CodeToSend] = field(default_factory=list)
    held: asyncio.Event | None = None
    away: bool = False
    missed: asyncio.Event = field(default_factory=asyncio.Event)
    wall: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def take(self, code: CodeToSend) -> CodeSent:
        """Notifier's side."""
        if self.held is not None:
            await self.held.wait()
        if self.away:
            self.missed.set()
            raise Unavailable
        self.came.append(code)
        return CodeSent()

    async def code(self, nth: int = 1) -> str:
        """The nth code that came."""

        async def there() -> bool:
            return len(self.came) >= nth

        await wait_for(there, 5.0, "a code to come")
        return self.came[nth - 1].code


@asynccontextmanager
async def serving(place: Place, phones: Phones) -> AsyncIterator[httpx2.AsyncClient]:
    """Intake at work, with the phones where notifier would be."""
    intake = place.intake()
    intake.code_door._sends, intake.code_door._wall = phones.take, lambda: phones.wall
    app = application_of(intake)
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield client


async def ask(client: httpx2.AsyncClient, phone: str = MINE, **headers: str) -> httpx2.Response:
    """Ask for a code."""
    return await client.post("/api/orders/find", json={"phone": phone}, headers=headers)


async def claim_of(client: httpx2.AsyncClient, phone: str = MINE) -> str:
    """The claim of a code that was asked for."""
    answer = await ask(client, phone)
    assert 202 == answer.status_code, answer.text
    return str(answer.json()["claim"])


async def enter(client: httpx2.AsyncClient, claim: str, code: str, phone: str = MINE) -> httpx2.Response:
    """Type a code."""
    return await client.post("/api/orders/find/verify", json={"claim": claim, "phone": phone, "code": code})


async def found(client: httpx2.AsyncClient, phones: Phones, phone: str = MINE) -> list[dict[str, Any]]:
    """The orders of a phone, over both doors."""
    nth = len(phones.came) + 1
    claim = await claim_of(client, phone)
    answer = await enter(client, claim, await phones.code(nth), phone)
    assert 200 == answer.status_code, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def wrong(code: str) -> str:
    """Another code than this."""
    return "000000" if code != "000000" else "111111"
