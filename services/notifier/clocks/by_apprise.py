"""Channels by Apprise: mail, WeCom, DingTalk, Feishu, ServerChan, Bark, and whatever address it knows for a desk.

Apprise says only whether it worked. Why it did not, it tells its log: an answer of the other side, a connection that
was never made, or silence. That makes the difference between never, later, and perhaps, so it is listened to; nothing
of it goes further, since it may hold an address.
"""

from __future__ import annotations

import asyncio
import logging
import re
from urllib.parse import quote

from services.notifier.clocks.channels import Sent
from services.notifier.policies.messages import Message

_ANSWERED = re.compile(r"error=(\d{3})")
_LATER = frozenset({408, 425, 429})
_SILENCE = re.compile(
    r"read timed out|remote end closed|connection aborted|connection reset|\btimed out$", re.IGNORECASE
)
_CLIENT, _SERVER = 400, 500


class ByApprise:
    """Sends to an address of one kind. ``template``: an Apprise URL with ``{to}`` for the address; ``{to}`` alone for
    addresses that are URLs. ``connect_seconds``, ``read_seconds``: how long the other side may take (wall time).
    """

    repeats = False

    def __init__(self, template: str, connect_seconds: float, read_seconds: float) -> None:
        self._template = template
        self._connect = connect_seconds
        self._read = read_seconds

    async def send(self, address: str, message: Message) -> Sent:
        """Send one message in a thread, since Apprise blocks."""
        return await asyncio.to_thread(self._send, address, message)

    async def close(self) -> None:
        """Every message has a connection of its own."""

    def _send(self, address: str, message: Message) -> Sent:
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - large, and most installations start without it

        whole = self._template == "{to}"
        url = address if whole else self._template.replace("{to}", quote(address, safe="@"))
        plugin = Apprise.instantiate(url, suppress_exceptions=True)
        if plugin is None:
            return Sent.REFUSED
        plugin.socket_connect_timeout, plugin.socket_read_timeout = self._connect, self._read
        heard = _Heard()
        plugin.logger = heard.logger
        taken = plugin.notify(body=message.long, title=message.title, body_format=NotifyFormat.TEXT)
        return Sent.TAKEN if taken else heard.verdict()


class _Heard(logging.Handler):
    """What one message made Apprise say."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.logger = logging.Logger("apprise of one message", logging.DEBUG)
        self.logger.addHandler(self)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it until the message is judged."""
        self._lines.append(record.getMessage())

    def verdict(self) -> Sent:
        """Never, later, or perhaps."""
        for line in self._lines:
            if (answered := _ANSWERED.search(line)) is not None:
                status = int(answered[1])
                return Sent.REFUSED if _CLIENT <= status < _SERVER and status not in _LATER else Sent.FAILED
        return Sent.UNSURE if any(_SILENCE.search(line) for line in self._lines) else Sent.FAILED
