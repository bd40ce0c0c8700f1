"""A volunteer's open offers, and the answers to them."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.commands import AcceptOffer, DeclineOffer
from services.matcher.queries.views import AcceptedView, OfferView
from services.matcher.use_cases.answering import Accept, Decline
from shared.contracts.words import OrderState
from shared.web.callers import VolunteerCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of, place_of


def offer_routes(router: APIRouter, doors: Doors) -> None:
    """Look at offers, say yes, say no."""
    answering = doors.use_cases.answering

    @router.get("/offers", tags=["volunteers"])
    async def offers(caller: VolunteerCaller, limit: Limit = 50, cursor: After = None) -> Page[OfferView]:
        """My open offers."""
        after = str(place_of(cursor, str)[0]) if cursor else ""
        rows = await doors.queries.offers(caller.subject, doors.clock.now(), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.offer_id,))

    @router.post("/offers/{offer_id}/accept", tags=["volunteers"])
    async def accept(offer_id: str, caller: VolunteerCaller, _body: AcceptOffer | None = None) -> AcceptedView:
        """Say yes. 409 when the offer is gone, expired, or does not fit with what I have."""
        assignment_id = await doors.do(answering.accept_offers, Accept(offer_id, caller.subject))
        return AcceptedView(state=OrderState.ASSIGNED.value, assignment_id=assignment_id)

    @router.post("/offers/{offer_id}/decline", tags=["volunteers"])
    async def decline(offer_id: str, caller: VolunteerCaller, body: DeclineOffer | None = None) -> dict[str, str]:
        """Say no; nobody but the pairing learns of it."""
        wish = body or DeclineOffer()
        await doors.do(answering.decline_offers, Decline(offer_id, caller.subject, wish))
        return {"state": "declined"}
