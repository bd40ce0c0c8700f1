"""SMS through a gateway: a county's own platform over HTTP, or Alibaba Cloud's service.

A gateway is a small class; which one serves is a setting. It gets the short words alone.
"""

from __future__ import annotations

import json

from services.notifier.clocks.by_http import HttpSender
from services.notifier.clocks.channels import Sent
from services.notifier.policies.messages import Message


class HttpGateway:
    """A platform that takes ``POST {id, to, text, language}``, JSON, with a bearer token.

    It keeps ``Idempotency-Key`` (the message's id) for as long as messages are sent again, and answers 2xx for what it
    has, 409 for what it had, 4xx for a number it will never reach, anything else for later.
    """

    repeats = True

    def __init__(self, url: str, token: str, sender: HttpSender) -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {token}"} if token else {}
        self._sender = sender

    async def send(self, address: str, message: Message) -> Sent:
        """Send the short form to a phone (E.164)."""
        body = {"id": message.message_id, "to": address, "text": message.short, "language": message.language}
        headers = {**self._headers, "content-type": "application/json", "idempotency-key": message.message_id}
        return await self._sender.post(self._url, json.dumps(body, ensure_ascii=False).encode(), headers)

    async def close(self) -> None:
        """Let go of connections."""
        await self._sender.close()
