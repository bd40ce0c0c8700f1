"""A volunteer's own card, and what they decide about themselves."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.commands import Register, SetAbsences, SetAvailability, SetDuty
from services.matcher.commands.departing import CorrectMe, EraseMe, FallIll, Leave
from services.matcher.queries.roster_views import MeView
from services.matcher.use_cases.availing import Own
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.web.callers import VolunteerCaller


def me_routes(router: APIRouter, doors: Doors) -> None:
    """What the roster knows of the caller."""
    departing = doors.use_cases.departing
    availing, roster = doors.use_cases.availing, doors.queries.roster

    @router.get("/me", tags=["volunteers"])
    async def me(caller: VolunteerCaller) -> MeView:
        """My own card."""
        return await roster.me(caller.subject)

    @router.put("/me/availability", tags=["volunteers"])
    async def availability(caller: VolunteerCaller, body: SetAvailability) -> MeView:
        """When I have time and how much I take on; what is not said stays as it is."""
        await doors.do(availing.set_availability, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.put("/me/duty", tags=["volunteers"])
    async def duty(caller: VolunteerCaller, body: SetDuty) -> MeView:
        """On duty: wins over my hours until I turn it off."""
        await doors.do(availing.set_duty, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.put("/me/absences", tags=["volunteers"])
    async def absences(caller: VolunteerCaller, body: SetAbsences) -> MeView:
        """When I am away; the list replaces the one before."""
        await doors.do(availing.set_absences, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.post("/me/unwell", tags=["volunteers"])
    async def unwell(caller: VolunteerCaller, body: FallIll) -> MeView:
        """I am ill until then: what lies in that time goes to others, and nothing is held against me."""
        await doors.do(departing.fall_ill, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.post("/me/leave", tags=["volunteers"])
    async def leave(caller: VolunteerCaller, body: Leave) -> MeView:
        """I leave; no reason asked. What I have goes to others, my posts are free. 409 when I have left already."""
        await doors.do(departing.leave, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.get("/me/personal", tags=["volunteers"])
    async def personal(caller: VolunteerCaller) -> MeView:
        """Everything that is kept of me, to read and to take along."""
        await doors.audit.note(Deed(who_of(caller), What.VIEWED, "", caller.subject))
        return await roster.me(caller.subject)

    @router.post("/me/personal", tags=["volunteers"])
    async def correct(caller: VolunteerCaller, body: CorrectMe) -> MeView:
        """Put my name right. 404 once I am erased."""
        await doors.do(doors.use_cases.forgetting.correct, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.post("/me/erase", tags=["volunteers"])
    async def erase(caller: VolunteerCaller, body: EraseMe) -> MeView:
        """Erase me: name, phone, unit, home, hours. That somebody served stays. 409 until I have left."""
        await doors.do(doors.use_cases.forgetting.erase, Own(caller.subject, body))
        return await roster.me(caller.subject)

    @router.put("/me/registration", tags=["volunteers"])
    async def registration(caller: VolunteerCaller, body: Register) -> MeView:
        """Where I am registered: at home and with my unit."""
        await doors.do(availing.register, Own(caller.subject, body))
        return await roster.me(caller.subject)
