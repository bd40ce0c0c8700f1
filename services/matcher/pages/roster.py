"""The roster comes in by a page: sent, looked at with what is wrong with it row by row, and imported only then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from markupsafe import Markup

from services.matcher.access import Doors
from services.matcher.pages.roster_work import Course, RosterWork, topic_of
from services.matcher.use_cases.drafting import KeepDraft, PutAside
from shared.community.roster_columns import COLUMNS, REQUIRED, title_of
from shared.community.roster_faults import RosterFault, RosterRule
from shared.contracts.refusal import FieldError, NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.callers import find_caller
from shared.web.errors import status_of
from shared.web.forms import Form, FormInvalid, posted
from shared.web.i18n import Language, current_reader, gettext
from shared.web.live import EventSourceResponse, ServerSentEvent, follow, mark_of
from shared.web.templating import Pages, redirect

FILE = "file"
SHOWN = 200
"""So many faults are shown; whoever has more mends those first."""
PAUSE_SECONDS = 1.0
"""Between two words on how far it has come: a screen reader says each."""
SUFFIXES = (".csv", ".xlsx")


class RosterPages:
    """Shows the coordinator of the county the way of the files they sent."""

    def __init__(self, doors: Doors, pages: Pages, work: RosterWork) -> None:
        self._doors = doors
        self._pages = pages
        self.work = work

    def blank(self, request: Request, form: Form, status: int = 200) -> Response:
        """The form that takes a file."""
        columns = [(code, title_of(code), gettext("Yes") if code in REQUIRED else "") for code in COLUMNS]
        return self._pages.render(request, "roster.html", status=status, form=form, columns=columns)

    async def keep(self, form: Form, caller: Caller) -> str:
        """Keep what was sent, without a look into it; its id. Raises ``FormInvalid`` for no file of a known kind."""
        sent = form.files.get(FILE)
        content, name = (await sent.read(), sent.filename or "") if sent else (b"", "")
        for file in form.files.values():
            await file.close()
        suffix = PurePath(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise FormInvalid(errors=[FieldError(f"/{FILE}", RosterRule.UNKNOWN_FORMAT.value)])
        self._doors.admission.check()
        command = KeepDraft(caller.subject, suffix, content)
        return str(await self._doors.do(self._doors.use_cases.drafting.keep_drafts, command))

    async def page(self, request: Request, caller: Caller, draft_id: str) -> Response:
        """One file. Raises ``NotFound`` for another's."""
        course = await self.work.course(draft_id, caller.subject)
        fragment = self.fragment(course)
        return self._pages.render(
            request, "roster_draft.html", course=course, fragment=fragment, mark=mark_of(fragment)
        )

    def fragment(self, course: Course) -> Markup:
        """How far a file is, what is wrong with it, what it would do."""
        faults = [(_row(one), _column(one), gettext(one.rule.value)) for one in course.faults[:SHOWN]]
        rows = len({(one.sheet, one.row) for one in course.faults})
        return self._pages.fragment("roster_course.html", course=course, faults=faults, faulty_rows=rows, most=SHOWN)


def roster_pages(rosters: RosterPages, doors: Doors) -> APIRouter:
    """``/roster`` and ``/roster/{draft_id}``, for the coordinator of the county."""
    router = APIRouter()
    county: Any = Depends(doors.access.county)

    @router.get("/roster")
    async def blank(request: Request, _caller: Caller = county) -> Response:
        return rosters.blank(request, Form.blank())

    @router.post("/roster")
    async def send(request: Request, caller: Caller = county) -> Response:
        form = await posted(request)
        try:
            draft_id = await rosters.keep(form, caller)
        except Refusal as refusal:
            return rosters.blank(request, form.refused(refusal), status_of(refusal))
        return redirect(f"/roster/{draft_id}")

    @router.get("/roster/{draft_id}")
    async def one(request: Request, draft_id: str, caller: Caller = county) -> Response:
        return await rosters.page(request, caller, draft_id)

    @router.get("/roster/{draft_id}/live", response_class=EventSourceResponse)
    async def live(
        request: Request, draft_id: str, caller: Caller = county, after: str = ""
    ) -> AsyncIterator[ServerSentEvent]:
        async def read(last: str) -> list[ServerSentEvent]:
            if await find_caller(request) is None:
                return []
            try:
                text = rosters.fragment(await rosters.work.course(draft_id, caller.subject))
            except NotFound:
                return []
            mark = mark_of(text)
            return [] if mark == (last or after) else [ServerSentEvent(raw_data=text, id=mark)]

        async for event in follow(request, topic_of(draft_id), read, at_most_every=PAUSE_SECONDS):
            yield event

    @router.post("/roster/{draft_id}/confirm")
    async def confirm(draft_id: str, caller: Caller = county) -> Response:
        await rosters.work.confirm(draft_id, caller.subject)
        return redirect(f"/roster/{draft_id}")

    @router.post("/roster/{draft_id}/put-aside")
    async def put_aside(draft_id: str, caller: Caller = county) -> Response:
        await doors.do(doors.use_cases.drafting.put_aside, PutAside(draft_id, caller.subject))
        return redirect("/roster")

    return router


def _row(fault: RosterFault) -> str:
    """Which row of the spreadsheet; nothing for a fault of the whole file."""
    return gettext("Row %(number)s") % {"number": fault.row} if fault.row else ""


def _column(fault: RosterFault) -> str:
    """The column as the reader's spreadsheet calls it."""
    chinese = current_reader().language is Language.ZH
    name = title_of(fault.column) if chinese else fault.column
    return f"{fault.sheet}: {name}" if fault.sheet else name
