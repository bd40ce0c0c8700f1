"""Whoever knocks at the doors of a running stack with bad intent: one request, its answer, no patience."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from sqlalchemy import text

from deploy.attached import Attached
from deploy.verify.evidence import opened
from shared.community.phones import mobile
from tests.waiting import wait_for

LATEST_SECONDS = 20.0
CODE_DOORS = {"intake": "/api/orders/find", "matcher": "/api/sign-in"}
"""Where one-time codes are asked for; each is entered at ``/verify`` below."""
CLAIM_COOKIE = "paidan_matcher_code"


class Visitor:
    """HTTP to the three services as anybody. Made by ``visiting``."""

    def __init__(self, stack: Attached, http: httpx2.AsyncClient) -> None:
        self.stack = stack
        self._http = http

    async def __call__(
        self, method: str, service: str, path: str, token: str = "", body: Any = None, **more: Any
    ) -> httpx2.Response:
        """One request. ``body`` goes as JSON; ``more`` is what the client takes (content, files, headers, data)."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return await self._http.request(method, f"{self.stack.url(service)}{path}", headers=headers, **more)

    async def status(self, method: str, service: str, path: str, token: str = "", body: Any = None, **more: Any) -> int:
        """Only how it was answered."""
        return (await self(method, service, path, token, body, **more)).status_code

    async def rows(self, service: str, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a service's database says."""
        async with opened(self.stack.stack.databases) as databases, databases.named()[service].reading() as session:
            return [tuple(row) for row in await session.execute(text(query), values)]

    async def write(self, service: str, *statements: str, **values: Any) -> None:
        """Bring about in a service's database what would take long otherwise, such as age."""
        async with opened(self.stack.stack.databases) as databases:
            for statement in statements:
                async with databases.named()[service].writing() as session:
                    await session.execute(text(statement), values)

    def earlier(self, column: str, minutes: int) -> str:
        """SQL for a moment before that of a column, in the words of this database."""
        if self.stack.stack.databases["intake"].startswith("sqlite"):
            return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-{minutes} minutes') || '000'"
        return f"{column} - interval '{minutes} minutes'"

    async def code_to(self, phone: str, besides: int = 0) -> str:
        """The code that comes to a phone after so many others, as the demonstration's messages have it."""

        async def came() -> str:
            lines = self.stack.layout.notice_file.read_text(encoding="utf-8").splitlines()
            told = [one for one in map(json.loads, lines) if one["kind"] == "code"]
            mine = [one["code"] for one in told if one["recipient"]["phone"] == mobile(phone)]
            return str(mine[besides]) if len(mine) > besides else ""

        return await wait_for(came, LATEST_SECONDS, "a code to come")

    async def ask_code(self, service: str, phone: str, **more: Any) -> httpx2.Response:
        """Ask a service for a code: intake's finds orders, matcher's signs in."""
        return await self("POST", service, CODE_DOORS[service], body={"phone": phone}, **more)

    async def claim(self, phone: str, service: str = "intake") -> str:
        """Ask for a code; the claim that goes with it, as a browser would keep it."""
        answer = await self.ask_code(service, phone)
        assert 202 == answer.status_code, answer.text
        return str(answer.json()["claim"] if service == "intake" else answer.cookies[CLAIM_COOKIE])

    async def enter(self, claim: str, phone: str, code: str, service: str = "intake") -> int:
        """Type a code."""
        path, body = f"{CODE_DOORS[service]}/verify", {"phone": phone, "code": code}
        if service == "intake":
            return await self.status("POST", service, path, body={**body, "claim": claim})
        entered = await self.status("POST", service, path, body=body, headers={"Cookie": f"{CLAIM_COOKIE}={claim}"})
        self._http.cookies.clear()  # whoever signed in is gone: the next request is a stranger's
        return entered


@asynccontextmanager
async def visiting(stack: Attached) -> AsyncIterator[Visitor]:
    """The doors of a stack to a stranger; nothing is tried again, no redirect is followed."""
    async with httpx2.AsyncClient(timeout=30.0, trust_env=False) as http:
        yield Visitor(stack, http)
