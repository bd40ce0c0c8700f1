"""Before ordering: what may be meant and who has the same matter; joining them; the answer of the other side."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response

from services.intake.access import Doors
from services.intake.access.concerned import give_consent, join_order
from services.intake.commands.concerning import Answer, JoinOrder, Suggest
from services.intake.queries import OrderFound
from services.intake.queries.suggestions import SuggestionsView
from services.intake.queries.views import OrderView, PlacedView
from shared.web.i18n import current_reader
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under


def concerning_routes(router: APIRouter, doors: Doors) -> None:
    """Suggestions, joining and consent."""
    concerned: Any = Depends(doors.order_concerned)

    @router.post("/suggestions")
    @under(ANYBODY)
    async def suggestions(body: Suggest) -> SuggestionsView:
        """Up to three services the words may mean, `chosen` only where one is clear. With an `area`, open orders near
        by in public space that may be the same matter; whose they are and what was said is told to nobody."""
        return await doors.suggestions.to(body, current_reader().language, doors.clock.now())

    @router.post("/orders/join", status_code=201)
    @under(BEARER_OF_A_SECRET)
    async def join(body: JoinOrder, response: Response) -> PlacedView:
        """Join a similar order: told what its resident is told, with a tracking token and a verdict of one's own. The
        same phone joins once. 409 when the order has ended or the join token has run out."""
        joined = await join_order(doors, body)
        response.headers["Location"] = f"/api/orders/{joined.reference}"
        return joined

    @router.post("/orders/{reference}/consent")
    async def consent(body: Answer, found: OrderFound = concerned) -> OrderView:
        """The other side of a mediation agrees to it or not, and says when it suits them."""
        return await give_consent(doors, found, body)
