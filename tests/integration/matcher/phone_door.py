"""A matcher whose codes come to phones in the test's hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from services.matcher.app import Matcher, application_of
from services.matcher.settings import MatcherSettings
from services.matcher.use_cases import UseCases
from shared.community.definition import Community
from shared.contracts.requests import CodeSent, CodeToSend
from shared.identity.code_door import CodeDoor
from shared.identity.keys import create_keys, read_key
from shared.identity.tokens import Caller
from shared.persistence.vault import Vault
from tests.integration.matcher.stage import Stage, volunteer
from tests.waiting import wait_for

URL = "http://matcher.test"


@dataclass
class Door:
    """A running matcher, the phones codes come to, and the hour on its wall."""

    matcher: Matcher
    phone: str
    wall: datetime = field(default_factory=lambda: datetime.now(UTC))
    came: list[CodeToSend] = field(default_factory=list)

    async def take(self, code: CodeToSend) -> CodeSent:
        """Notifier's side."""
        self.came.append(code)
        return CodeSent()

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Somebody who keeps cookies."""
        transport = httpx2.ASGITransport(app=self.app)
        headers = {"origin": URL, "accept-language": "en"}
        async with httpx2.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
            yield client

    def __post_init__(self) -> None:
        self.app = application_of(self.matcher)

    async def code(self, client: httpx2.AsyncClient) -> str:
        """The code that comes to the volunteer's phone, asked for by this browser."""
        before = len(self.came)
        assert 202 == (await client.post("/api/sign-in", json={"phone": self.phone})).status_code

        async def there() -> bool:
            return len(self.came) > before

        await wait_for(there, 5.0, "a code to come")
        return self.came[-1].code

    async def verify(self, client: httpx2.AsyncClient, code: str) -> httpx2.Response:
        """Type a code."""
        return await client.post("/api/sign-in/verify", json={"phone": self.phone, "code": code})


@asynccontextmanager
async def open_door(stage: Stage, tmp_path: Path, rules: Community) -> AsyncIterator[Door]:
    """Matcher at work with one volunteer on its roster."""
    create_keys(tmp_path / "keys")
    settings = MatcherSettings(
        database_url=stage.database.url, keys=tmp_path / "keys", clock=stage.now.isoformat() + "@0.000001",
        nats_url="nats://127.0.0.1:1",
    )  # fmt: skip
    stage.vault = Vault(read_key(settings.keys, "matcher-vault"))
    stage.use_cases = UseCases(rules, stage.vault, stage.writer)
    row = volunteer("v-1")
    await stage.enrol(row)
    made = Door(Matcher(settings, rules), row.phone)
    code_door: CodeDoor[tuple[Caller, ...]] = made.matcher.code_door
    code_door._sends, code_door._wall = made.take, lambda: made.wall
    async with made.app.router.lifespan_context(made.app):
        yield made
