"""The resident gives more time, or not."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends

from services.intake.access import Doors
from services.intake.commands import AnswerExtension
from services.intake.queries import OrderFound
from services.intake.queries.views import OrderView
from services.intake.use_cases.granting import Grant, answer_extensions


def extension_routes(router: APIRouter, doors: Doors) -> None:
    """The answer to ``extension_asked`` of an order."""
    seen: Any = Depends(doors.order_seen)  # a default: annotations of routes see no names of this function

    @router.post("/orders/{reference}/extension/{extension_id}")
    async def answer_extension(extension_id: str, body: AnswerExtension, found: OrderFound = seen) -> OrderView:
        """Whether it may take longer. 409 when nobody waits for the answer any more."""
        grant = Grant(found.order_id, extension_id, body.accept)
        await doors.use_cases.writer.do(answer_extensions, grant)
        return await doors.view_for(found)
