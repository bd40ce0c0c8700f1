"""The doors of a running matcher, and who knocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2

from shared.contracts.words import Role
from shared.identity.tokens import Caller, TokenSigner
from tests.integration.matcher.stage import Stage


class House:
    """The doors of one running matcher, and the stage whose clock and database it shares."""

    def __init__(self, stage: Stage, client: httpx2.AsyncClient, signer: TokenSigner) -> None:
        self.stage = stage
        self.client = client
        self._signer = signer

    def as_(self, role: Role, subject: str, area: str | None = None) -> dict[str, str]:
        """Headers of a caller."""
        token = self._signer.sign(Caller(role, subject, area), timedelta(minutes=5))
        return {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, caller: dict[str, str] | None = None, body: Any = None) -> Any:
        """``(status, JSON)`` of a request."""
        answer = await self.client.request(method, path, headers=caller or {}, json=body)
        return answer.status_code, answer.json()

    async def tap(self, path: str, caller: dict[str, str], body: Any = None) -> Any:
        """A POST that must succeed; its JSON."""
        status, answer = await self.ask("POST", path, caller, body)
        assert 200 == status, answer
        return answer
