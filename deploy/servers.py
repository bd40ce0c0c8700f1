"""What the broker's own account tells, and can be asked: of every server at once, over one connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout

from deploy.permissions import CONNECTIONS, reload_of
from deploy.problems import StackProblem

ANSWER_SECONDS = 5.0
MOST_CONNECTIONS = 1024


class Servers:
    """The servers of one broker, asked by the system's user. ``expected``: how many have to answer."""

    def __init__(self, connection: Client, expected: int) -> None:
        self._connection = connection
        self._expected = expected

    async def connections(self) -> list[Mapping[str, Any]]:
        """Every connection of every server, as CONNZ tells it. Raises ``StackProblem`` when a server is silent."""
        answers = await self._everybody()
        return [one for answer in answers for one in answer["data"].get("connections") or ()]

    async def reload(self) -> None:
        """Have every server read its configuration again. Raises ``StackProblem`` when one is silent or refuses: it
        goes on with what it had.
        """
        for server in [answer["server"] for answer in await self._everybody()]:
            try:
                told = await self._connection.request(reload_of(server["id"]), b"", timeout=ANSWER_SECONDS)
            except (NatsError, OSError, TimeoutError) as error:
                raise StackProblem(f"server {server['name']} does not answer: {type(error).__name__}") from error
            if (refused := json.loads(told.data).get("error")) is not None:
                raise StackProblem(f"server {server['name']} does not take it: {refused.get('description', '')[:300]}")

    async def _everybody(self) -> Sequence[Mapping[str, Any]]:
        inbox = self._connection.new_inbox()
        hearing = await self._connection.subscribe(inbox)
        wish = json.dumps({"auth": True, "limit": MOST_CONNECTIONS}).encode()
        answers: dict[str, Mapping[str, Any]] = {}
        try:
            await self._connection.publish(CONNECTIONS, wish, reply=inbox)
            async with asyncio.timeout(ANSWER_SECONDS):
                while len(answers) < self._expected:
                    answer = json.loads((await hearing.next_msg(timeout=ANSWER_SECONDS)).data)
                    answers[answer["server"]["id"]] = answer
        except (NatsTimeout, TimeoutError) as error:
            raise StackProblem(f"{len(answers)} of {self._expected} servers of the broker answer") from error
        finally:
            await hearing.unsubscribe()
        return list(answers.values())
