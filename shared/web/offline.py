"""What is left of the pages without a network: the service worker, and the one page it shows then.

Both are the same for everybody: no cookie is read for them, and nothing of a reader is in them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from fastapi import APIRouter
from fastapi.responses import Response

from shared.web.assets import STATIC, WORKER, Assets
from shared.web.i18n import Language, Readers, msgid
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages

_ADDRESS = f"/{WORKER}"
OFFLINE = "/offline"
_KEPT = (".css", ".js", ".svg", ".png")
_BOTH = {"Content-Language": ", ".join(Language)}


@dataclass(frozen=True)
class Told:
    """What the page without a network says in one language."""

    language: Language
    title: str
    words: Sequence[str]
    again: str
    call: str


def offline_routes(pages: Pages, readers: Readers) -> APIRouter:
    """``GET /sw.js``, in charge of every page of the service, and ``GET /offline``."""
    router = APIRouter(include_in_schema=False)
    page = pages.fragment("web/offline.html", told=[_told(readers, language) for language in Language]).encode()
    worker = _worker(pages.assets, page)

    @router.api_route(_ADDRESS, methods=["GET", "HEAD"])
    @under(ANYBODY)
    async def service_worker() -> Response:
        return Response(worker, media_type="text/javascript; charset=utf-8")

    @router.api_route(OFFLINE, methods=["GET", "HEAD"])
    @under(ANYBODY)
    async def offline() -> Response:
        return Response(page, headers=_BOTH, media_type="text/html; charset=utf-8")

    return router


def _told(readers: Readers, language: Language) -> Told:
    say = readers.of(language).gettext
    return Told(language, say(_TITLE), [say(text) for text in _WORDS], say(_AGAIN), say(_CALL))


def _worker(assets: Assets, page: bytes) -> bytes:
    """The worker after a line that says what it keeps. Its version is that of all it keeps, so that a browser takes
    over whatever changed.
    """
    files = assets.addresses(_KEPT)
    version = sha256(page + "".join(files).encode()).hexdigest()[:16]
    shell = json.dumps({"version": version, "offline": OFFLINE, "files": files})
    return f"const SHELL = {shell}\n".encode() + (STATIC / WORKER).read_bytes()


_TITLE = msgid("No network just now")
_WORDS = (
    msgid("This page needs the network, and this device does not reach it."),
    msgid("Your orders go on without you looking: whoever holds them goes on working, and nothing of them is lost."),
)
_AGAIN = msgid("Try again")
_CALL = msgid("Call the station")
