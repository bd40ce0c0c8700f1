"""The review: a face first, then stars and words for whoever has some. "Not fixed" is one tap."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.concerned import review as review_order
from services.intake.commands import ReviewOrder
from services.intake.policies.concerned import Right
from services.intake.queries import OrderFound
from shared.contracts.refusal import Refusal
from shared.contracts.words import Outcome
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext, msgid
from shared.web.templating import Pages, redirect

_RATINGS = (
    ("5", msgid("5: very good")),
    ("4", msgid("4: good")),
    ("3", msgid("3: fair")),
    ("2", msgid("2: poor")),
    ("1", msgid("1: very poor")),
)

Face = Annotated[Outcome, Query()]


def ratings() -> list[Any]:
    """Every rating with its words, in the reader's language."""
    return [(value, gettext(text)) for value, text in _RATINGS]


def reviewing_routes(doors: Doors, pages: Pages) -> APIRouter:
    """``/orders/{reference}/review``."""
    router = APIRouter(prefix="/orders/{reference}")
    seen: Any = Depends(doors.order_concerned)  # a default: annotations of routes see no names of this function

    def page(request: Request, found: OrderFound, form: Form, status: int = 200) -> Response:
        doors.access.may(Right.REVIEW, found)
        context = {"form": form, "ratings": ratings(), "reference": found.reference, "owner": found.part is None}
        return pages.render(request, "review.html", status=status, **context)

    @router.get("/review")
    async def review_form(request: Request, found: OrderFound = seen, outcome: Face = Outcome.FIXED) -> Response:
        return page(request, found, Form.blank({"outcome": outcome.value}))

    @router.post("/review")
    async def review(request: Request, found: OrderFound = seen) -> Response:
        form = await posted(request)
        try:
            await review_order(doors, found, form.read(ReviewOrder))
        except Refusal as refusal:
            return page(request, found, form.refused(refusal), status_of(refusal))
        return redirect(f"/orders/{found.reference}")

    return router
