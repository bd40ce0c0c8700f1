"""From one service's pages to another's without signing in again: a form that posts a signed handover."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from shared.contracts.audit import What
from shared.contracts.refusal import NotFound, Unauthenticated
from shared.contracts.words import Role
from shared.identity.handing_over import Handovers
from shared.identity.signing_in import Sessions
from shared.identity.tokens import Caller
from shared.web.callers import Callers
from shared.web.forms import posted
from shared.web.own_paths import own_path
from shared.web.rules import BEARER_OF_A_SECRET, under
from shared.web.templating import Pages, redirect

HANDOVER = "/handover"
"""Where a service takes handovers."""


class LeadingOn:
    """Shows the page that leads a caller on to another service. ``address``: where people reach that service, empty
    when nobody told; ``seconds``: how long a handover is valid (wall time).
    """

    def __init__(self, pages: Pages, handovers: Handovers, address: str, seconds: int) -> None:
        self._pages = pages
        self._handovers = handovers
        self._address = address
        self._seconds = seconds

    def page(self, request: Request, caller: Caller, path: str, title: str, button: str) -> Response:
        """A button to ``path`` of the other service; ``title`` and ``button`` in the reader's language.

        Raises ``NotFound`` when nobody told where the other service is.
        """
        if not self._address:
            raise NotFound
        token = self._handovers.sign(caller, path, timedelta(seconds=self._seconds))
        action = self._address + HANDOVER
        answer = self._pages.render(
            request,
            "web/handover.html",
            action=action,
            token=token,
            title=title,
            button=button,
            from_desk=caller.role is Role.COORDINATOR,
        )
        answer.headers["Refresh"] = str(max(self._seconds * 3 // 4, 1))  # so that the button goes on working
        # with "same-origin" a browser posts to another origin as nobody ("Origin: null")
        answer.headers["Referrer-Policy"] = "strict-origin"
        return answer


class LettingIn:
    """Takes handovers to one service and opens sessions. Only ``roles`` are let in."""

    def __init__(
        self,
        handovers: Handovers,
        sessions: Sessions,
        callers: Callers,
        *roles: Role,
    ) -> None:
        self._handovers = handovers
        self._sessions = sessions
        self._callers = callers
        self._roles = roles

    async def enter(self, token: str) -> Response:
        """On to where the handover leads. Raises ``Unauthenticated``, without saying why."""
        handover = self._handovers.read(token)
        if handover.caller.role not in self._roles:
            raise Unauthenticated
        answer = redirect(own_path(handover.path))
        self._callers.remember(answer, await self._sessions.accept(handover, What.HANDED_OVER))
        return answer


def handover_routes(door: LettingIn) -> APIRouter:
    """``POST /handover``."""
    router = APIRouter(include_in_schema=False)

    @router.post(HANDOVER)
    @under(BEARER_OF_A_SECRET)
    async def hand_over(request: Request) -> Response:
        return await door.enter((await posted(request)).value("token"))

    return router
