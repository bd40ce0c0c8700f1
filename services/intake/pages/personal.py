"""The page of people's own data: what is kept, a copy to take along, a form to put it right, and a way to erase it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access.personal import OwnRecords
from services.intake.commands.forgetting import CorrectPersonal, ErasePersonal
from services.intake.queries import OrderFound
from services.intake.queries.personal import PersonalViews
from shared.contracts.refusal import Refusal
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext, msgid
from shared.web.rules import BEARER_OF_A_SECRET, under
from shared.web.templating import Pages, redirect

COOKIE = "paidan_personal"
"""Holds the token of a phone whose code was entered; a browser sends it to these pages alone."""

ADDRESS = "/personal"

FIELDS: Mapping[str, str] = {
    "name": msgid("Name"),
    "phone": msgid("Phone number"),
    "organisation": msgid("Shop or firm"),
    "details": msgid("What you said"),
    "reason": msgid("Why you withdrew"),
    "on_behalf_of": msgid("Whom it is for"),
    "health": msgid("You agreed that health matters are kept"),
    "consent": msgid("Whom it is for agreed to it"),
}
SAID: Mapping[str, str] = {
    "comment": msgid("Your comment"),
    "danger": msgid("A danger you reported"),
    "call": msgid("A note of a call with you"),
    "closing": msgid("Why it should end without being fixed"),
}

LOOKS: Mapping[str, str] = {
    "read": msgid("read what you said"),
    "revealed": msgid("was shown your name or number, for a reason"),
    "fetched": msgid("was given your name and number to serve the order"),
}


def looked_at(what: str) -> str:
    """What somebody did who looked, in the reader's language."""
    return gettext(LOOKS[what])


_WORDS: Mapping[str, Any] = {"fields_of": FIELDS, "said_of": SAID, "looked_at": looked_at}


def personal_pages(own: OwnRecords, pages: Pages, *, secure: bool) -> APIRouter:
    """``/orders/{reference}/personal`` for one order, ``/personal`` for all of a phone. ``secure``: its cookie travels
    over TLS alone.
    """
    router = APIRouter(include_in_schema=False)
    concerned: Any = Depends(own.doors.order_concerned)

    async def page(request: Request, found: OrderFound, form: Form, status: int = 200) -> Response:
        one = await own.view(found)
        known = {name: str(one.kept.get(name, "")) for name in ("name", "phone")}
        shown = form if form.faults else Form.blank(known)
        context: dict[str, Any] = {"items": [one], "address": f"/orders/{found.reference}/personal", "one": one}
        return pages.render(request, "personal.html", status=status, form=shown, **_WORDS, **context)

    async def whole(request: Request, form: Form, status: int = 200) -> Response:
        views: PersonalViews = await own.of_phone(request.cookies.get(COOKIE))
        context: dict[str, Any] = {"items": views.items, "address": ADDRESS, "one": None}
        return pages.render(request, "personal.html", status=status, form=form, **_WORDS, **context)

    @router.get("/orders/{reference}/personal")
    async def view(request: Request, found: OrderFound = concerned) -> Response:
        return await page(request, found, Form.blank())

    @router.get("/orders/{reference}/personal/copy")
    async def copy(found: OrderFound = concerned) -> Response:
        return _download((await own.view(found)).model_dump_json(indent=2))

    @router.post("/orders/{reference}/personal")
    async def correct(request: Request, found: OrderFound = concerned) -> Response:
        form = await posted(request)
        try:
            await own.correct(found, form.read(CorrectPersonal))
        except Refusal as refusal:
            return await page(request, found, form.refused(refusal), status_of(refusal))
        return redirect(f"/orders/{found.reference}/personal")

    @router.post("/orders/{reference}/personal/erase")
    async def erase(request: Request, found: OrderFound = concerned) -> Response:
        form = await posted(request)
        try:
            form.read(ErasePersonal)
            await own.erase(found)
        except Refusal as refusal:
            return await page(request, found, form.refused(refusal), status_of(refusal))
        return redirect(f"/orders/{found.reference}/personal")

    @router.get(ADDRESS)
    @under(BEARER_OF_A_SECRET)
    @under(BEARER_OF_A_SECRET)
    async def of_phone(request: Request) -> Response:
        return await whole(request, Form.blank())

    @router.get(f"{ADDRESS}/copy")
    @under(BEARER_OF_A_SECRET)
    @under(BEARER_OF_A_SECRET)
    async def copy_of_phone(request: Request) -> Response:
        return _download((await own.of_phone(request.cookies.get(COOKIE))).model_dump_json(indent=2))

    @router.post(f"{ADDRESS}/erase")
    @under(BEARER_OF_A_SECRET)
    @under(BEARER_OF_A_SECRET)
    async def erase_phone(request: Request) -> Response:
        form = await posted(request)
        try:
            form.read(ErasePersonal)
            await own.erase_phone(request.cookies.get(COOKIE))
        except Refusal as refusal:
            return await whole(request, form.refused(refusal), status_of(refusal))
        return redirect(ADDRESS)

    return router


def remember_phone(answer: Response, token: str, *, seconds: int, secure: bool) -> None:
    """Let a browser whose code was right open these pages for a while."""
    answer.set_cookie(COOKIE, token, max_age=seconds, path=ADDRESS, secure=secure, httponly=True, samesite="lax")


def _download(text: str) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="paidan-personal.json"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/json", headers=headers)
