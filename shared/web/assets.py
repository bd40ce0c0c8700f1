"""Our static files, served from memory: a few dozen kilobytes, compressed once, cached by browsers for ever.

An address carries the hash of its content, so a new version is a new address. The sheets of the folder ``style`` are
served as one, ``paidan.css``, in the order of their names, and the scripts of every page as one, ``paidan.js``: htmx
begins a moment after it was run, and an extension that arrives later than that is never asked. The service worker has
an address of its own (offline.py).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response

from shared.contracts.refusal import NotFound
from shared.web.rules import ANYBODY, under

STATIC = Path(__file__).parent / "static"
SHEET = "paidan.css"
SCRIPT = "paidan.js"
SCRIPTS = "vendor/htmx.min.js", "vendor/hx-sse.min.js", "shell.js"
"""What ``paidan.js`` is made of, in this order."""
ICONS = "icons.svg"
WORKER = "sw.js"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@dataclass(frozen=True)
class Asset:
    """One file. ``version`` is the beginning of its SHA-256."""

    content: bytes
    compressed: bytes
    media_type: str
    version: str


class Assets:
    """The files below a directory whose kind browsers load; others are not served. ``icons``: the names drawn in the
    sprite."""

    def __init__(self, directory: Path = STATIC) -> None:
        style = directory / "style"
        self._assets = {
            path.relative_to(directory).as_posix(): _asset(path.read_bytes(), path.suffix)
            for path in sorted(directory.rglob("*"))
            if path.suffix in _MEDIA_TYPES and path.parent != style and path.name != WORKER
        }
        parts = [self._assets.pop(name).content for name in SCRIPTS if name in self._assets]
        self._assets[SCRIPT] = _asset(b";\n".join(parts), ".js")
        self._assets[SHEET] = _asset(b"".join(path.read_bytes() for path in sorted(style.glob("*.css"))), ".css")
        drawn = self._assets[ICONS].content.decode()
        self.icons = frozenset(re.findall(r'<symbol id="([a-z_-]+)"', drawn))

    def address(self, name: str) -> str:
        """Where a page finds a file. Raises ``KeyError`` for one that is not there."""
        return f"/static/{name}?v={self._assets[name].version}"

    def addresses(self, suffixes: Collection[str]) -> list[str]:
        """Where pages find all files of these kinds, in the order of their names."""
        return [self.address(name) for name in sorted(self._assets) if Path(name).suffix in suffixes]

    def answer(self, request: Request, name: str) -> Response:
        """The file, or 304 when the browser has it. Raises ``NotFound``."""
        asset = self._assets.get(name)
        if asset is None:
            raise NotFound
        current = request.query_params.get("v") == asset.version
        headers = {
            "Cache-Control": _FOR_EVER if current else _ASK_AGAIN,
            "ETag": f'"{asset.version}"',
            "Vary": "Accept-Encoding",
        }
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content = asset.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["Content-Encoding"] = asset.compressed, "gzip"
        return Response(content, headers=headers, media_type=asset.media_type)

    def router(self) -> APIRouter:
        """``GET /static/…``."""
        router = APIRouter(include_in_schema=False)

        @router.api_route("/static/{name:path}", methods=["GET", "HEAD"])
        @under(ANYBODY)
        async def static(request: Request, name: str) -> Response:
            return self.answer(request, name)

        return router


def _asset(content: bytes, suffix: str) -> Asset:
    version = sha256(content).hexdigest()[:16]
    return Asset(content, gzip.compress(content, mtime=0), _MEDIA_TYPES[suffix], version)
