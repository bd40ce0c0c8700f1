"""The other side of channels: real servers on loopback that do what a test wants them to do."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import LOOPBACK, free_port


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Peer:
    """An HTTP server. ``answers``: status codes for the next requests, then ``otherwise``; ``text``: what it says.
    While ``silent`` is clear it takes requests and does not answer. ``kept``: what is visible to the person: one for
    each ``Idempotency-Key``, or each request without one, that was answered or taken in silence.
    """

    port: int
    answers: deque[int] = field(default_factory=deque)
    otherwise: int = 200
    text: str = "{}"
    received: list[Received] = field(default_factory=list)
    kept: list[Received] = field(default_factory=list)
    speaks: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    def take(self, one: Received) -> int:
        """Take a request and say with which status it is answered."""
        self.received.append(one)
        status = self.answers.popleft() if self.answers else self.otherwise
        if status < 400:
            key = one.headers.get("idempotency-key")
            if key is not None and key in {known.headers.get("idempotency-key") for known in self.kept}:
                return 409
            self.kept.append(one)
        return status


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = peer.take(Received(self.path, headers, body))
            if not peer.speaks.wait(20):
                return
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(peer.text)))
            self.end_headers()
            self.wfile.write(peer.text.encode())

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever did not wait for the answer is gone."""


@contextmanager
def http_peer(port: int | None = None) -> Iterator[Peer]:
    """A server that takes everything, until the test says otherwise."""
    peer = Peer(port or free_port())
    peer.speaks.set()
    server = _Quiet((LOOPBACK, peer.port), _handler(peer))
    turning = threading.Thread(target=server.serve_forever, args=(0.02,))
    turning.start()
    try:
        yield peer
    finally:
        peer.speaks.set()
        server.shutdown()
        turning.join()
        server.server_close()


@dataclass
class MailServer:
    """An SMTP server. ``answer``: what it says to a message, such as ``451 later``."""

    port: int
    answer: str = "250 taken"
    received: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the server's own name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a message for each of its recipients."""
        if self.answer.startswith("250"):
            message = BytesParser(policy=default).parsebytes(envelope.original_content or b"")
            assert isinstance(message, EmailMessage)
            self.received += [(to, message) for to in envelope.rcpt_tos]
        return self.answer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that takes every mail."""
    mail = MailServer(free_port())
    controller = Controller(mail, hostname=LOOPBACK, port=mail.port)
    controller.start()
    try:
        yield mail
    finally:
        controller.stop()
