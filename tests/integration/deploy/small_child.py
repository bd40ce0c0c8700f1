"""A small real child for the supervisor's tests: ``small_child.py PORT DIRECTORY NAME``.

Answers 200 on every path, or 503 while ``DIRECTORY/NAME.sick`` is there; notes its start and its SIGTERM in
``DIRECTORY/story``; ignores SIGTERM when ``DIRECTORY/NAME.stubborn`` is there; exits 3 at once when
``DIRECTORY/NAME.broken`` is there.
"""

from __future__ import annotations

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PORT, DIRECTORY, NAME = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]


def tell(what: str) -> None:
    """Append one line to the story all children share."""
    with (DIRECTORY / "story").open("a") as story:
        story.write(f"{NAME} {what}\n")


class Answer(BaseHTTPRequestHandler):
    """Healthy unless it is told to be sick."""

    def do_GET(self) -> None:
        """200 or 503."""
        self.send_response(503 if (DIRECTORY / f"{NAME}.sick").exists() else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Silence."""


def ended(*_: object) -> None:
    """Leave in good order, unless stubborn."""
    tell("asked to end")
    if not (DIRECTORY / f"{NAME}.stubborn").exists():
        os._exit(0)


if (DIRECTORY / f"{NAME}.broken").exists():
    sys.stderr.write("cannot start\n")
    sys.exit(3)
signal.signal(signal.SIGTERM, ended)
server = HTTPServer(("127.0.0.1", PORT), Answer)
tell("started")
sys.stdout.write('{"event": "child.speaks"}\nplain words\n')
sys.stdout.flush()
server.serve_forever()
