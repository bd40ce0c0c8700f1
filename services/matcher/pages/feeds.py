"""The address of a volunteer's calendar: made, shown, taken back; and the file that programs fetch there."""

from __future__ import annotations

from hashlib import sha256

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import FEED, Doors
from services.matcher.commands.own import MakeFeed, TakeBackFeed
from services.matcher.pages.calendar_file import calendar_file
from services.matcher.use_cases.availing import Own
from shared.contracts.refusal import NotFound, Unauthenticated
from shared.web.callers import VolunteerCaller
from shared.web.i18n import Language, Readers, current_reader, read_by
from shared.web.rules import BEARER_OF_A_SECRET, under
from shared.web.templating import Pages, redirect


def feed_pages(doors: Doors, pages: Pages, readers: Readers) -> APIRouter:
    """``/card/calendar``, and what is at the address."""
    router, presenting = APIRouter(), doors.use_cases.presenting

    @router.get("/card/calendar")
    async def page(request: Request, caller: VolunteerCaller) -> Response:
        me = await doors.queries.roster.me(caller.subject)
        made = await doors.calendar(caller, str(request.base_url))
        webcal = f"webcal://{made.address.partition('://')[2]}" if made else ""
        return pages.render(request, "calendar.html", me=me, made=made, webcal=webcal)

    @router.post("/card/calendar")
    async def make(caller: VolunteerCaller) -> Response:
        wish = MakeFeed(language=current_reader().language.value)
        await doors.do(presenting.make_feed, Own(caller.subject, wish))
        return redirect("/card/calendar")

    @router.post("/card/calendar/end")
    async def end(caller: VolunteerCaller) -> Response:
        await doors.do(presenting.take_back_feed, Own(caller.subject, TakeBackFeed()))
        return redirect("/card/calendar")

    @router.get(FEED)
    @under(BEARER_OF_A_SECRET)
    async def feed(request: Request, token: str) -> Response:
        try:
            feed_id = doors.feeds.id_of(token)
        except Unauthenticated as error:  # a program has nobody who could sign in
            raise NotFound from error
        now = doors.clock.now()
        schedule = await doors.queries.feeds.schedule(feed_id, now)
        read_by(readers.of(Language(schedule.language)))
        content = calendar_file(schedule, doors.rules.areas, doors.rules.local_time, now)
        tag = f'"{sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)

    return router
