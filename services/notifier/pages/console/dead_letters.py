"""What could not be heard: the list by state, one letter with what may be done about it, many at once.

Nothing happens from the list: its buttons lead to a page that says what will happen, and asks. What is done is done by
notifier, asked by whoever decides; each page shows the command that would do the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.notifier.access.console import ConsoleDoors
from services.notifier.commands import Discard
from services.notifier.pages.console.window import Window
from services.notifier.policies.letters import LetterState
from services.notifier.queries.dead_letters import LetterFilter
from services.notifier.queries.views import ReplayedView
from shared.contracts.refusal import Refusal
from shared.web.callers import OpsCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.paging import After
from shared.web.templating import redirect

ROWS = 20
LETTERS = "/api/dead-letters"
"""Where notifier has what is done about them."""
Name = Annotated[str, Query(max_length=200)]


def chosen(
    state: LetterState | None = LetterState.DEAD, all_states: Annotated[bool, Query(alias="all")] = False
) -> str:
    """Dependency: letters of which state are shown, those that wait unless others are asked for; empty is all."""
    return "" if all_states or state is None else state.value


def many(service: Name = "", durable: Name = "", reason: Name = "") -> LetterFilter:
    """Dependency: which letters are to be heard at once."""
    return LetterFilter("", service, durable, reason)


State = Annotated[str, Depends(chosen)]
Many = Annotated[LetterFilter, Depends(many)]


def dead_letter_routes(doors: ConsoleDoors, window: Window) -> APIRouter:
    """``/dead-letters``, ``/dead-letters/replay`` and ``/dead-letters/{dead_letter_id}``."""
    router = APIRouter(prefix="/dead-letters")

    async def shown(request: Request, dead_letter_id: str, form: Form, status: int = 200) -> Response:
        letter = await doors.dead_letters.one(dead_letter_id)
        return await window.show(request, "dead_letter.html", letter=letter, form=form, status=status)

    async def asked(request: Request, only: LetterFilter, status: int = 200, **more: Any) -> Response:
        waiting = sum(one.letters for one in await doors.dead_letters.causes() if _is_meant(one.model_dump(), only))
        context = {"only": only, "waiting": waiting, "told": None, "form": Form.blank(), **more}
        return await window.show(request, "replay_letters.html", status=status, **context)

    @router.get("")
    async def dead_letters(request: Request, _ops: OpsCaller, state: State, cursor: After = None) -> Response:
        page = await doors.dead_letters.page(LetterFilter(state), cursor, ROWS)
        causes = await doors.dead_letters.causes() if state == LetterState.DEAD and cursor is None else []
        context: dict[str, Any] = {"letters": page.items, "following": page.next, "state": state, "causes": causes}
        return await window.show(request, "dead_letters.html", **context)

    @router.get("/replay")
    async def replay_many(request: Request, _ops: OpsCaller, only: Many) -> Response:
        return await asked(request, only)

    @router.post("/replay")
    async def replayed_many(request: Request, _ops: OpsCaller) -> Response:
        form = await posted(request)
        only = LetterFilter("", *(form.value(name)[:200] for name in ("service", "durable", "reason")))
        try:
            told = await doors.notifier.post(
                request, f"{LETTERS}/replay", {**_named(only), "cursor": form.value("cursor") or None}
            )
        except Refusal as refusal:
            return await asked(request, only, status_of(refusal), form=form.refused(refusal))
        return await asked(request, only, told=ReplayedView.model_validate(told))

    @router.get("/{dead_letter_id}")
    async def letter(request: Request, _ops: OpsCaller, dead_letter_id: str) -> Response:
        return await shown(request, dead_letter_id, Form.blank())

    @router.post("/{dead_letter_id}/replay")
    async def replay(request: Request, _ops: OpsCaller, dead_letter_id: str) -> Response:
        try:
            await doors.notifier.post(request, f"{LETTERS}/{quote(dead_letter_id, safe='')}/replay")
        except Refusal as refusal:
            return await shown(request, dead_letter_id, Form.blank().refused(refusal), status_of(refusal))
        return redirect(request.url.path.removesuffix("/replay"))

    @router.post("/{dead_letter_id}/discard")
    async def discard(request: Request, _ops: OpsCaller, dead_letter_id: str) -> Response:
        form = await posted(request)
        try:
            wanted = form.read(Discard).model_dump(mode="json")
            await doors.notifier.post(request, f"{LETTERS}/{quote(dead_letter_id, safe='')}/discard", wanted)
        except Refusal as refusal:
            return await shown(request, dead_letter_id, form.refused(refusal), status_of(refusal))
        return redirect(request.url.path.removesuffix("/discard"))

    return router


def _named(only: LetterFilter) -> dict[str, str]:
    return {"service": only.service, "durable": only.durable, "reason": only.reason}


def _is_meant(cause: Mapping[str, Any], only: LetterFilter) -> bool:
    named = all(getattr(only, name) in ("", cause[name]) for name in ("service", "durable"))
    return named and only.reason in ("", cause["reason"], cause["reason"].partition(":")[0])
