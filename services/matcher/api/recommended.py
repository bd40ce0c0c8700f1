"""Whom a coordinator could give a leg to, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from services.matcher.access import Doors
from services.matcher.queries.recommended import RecommendedView
from shared.web.callers import CoordinatorCaller


class RecommendedPeople(BaseModel):
    """At most three, the best first."""

    items: list[RecommendedView]


def recommended_routes(router: APIRouter, doors: Doors) -> None:
    """The recommended three."""

    @router.get("/legs/{leg_id}/recommended", tags=["coordinators"])
    async def recommended(leg_id: str, caller: CoordinatorCaller) -> RecommendedPeople:
        """Up to three people who could serve the leg, with what speaks for them; nobody is asked by this, and nobody
        is left out for an answer they gave.
        """
        return RecommendedPeople(items=await doors.recommended(leg_id, caller))
