"""A volunteer's open offers and the answers to them, the pool, and what a unit's secretary may name members for."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.commands import AcceptOffer, CounterOffer, DeclineOffer, NameMember, TakeLeg
from services.matcher.queries.views import AcceptedView, CallUpView, FreeMemberView, OfferView, PoolLegView
from services.matcher.use_cases.answering import Accept, Counter, Decline
from services.matcher.use_cases.calling_up import Look, Name
from services.matcher.use_cases.drawing import Taken
from services.matcher.use_cases.pooling import Take
from shared.web.callers import VolunteerCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of, place_of


def offer_routes(router: APIRouter, doors: Doors) -> None:
    """Look at offers, say yes, say no, propose another time."""
    answering = doors.use_cases.answering

    @router.get("/offers", tags=["volunteers"])
    async def offers(caller: VolunteerCaller, limit: Limit = 50, cursor: After = None) -> Page[OfferView]:
        """My open offers."""
        after = str(place_of(cursor, str)[0]) if cursor else ""
        rows = await doors.queries.offers(caller.subject, doors.clock.now(), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.offer_id,))

    @router.get("/offers/answered", tags=["volunteers"])
    async def answered(caller: VolunteerCaller) -> Page[OfferView]:
        """My yeses that wait for a draw, and those on standby."""
        return Page(items=await doors.queries.yeses(caller.subject), next=None)

    @router.post("/offers/{offer_id}/accept", tags=["volunteers"])
    async def accept(offer_id: str, caller: VolunteerCaller, _body: AcceptOffer | None = None) -> AcceptedView:
        """Say yes. 409 when the offer is gone, expired, or does not fit with what I have."""
        return _view(await doors.do(answering.accept_offers, Accept(offer_id, caller.subject)))

    @router.post("/offers/{offer_id}/counter", tags=["volunteers"])
    async def counter(offer_id: str, caller: VolunteerCaller, body: CounterOffer) -> AcceptedView:
        """Not now, but then. A time the order allows is a yes; any other (`countered`) is kept for who decides."""
        return _view(await doors.do(answering.counter_offers, Counter(offer_id, caller.subject, body)))

    @router.post("/offers/{offer_id}/decline", tags=["volunteers"])
    async def decline(offer_id: str, caller: VolunteerCaller, body: DeclineOffer | None = None) -> dict[str, str]:
        """Say no; nobody but the pairing learns of it."""
        wish = body or DeclineOffer()
        await doors.do(answering.decline_offers, Decline(offer_id, caller.subject, wish))
        return {"state": "declined"}


def pool_routes(router: APIRouter, doors: Doors) -> None:
    """See open legs, ask for one."""

    @router.get("/pool", tags=["volunteers"])
    async def pool(caller: VolunteerCaller, limit: Limit = 50) -> Page[PoolLegView]:
        """Open legs I may ask for, what is due first on top."""
        return Page(items=await doors.queries.pool.legs(caller.subject, doors.clock.now(), limit), next=None)

    @router.post("/pool/{leg_id}/take", tags=["volunteers"])
    async def take(leg_id: str, caller: VolunteerCaller, _body: TakeLeg | None = None) -> AcceptedView:
        """Ask for a leg. 409 when it is taken, not for me, or does not fit with what I have."""
        return _view(await doors.do(doors.use_cases.pooling.take_legs, Take(leg_id, caller.subject)))


def call_up_routes(router: APIRouter, doors: Doors) -> None:
    """What the secretary of a unit sees and does."""
    calling_up = doors.use_cases.calling_up

    @router.get("/call-ups", tags=["secretaries"])
    async def call_ups(caller: VolunteerCaller) -> Page[CallUpView]:
        """Legs I may name a member of my unit for."""
        return Page(items=await doors.queries.pool.call_ups(caller.subject, doors.clock.now()), next=None)

    @router.get("/call-ups/{call_up_id}/members", tags=["secretaries"])
    async def members(call_up_id: str, caller: VolunteerCaller) -> Page[FreeMemberView]:
        """Members who fit and are free; why somebody is not, nobody is told. 409 when the call-up is over."""
        names = await doors.do(calling_up.list_members, Look(call_up_id, caller.subject))
        return Page(items=await doors.queries.pool.names(names), next=None)

    @router.post("/call-ups/{call_up_id}/name", tags=["secretaries"])
    async def name(call_up_id: str, caller: VolunteerCaller, body: NameMember) -> dict[str, str]:
        """Name a member, who is asked and may refuse. 409 when the call-up is over or the member is not free."""
        return {"offer_id": await doors.do(calling_up.name_members, Name(call_up_id, caller.subject, body))}


def _view(taken: Taken) -> AcceptedView:
    return AcceptedView(state=taken.state, assignment_id=taken.assignment_id)
