"""A small service on HTTP, with the routes the rules of the web drawer are about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from shared.contracts.refusal import Conflict, FieldError, Invalid, TooMany, Unavailable
from shared.contracts.words import Role, Window
from shared.identity.tokens import Caller, TokenSigner
from shared.web.application import Parts, make_application
from shared.web.callers import Callers, CoordinatorCaller, KnownCaller
from shared.web.csrf import FormTokens
from shared.web.forms import Form, posted
from shared.web.i18n import Readers
from shared.web.live import Changes, EventSourceResponse, ServerSentEvent, follow
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.settings import ServiceSettings
from shared.web.templating import Link, Pages, Site, redirect

KEY = b"k" * 32
HERE = Path(__file__).parent
SIGNER = TokenSigner(KEY)
ORIGIN = "http://teahouse.test"
COORDINATOR = Caller(Role.COORDINATOR, "c-1", "grid-1")


class TeahouseSettings(ServiceSettings):
    """A service that is none of the three."""

    service: ClassVar[str] = "teahouse"
    port: int = 8199
    database_url: str = "sqlite+aiosqlite:///:memory:"
    teahouse_public_url: str = ORIGIN
    matcher_public_url: str = "http://matcher.test"


class Guest(BaseModel):
    """A nested part of a command."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=40)
    phone: str


class PourTea(BaseModel):
    """A command with what commands have: nested parts, lists, moments, numbers."""

    model_config = ConfigDict(extra="forbid")

    guest: Guest
    cups: int = Field(default=1, ge=1, le=9)
    at: AwareDatetime | None = None
    window: Window | None = None
    without: list[str] = Field(default_factory=list, max_length=3)
    note: str = ""


class KettleEmpty(Conflict):
    """A rule of the teahouse; its title has a translation because another rule has the same one."""

    title = "This is no longer possible"


class GuestBarred(Invalid):
    """A rule about a field."""


class PouringTooFast(TooMany):
    """A limit that knows when it ends."""

    retry_after = 7


class _DiskFull(Exception):
    sqlstate = "53100"


_RAISED: dict[str, Callable[[], Exception]] = {
    "conflict": lambda: KettleEmpty("today"),
    "field": lambda: GuestBarred(errors=[FieldError("/guest/phone", "Please fill this in")]),
    "too-fast": PouringTooFast,
    "busy": Unavailable,
    "locked": lambda: OperationalError("UPDATE", {}, Exception("database is locked")),
    "disk-full": lambda: DBAPIError("INSERT", {}, _DiskFull("could not extend file")),
    "unreachable": lambda: ConnectionRefusedError("postgres:secret@db"),
    "bug-in-sql": lambda: IntegrityError("INSERT", {"phone": "13800001111"}, Exception("13800001111")),
    "bug": lambda: RuntimeError("13800001111 at line 7"),
}
ROWS = [("a", 1), ("b", 2), ("b", 3), ("c", 4), ("d", 5)]


def teahouse_routes() -> APIRouter:
    """The routes of the small service."""
    router = APIRouter()

    @router.post("/api/tea", status_code=201)
    async def pour(command: PourTea) -> dict[str, Any]:
        return {"name": command.guest.name, "cups": command.cups}

    @router.get("/api/tea/{reference}")
    async def see(reference: str) -> dict[str, str]:
        return {"reference": reference}

    @router.get("/api/raise/{what}")
    async def refuse(what: str) -> None:
        error = _RAISED[what]()
        raise error

    @router.get("/raise/{what}")
    async def refuse_page(what: str) -> None:
        error = _RAISED[what]()
        raise error

    @router.post("/api/leaves")
    async def upload(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.get("/api/rows")
    async def rows(cursor: After = None, limit: Limit = 2) -> Page[str]:
        place = place_of(cursor, str, int) if cursor else ("", 0)
        found = [row for row in ROWS if row > place][: limit + 1]
        return page_of(found, limit, lambda row: f"{row[0]}{row[1]}", lambda row: row)

    @router.get("/api/me")
    async def me(caller: KnownCaller) -> dict[str, str]:
        return {"subject": caller.subject}

    @router.get("/api/desk")
    async def desk(caller: CoordinatorCaller) -> dict[str, str]:
        return {"area": caller.area or ""}

    @router.get("/desk")
    async def desk_page(_caller: CoordinatorCaller) -> dict[str, str]:
        return {}

    @router.get("/tea")
    async def tea_page(request: Request) -> Response:
        return _pages(request).render(request, "tea.html", form=_blank(), pot="<script>alert(1)</script>")

    @router.post("/tea")
    async def send_tea_page(request: Request) -> Response:
        form = await posted(request)
        try:
            form.read(PourTea, moments=("window.from", "window.to"))
        except Invalid as refusal:
            return _pages(request).render(request, "tea.html", status=422, form=form.refused(refusal), pot="")
        return redirect("/tea")

    @router.get("/api/tea-live", response_class=EventSourceResponse)
    async def live(request: Request) -> AsyncIterator[ServerSentEvent]:
        async def after(last: str) -> list[ServerSentEvent]:
            seen = int(last or 0)
            poured: list[str] = request.app.state.poured
            return [ServerSentEvent(data=tea, id=str(n)) for n, tea in enumerate(poured, 1) if n > seen]

        async for event in follow(request, "tea", after):
            yield event

    return router


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _blank() -> Form:
    return Form.blank({"cups": "2"})


SESSIONS = {"good-session": COORDINATOR}
LINKS = (
    Link("/tea", "Pages"),
    Link("/pot", "Pots", (Role.VOLUNTEER,)),
    Link("/desk", "Desks", (Role.COORDINATOR,)),
)


async def _look_up(token: str) -> Caller | None:
    return SESSIONS.get(token)


def make_teahouse(settings: TeahouseSettings | None = None, **more: Any) -> FastAPI:
    """The small service; ``more`` are further parts."""
    settings = settings or TeahouseSettings()
    readers = more.pop("readers", None) or Readers()
    tokens = FormTokens("teahouse", KEY, secure=settings.secure, trusted_origins=settings.trusted_origins)
    pages = Pages(HERE / "templates", Site("Community orders", LINKS, sign_in="/sign-in"), tokens)
    parts = Parts(
        title="teahouse",
        version="1",
        pages=pages,
        readers=readers,
        callers=Callers("teahouse", SIGNER, _look_up, secure=settings.secure),
        routers=[teahouse_routes()],
        **{"changes": Changes(0.05), "uploads": {"/api/leaves": settings.upload_limit_bytes}, **more},
    )
    app = make_application(settings, parts)
    app.state.poured = []
    return app


@asynccontextmanager
async def visitor(app: FastAPI, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application in this process."""
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        yield client


@pytest.fixture
def teahouse() -> FastAPI:
    """The small service with its ordinary settings."""
    return make_teahouse()


@pytest.fixture
async def client(teahouse: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A program that speaks English."""
    async with visitor(teahouse, **{"accept-language": "en"}) as client:
        yield client
