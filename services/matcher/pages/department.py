"""A department's own desk, and the signed link that opens one referral to whoever has it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import REFERRED_TO, Doors, due_place
from services.matcher.commands import AdvanceErrand, ResolveLeg, ReturnReason, ReturnReferral
from services.matcher.policies.errands import step_after
from services.matcher.queries.referral_views import ReferralView
from services.matcher.use_cases.referring import Reply
from shared.contracts.refusal import NotFound, Refusal, Unauthenticated
from shared.contracts.words import ErrandStep, Role
from shared.web.callers import DepartmentCaller, MaybeCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext, msgid
from shared.web.paging import After, cursor_of
from shared.web.rules import BEARER_OF_A_SECRET, under
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

ROWS = 50

LINK_COOKIE = "paidan_matcher_referral"

REASONS = {
    ReturnReason.NOT_OURS: msgid("It is not ours to do"),
    ReturnReason.TOO_LITTLE_KNOWN: msgid("Too little is known"),
    ReturnReason.OTHERS_FIRST: msgid("Others have to act first"),
    ReturnReason.NO_MEANS: msgid("We do not have the means"),
    ReturnReason.OTHER: msgid("Another reason"),
}
"""The short list of why a department hands a referral back."""


ERRANDS = {
    ErrandStep.PAPERS_RECEIVED: msgid("We have received the papers"),
    ErrandStep.IN_PROGRESS: msgid("We are working on it"),
    ErrandStep.READY_TO_COLLECT: msgid("It is ready to collect"),
}
"""How far an errand has come, as the counter says it."""


class DepartmentDesk:
    """Shows departments what they hold. ``secure``: whether cookies go over TLS alone."""

    def __init__(self, doors: Doors, pages: Pages, *, secure: bool) -> None:
        self._doors = doors
        self._pages = pages
        self._secure = secure
        referring = doors.use_cases.referring
        self.verbs: dict[str, tuple[type[Any], Any]] = {
            "resolve": (ResolveLeg, referring.resolve_referrals),
            "advance": (AdvanceErrand, referring.advance_errands),
            "hand-back": (ReturnReferral, referring.return_referrals),
        }

    async def page(self, request: Request, department: str, cursor: str | None) -> Response:
        """What a department holds, what is due first on top."""
        now, after = self._doors.clock.now(), due_place(cursor) if cursor else None
        rows = await self._doors.queries.referrals.of_department(department, now, ROWS + 1, after)
        last = rows[ROWS - 1] if len(rows) > ROWS else None
        return self._pages.render(
            request,
            "department.html",
            rows=rows[:ROWS],
            department=self._doors.rules.departments_by_code.get(department),
            following=cursor_of((last.due_at.isoformat(), last.referral_id)) if last else None,
            errands=_errands(),
            place=self._place,
        )

    async def one(self, request: Request, referral: ReferralView, form: Form, status: int = 200) -> Response:
        """One referral, how far an errand has come, and the two answers to it; once it has ended, that it has."""
        errand = ErrandStep(referral.errand) if referral.errand else None
        following = step_after(errand) if referral.counter and not referral.in_person else None
        return self._pages.render(
            request,
            "referral.html",
            status=status,
            referral=referral,
            form=form,
            errands=_errands(),
            following=following,
            reasons=[(reason.value, gettext(text)) for reason, text in REASONS.items()],
            place=self._place,
        )

    async def open(self, token: str) -> Response:
        """Go on to the clean address of the referral a link opens, its secret in a cookie of that address alone.

        Raises ``NotFound`` for a link that is not ours or has expired, and once the referral has ended.
        """
        referral_id = self._opened_by(token)
        if referral_id is None:
            raise NotFound
        referral = await self._doors.queries.referrals.one(referral_id, self._doors.clock.now())
        if referral.ending is not None:
            raise NotFound
        answer = redirect(f"/department/{referral_id}")
        path = f"/department/{referral_id}"
        answer.set_cookie(LINK_COOKIE, token, path=path, secure=self._secure, httponly=True, samesite="lax")
        return answer

    async def seen(self, request: Request, caller: MaybeCaller, referral_id: str) -> ReferralView:
        """A referral the caller may see: their department's, or the one their link opens. Raises ``NotFound``, and
        ``Unauthenticated`` for a stranger without a link.
        """
        by_link = self._opened_by(request.cookies.get(LINK_COOKIE, "")) == referral_id
        if not by_link and caller is None:
            raise Unauthenticated
        referral = await self._doors.queries.referrals.one(referral_id, self._doors.clock.now())
        own = caller is not None and (caller.role, caller.subject) == (Role.DEPARTMENT, referral.department)
        if not by_link and not own:
            raise NotFound
        return referral

    def _opened_by(self, token: str) -> str | None:
        try:
            return self._doors.links.verify(token)
        except Unauthenticated:
            return None

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def _errands() -> dict[str, str]:
    return {step.value: gettext(text) for step, text in ERRANDS.items()}


def department_pages(desk: DepartmentDesk, doors: Doors) -> APIRouter:
    """``/department``, ``/department/{referral_id}`` with its forms, and ``/d/{token}``."""
    router = APIRouter()

    @router.get("/department")
    async def page(request: Request, caller: DepartmentCaller, cursor: After = None) -> Response:
        return await desk.page(request, caller.subject, cursor)

    @router.get("/d/{token}")
    @under(BEARER_OF_A_SECRET)
    async def follow_link(token: str) -> Response:
        return await desk.open(token)

    @router.get("/department/{referral_id}")
    @under(REFERRED_TO)
    async def one(request: Request, referral_id: str, caller: MaybeCaller) -> Response:
        return await desk.one(request, await desk.seen(request, caller, referral_id), Form.blank())

    @router.post("/department/{referral_id}/{verb}")
    @under(REFERRED_TO)
    async def answer(request: Request, referral_id: str, verb: str, caller: MaybeCaller) -> Response:
        if verb not in desk.verbs:
            raise NotFound
        referral = await desk.seen(request, caller, referral_id)
        form, (command, use_case) = await posted(request), desk.verbs[verb]
        try:
            await doors.do(use_case, Reply(referral_id, referral.department, form.read(command)))
        except Refusal as refusal:
            now = await desk.seen(request, caller, referral_id)
            return await desk.one(request, now, form.refused(refusal), status_of(refusal))
        return redirect(f"/department/{referral_id}")

    return router
