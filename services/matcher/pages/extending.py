"""A department asks for more time, signed in or by the link that opens one referral."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import REFERRED_TO, Doors
from services.matcher.commands import ExtendReferral
from services.matcher.pages.department import DepartmentDesk
from services.matcher.queries.referral_views import ReferralView
from services.matcher.use_cases.referring import Reply
from shared.contracts.refusal import Refusal
from shared.web.callers import MaybeCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.rules import under
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name


def extension_pages(desk: DepartmentDesk, doors: Doors, pages: Pages) -> APIRouter:
    """``/department/{referral_id}/extend``."""
    router = APIRouter(prefix="/department/{referral_id}")

    def shown(request: Request, referral: ReferralView, form: Form, status: int = 200) -> Response:
        return pages.render(request, "extend.html", status=status, referral=referral, form=form, place=place)

    def place(area: str) -> str:
        return place_name(doors.rules.areas, area)

    @router.get("/extend")
    @under(REFERRED_TO)
    async def ask(request: Request, referral_id: str, caller: MaybeCaller) -> Response:
        return shown(request, await desk.seen(request, caller, referral_id), Form.blank())

    @router.post("/extend")
    @under(REFERRED_TO)
    async def extend(request: Request, referral_id: str, caller: MaybeCaller) -> Response:
        referral = await desk.seen(request, caller, referral_id)
        form = await posted(request)
        try:
            wish = form.read(ExtendReferral, moments=("until",))
            await doors.do(doors.use_cases.extending.extend_referrals, Reply(referral_id, referral.department, wish))
        except Refusal as refusal:
            return shown(request, referral, form.refused(refusal), status_of(refusal))
        return redirect(f"/department/{referral_id}")

    return router
