"""The resident answers on the order's page whether it may take longer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.commands import AnswerExtension
from services.intake.queries import OrderFound
from services.intake.use_cases.granting import Grant, answer_extensions
from shared.web.forms import posted
from shared.web.templating import redirect


def extension_pages(doors: Doors) -> APIRouter:
    """``POST /orders/{reference}/extension/{extension_id}``."""
    router = APIRouter()
    seen: Any = Depends(doors.order_seen)  # a default: annotations of routes see no names of this function

    @router.post("/orders/{reference}/extension/{extension_id}")
    async def answer_extension(request: Request, extension_id: str, found: OrderFound = seen) -> Response:
        answer = (await posted(request)).read(AnswerExtension)
        await doors.use_cases.writer.do(answer_extensions, Grant(found.order_id, extension_id, answer.accept))
        return redirect(f"/orders/{found.reference}")

    return router
