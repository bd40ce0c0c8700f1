"""Referrals as departments and coordinators see them, and what became of them in figures; never by person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select, tuple_
from sqlmodel import col

from services.matcher.models import Dispatch, Referral
from services.matcher.models.referrals import OPEN_REFERRALS
from services.matcher.policies.referring import ReferralEnding
from services.matcher.queries.looking import Looking
from services.matcher.queries.referral_views import ReferralFigureView, ReferralView
from shared.community.definition import Community
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class ReferralQueries(Looking):
    """Reads referrals. Raises ``NotFound`` and ``Unavailable``."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault

    async def of_department(
        self, department: str, now: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[ReferralView]:
        """What a department holds, what is due first on top; after ``(due_at, referral_id)``."""
        place = (col(Referral.due_at), col(Referral.referral_id))
        found = _referrals().where(OPEN_REFERRALS, col(Referral.department) == department)
        if after is not None:
            found = found.where(tuple_(*place) > after)
        return [self._view(row, now) for row in await self._all(found.order_by(*place).limit(limit))]

    async def of_areas(self, areas: Sequence[str], now: datetime, limit: int) -> list[ReferralView]:
        """What departments hold of these areas' desks, what is due first on top."""
        found = _referrals().where(OPEN_REFERRALS, col(Dispatch.desk_area).in_(areas))
        found = found.order_by(col(Referral.due_at), col(Referral.referral_id)).limit(limit)
        return [self._view(row, now) for row in await self._all(found)]

    async def one(self, referral_id: str, now: datetime, areas: Sequence[str] | None = None) -> ReferralView:
        """One referral, from a desk in ``areas`` if they are given. Raises ``NotFound``."""
        rows = await self._all(_referrals().where(col(Referral.referral_id) == referral_id))
        if not rows or (areas is not None and rows[0][1].desk_area not in areas):
            raise NotFound
        return self._view(rows[0], now)

    async def figures(self, areas: Sequence[str], since: datetime) -> list[ReferralFigureView]:
        """How often legs of these grids were referred, by department, service and community, and how it ended; of
        orders placed since then.
        """

        def ended(ending: ReferralEnding) -> object:
            return func.sum(case((col(Referral.ending) == ending.value, 1), else_=0))

        keys = (col(Referral.department), col(Dispatch.service), col(Dispatch.community))
        counts = (
            func.count(),
            func.count() - func.count(func.distinct(col(Referral.leg_id))),
            *(ended(one) for one in ReferralEnding),
        )
        found = (
            select(*keys, *counts)
            .join(Dispatch, col(Dispatch.order_id) == col(Referral.order_id))
            .where(col(Dispatch.grid).in_(areas), col(Dispatch.placed_at) >= since)
            .group_by(*keys)
            .order_by(*keys)
        )
        return [self._figure(*row) for row in await self._all(found)]

    def _figure(
        self, code: str, service: str, community: str | None, referred: int, again: int, *ended: int
    ) -> ReferralFigureView:
        endings = dict(zip(ReferralEnding, ended, strict=True))
        department, known = self._rules.departments_by_code.get(code), self._rules.services_by_code.get(service)
        area = self._rules.areas.get(community or "")
        return ReferralFigureView(
            department=code,
            department_name=department.name if department else None,
            service=service,
            service_name=known.name if known else None,
            area=community,
            area_name=area.name if area else None,
            referred=referred,
            again=again,
            resolved=endings[ReferralEnding.RESOLVED],
            handed_back=endings[ReferralEnding.HANDED_BACK],
            overdue=endings[ReferralEnding.OVERDUE],
        )

    def _view(self, row: Sequence[Any], now: datetime) -> ReferralView:
        referral, dispatch = row
        department = self._rules.departments_by_code.get(referral.department)
        service, area = self._rules.services_by_code.get(dispatch.service), self._rules.areas.get(dispatch.grid)
        return ReferralView(
            referral_id=referral.referral_id,
            order_id=referral.order_id,
            leg_id=referral.leg_id,
            reference=dispatch.reference,
            department=referral.department,
            department_name=department.name if department else None,
            service=dispatch.service,
            service_name=service.name if service else None,
            area=dispatch.grid,
            area_name=area.name if area else None,
            urgency=dispatch.urgency,
            window=dispatch.window,
            at=referral.at,
            due_at=referral.due_at,
            overdue=referral.is_open and referral.due_at <= now,
            note=self._vault.open(referral.order_id, referral.note) if referral.note else None,
            ending=referral.ending,
            counter=department is not None and department.is_counter,
            in_person=service is not None and service.in_person,
            errand=referral.errand,
        )


def _referrals() -> Select[Referral, Dispatch]:
    return select(Referral, Dispatch).join(Dispatch, col(Dispatch.order_id) == col(Referral.order_id))
