"""Certificates of hours: issued by one press, printed, and known again by anybody who has the paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from services.matcher.access import Doors
from services.matcher.commands import Command
from services.matcher.commands.own import IssueCertificate
from services.matcher.commands.words import Words
from services.matcher.queries.card_views import CertificateView
from services.matcher.use_cases.availing import Own
from shared.contracts.refusal import NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import msgid
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.templating import Pages, redirect

UNKNOWN = msgid("No certificate was issued like this. Please compare every letter.")


class AYear(Command):
    """A year by one press."""

    year: Literal["this", "last"]

    def period(self, today: date) -> IssueCertificate:
        """The days it stands for."""
        if self.year == "last":
            return IssueCertificate(first_day=date(today.year - 1, 1, 1), last_day=date(today.year - 1, 12, 31))
        return IssueCertificate(first_day=date(today.year, 1, 1), last_day=today)


class CheckCertificate(Command):
    """What is read off a paper."""

    number: Annotated[Words, Field(max_length=40)]
    name: Annotated[Words, Field(max_length=100)]
    code: Annotated[Words, Field(max_length=40)]


class Certificates:
    """Shows volunteers what was issued to them, and anybody whether a paper is ours."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    @property
    def today(self) -> date:
        """The local day."""
        return self._doors.rules.local_time.day(self._doors.clock.now())

    async def mine(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """What was issued, and a form for another; ``form`` carries what was refused a moment ago."""
        begun = {"first_day": (date(self.today.year, 1, 1).isoformat(),), "last_day": (self.today.isoformat(),)}
        form = form or Form()
        return self._pages.render(
            request,
            "certificates.html",
            status=status,
            issued=await self._doors.queries.certificates.mine(caller.subject),
            form=replace(form, values={**begun, **form.values}),
            this_year=self.today.year,
        )

    async def paper(self, request: Request, caller: Caller, certificate_id: str) -> Response:
        """One to print. Raises ``NotFound`` for another's."""
        certificate = await self._doors.queries.certificates.one(certificate_id, caller.subject)
        me = await self._doors.queries.roster.me(caller.subject)
        checked_at = f"{str(request.base_url).rstrip('/')}/certificates/check?number={certificate.number}"
        return self._pages.render(
            request,
            "certificate.html",
            certificate=certificate,
            me=me,
            checked_at=checked_at,
            issuer=self._doors.rules.areas.root.name,
        )

    async def check(
        self, request: Request, form: Form, found: CertificateView | None = None, status: int = 200
    ) -> Response:
        """The public page; ``found`` once the paper is known to be ours."""
        return self._pages.render(request, "certificate_check.html", status=status, form=form, found=found)


def certificate_pages(certificates: Certificates, doors: Doors) -> APIRouter:
    """``/card/certificates`` and ``/certificates/check``."""
    router = APIRouter()
    _own_routes(router, certificates, doors)

    @router.get("/certificates/check")
    @under(ANYBODY)
    async def ask(request: Request, number: str = "") -> Response:
        return await certificates.check(request, Form.blank({"number": number[:40]}))

    @router.post("/certificates/check")
    @under(BEARER_OF_A_SECRET)
    async def check(request: Request) -> Response:
        form = await posted(request)
        try:
            wish = form.read(CheckCertificate)
            found = await doors.queries.certificates.checked(wish.number, wish.name, wish.code)
        except NotFound as refusal:
            form = form.refused(NotFound(UNKNOWN))
            return await certificates.check(request, form, status=status_of(refusal))
        except Refusal as refusal:
            return await certificates.check(request, form.refused(refusal), status=status_of(refusal))
        return await certificates.check(request, form, found)

    return router


def _own_routes(router: APIRouter, certificates: Certificates, doors: Doors) -> None:
    @router.get("/card/certificates")
    async def mine(request: Request, caller: VolunteerCaller) -> Response:
        return await certificates.mine(request, caller)

    @router.post("/card/certificates")
    async def issue(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            by_year = bool(form.value("year"))
            wish = form.read(AYear).period(certificates.today) if by_year else form.read(IssueCertificate)
            certificate_id = await doors.do(doors.use_cases.certifying.issue, Own(caller.subject, wish))
        except Refusal as refusal:
            return await certificates.mine(request, caller, form.refused(refusal), status_of(refusal))
        return redirect(f"/card/certificates/{certificate_id}")

    @router.get("/card/certificates/{certificate_id}")
    async def paper(request: Request, certificate_id: str, caller: VolunteerCaller) -> Response:
        return await certificates.paper(request, caller, certificate_id)
