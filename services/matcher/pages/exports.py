"""Lists as files for a spreadsheet: no cell of them is taken for a formula, and nobody's name is in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.queries.roster_views import PostView
from services.matcher.queries.views import DeskRowView
from shared.community.roster_writing import csv_of
from shared.contracts.audit import Deed, What
from shared.contracts.words import OrderState
from shared.identity.acting import who_of
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller
from shared.web.i18n import current_reader, gettext, msgid
from shared.web.wording import WORDS, place_name

MOST = 5_000
ORDERS = (
    msgid("Order number"), msgid("Service"), msgid("Where"), msgid("How soon?"), msgid("Ordered"), msgid("By when"),
    msgid("Late"), msgid("In whose hands"), msgid("State"), msgid("What comes next"),
)  # fmt: skip
POSTS = (
    msgid("Number"), msgid("Post"), msgid("Where"), msgid("Places"), msgid("Held"), msgid("Waiting to be vetted"),
    msgid("Places left"),
)  # fmt: skip


def export_pages(doors: Doors) -> APIRouter:
    """``/exports/desk.csv`` and ``/exports/posts.csv``; the roster is ``/api/roster``. Who took one is recorded."""
    router = APIRouter()

    @router.get("/exports/desk.csv")
    async def desk(caller: CoordinatorCaller) -> Response:
        areas = await doors.access.areas_of(caller)
        rows = await doors.queries.desk(areas, doors.clock.now(), MOST)
        return await file(caller, "desk", ORDERS, [order(row) for row in rows])

    @router.get("/exports/posts.csv")
    async def posts(caller: CoordinatorCaller) -> Response:
        rows = await doors.queries.posts.for_coordinator(await doors.access.areas_of(caller), MOST)
        return await file(caller, "posts", POSTS, [post(row) for row in rows])

    async def file(caller: Caller, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Response:
        await doors.audit.note(Deed(who_of(caller), What.EXPORTED, field=name, reason="csv"))
        content = csv_of([gettext(title) for title in header], rows)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    def order(row: DeskRowView) -> list[str]:
        language = current_reader().language
        return [
            row.reference,
            row.service_name.told_in(language) if row.service_name else row.service,
            place_name(doors.rules.areas, row.area),
            WORDS["urgency_name"](row.urgency),
            local(row.placed_at),
            local(row.due_at),
            gettext("Yes") if row.overdue else "",
            f"{row.holder_title.told_in(language)} · {place_name(doors.rules.areas, row.holder_area)}",
            WORDS["state_name"](OrderState(row.state)),
            WORDS["next_step_name"](row.next_step),
        ]

    def post(row: PostView) -> list[str]:
        name = row.skill_name.told_in(current_reader().language) if row.skill_name else row.skill
        numbers = (row.headcount, row.held, row.waiting, row.left)
        return [row.post_id, name, place_name(doors.rules.areas, row.area), *(str(one) for one in numbers)]

    def local(at: datetime) -> str:
        return f"{doors.rules.local(at):%Y-%m-%d %H:%M}"

    return router
