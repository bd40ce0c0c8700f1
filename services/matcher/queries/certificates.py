"""Certificates of hours: one's own, and whether a paper is ours."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Certificate, Volunteer
from services.matcher.models.personal import Personal
from services.matcher.policies.certificates import CertificateCodes, Statement
from services.matcher.queries.card_views import CertificateView, ServiceHoursView
from services.matcher.queries.looking import Looking
from shared.community.definition import Community
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class CertificateQueries(Looking):
    """Reads certificates; codes are made by ``codes``, and in no row."""

    def __init__(self, database: Database, rules: Community, vault: Vault, codes: CertificateCodes) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault
        self._codes = codes

    async def mine(self, volunteer_id: str) -> list[CertificateView]:
        """What was issued to somebody, the newest first."""
        rows = select(Certificate).where(col(Certificate.volunteer_id) == volunteer_id)
        async with self._looking() as session:
            volunteer = await session.get(Volunteer, volunteer_id)
            issued = (await session.scalars(rows.order_by(col(Certificate.certificate_id).desc()))).all()
        if volunteer is None:
            raise NotFound
        name = Personal.opened(self._vault, volunteer_id, volunteer.sealed).name
        return [self._view(one, self._codes.of(name, said(one))) for one in issued]

    async def one(self, certificate_id: str, volunteer_id: str) -> CertificateView:
        """One of somebody's own. Raises ``NotFound``."""
        for view in await self.mine(volunteer_id):
            if view.certificate_id == certificate_id:
                return view
        raise NotFound

    async def checked(self, number: str, name: str, code: str) -> CertificateView:
        """What was issued under a number to somebody of that name. Raises ``NotFound`` unless the code fits: for a
        number nobody has, another name and a wrong code alike.
        """
        rows = select(Certificate).where(col(Certificate.number) == number.strip().upper())
        async with self._looking() as session:
            issued = (await session.scalars(rows)).first()
        if issued is None or not self._codes.fits(code, name, said(issued)):
            raise NotFound
        return self._view(issued, self._codes.of(name, said(issued)))

    def _view(self, issued: Certificate, code: str) -> CertificateView:
        statement = said(issued)
        return CertificateView(
            certificate_id=issued.certificate_id,
            number=issued.number,
            code=code,
            first_day=issued.first_day,
            last_day=issued.last_day,
            times=statement.times,
            minutes=statement.minutes,
            services=[
                ServiceHoursView(
                    service=one.service,
                    service_name=known.name if (known := self._rules.services_by_code.get(one.service)) else None,
                    times=one.times,
                    minutes=one.minutes,
                )
                for one in statement.services
            ],
            issued_on=issued.issued_on,
        )


def said(issued: Certificate) -> Statement:
    """What a certificate says, as its code is made of it."""
    return Statement(issued.number, issued.first_day, issued.last_day, issued.services, issued.issued_on)
