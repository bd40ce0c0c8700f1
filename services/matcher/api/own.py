"""What volunteers make of their own: a public card, an address of their calendar, certificates of their hours."""

from __future__ import annotations

from fastapi import APIRouter, Request

from services.matcher.access import Doors
from services.matcher.commands.own import IssueCertificate, MakeFeed, ShowCard, TakeBackCard, TakeBackFeed
from services.matcher.queries.card_views import CalendarView, CertificateView
from services.matcher.queries.roster_views import MeView
from services.matcher.use_cases.availing import Own
from shared.contracts.refusal import NotFound
from shared.web.callers import VolunteerCaller


def own_routes(router: APIRouter, doors: Doors) -> None:
    """Each is made and taken back by the volunteer alone."""
    presenting, roster = doors.use_cases.presenting, doors.queries.roster

    @router.put("/me/card", tags=["volunteers"])
    async def show(caller: VolunteerCaller, body: ShowCard) -> MeView:
        """Show a public card to the residents of my community, or change it. 409 where my employer is hidden."""
        await doors.do(presenting.show_card, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.delete("/me/card", tags=["volunteers"])
    async def take_back(caller: VolunteerCaller) -> MeView:
        """Nobody sees the card any more, and its address is none. 404 where none was shown."""
        await doors.do(presenting.take_back_card, Own(caller.subject, TakeBackCard()))
        return await roster.me(caller.subject)

    @router.put("/me/calendar", tags=["volunteers"])
    async def make_address(request: Request, caller: VolunteerCaller, body: MakeFeed) -> CalendarView:
        """A new address for calendar programs; the one before ends."""
        await doors.do(presenting.make_feed, Own(caller.subject, body))
        made = await doors.calendar(caller, str(request.base_url))
        if made is None:  # taken back in another window at this moment
            raise NotFound
        return made

    @router.delete("/me/calendar", tags=["volunteers"])
    async def end_address(caller: VolunteerCaller) -> MeView:
        """The address opens nothing any more. 404 where there is none."""
        await doors.do(presenting.take_back_feed, Own(caller.subject, TakeBackFeed()))
        return await roster.me(caller.subject)

    @router.post("/me/certificates", tags=["volunteers"], status_code=201)
    async def issue(caller: VolunteerCaller, body: IssueCertificate) -> CertificateView:
        """A certificate of the hours I served in a time. 409 where there are none."""
        certificate_id = await doors.do(doors.use_cases.certifying.issue, Own(caller.subject, body))
        return await doors.queries.certificates.one(str(certificate_id), caller.subject)
