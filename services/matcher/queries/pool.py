"""The pool: open legs that somebody may serve; and what a unit's secretary may name members for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import CallUp, Dispatch, Leg, Volunteer, WholeDispatch
from services.matcher.models.offers import OPEN_ROWS
from services.matcher.policies.eligibility import Load, Member, reasons
from services.matcher.queries.looking import Looking
from services.matcher.queries.showing import Views
from services.matcher.queries.views import CallUpView, FreeMemberView, PoolLegView
from services.matcher.repository import Repository
from services.matcher.use_cases.directories import Directories
from services.matcher.use_cases.needs import Needs
from services.matcher.use_cases.pooling import OVERLOOKED, had_it
from shared.community.definition import Community
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

MOST_LOOKED_AT = 500
"""Open legs that are looked at for one volunteer, those due first."""


class PoolQueries(Looking):
    """What volunteers may ask for, by the rules the pairing goes by."""

    def __init__(
        self, database: Database, rules: Community, vault: Vault, directories: Directories, needs: Needs
    ) -> None:
        super().__init__(database)
        self._rules = rules
        self._views = Views(rules, vault)
        self._vault = vault
        self._directories = directories
        self._needs = needs

    async def legs(self, volunteer_id: str, now: datetime, most: int) -> list[PoolLegView]:
        """Open legs this volunteer may ask for, what is due first on top."""
        async with self._looking() as session:
            repository = Repository(session)
            member = await self._directories.member(repository, volunteer_id)
            if member is None:
                return []
            wholes = await repository.unpaired(self._skills(member), MOST_LOOKED_AT)
            load = (await repository.loads({volunteer_id})).get(volunteer_id, Load())
        fitting = ((whole, self._leg_for(whole, member, load, now)) for whole in wholes)
        shown = [self._views.pool_leg(whole, leg) for whole, leg in fitting if leg is not None]
        return shown[:most]

    async def call_ups(self, secretary_id: str, now: datetime) -> list[CallUpView]:
        """Legs a secretary may name a member of the unit for, those that end first on top."""
        found = (
            select(CallUp, Leg, Dispatch)
            .join(Leg, col(Leg.leg_id) == col(CallUp.leg_id))
            .join(Dispatch, col(Dispatch.order_id) == col(CallUp.order_id))
            .where(col(CallUp.secretary_id) == secretary_id, OPEN_ROWS.of(col(CallUp.state)))
            .where(col(CallUp.expires_at) > now)
            .order_by(col(CallUp.expires_at), col(CallUp.call_up_id))
        )
        return [self._views.call_up(*row) for row in await self._all(found)]

    async def names(self, volunteer_ids: Sequence[str]) -> list[FreeMemberView]:
        """Members by name, for the secretary of their own unit."""
        rows = select(col(Volunteer.volunteer_id), col(Volunteer.sealed))
        found = await self._all(rows.where(col(Volunteer.volunteer_id).in_(volunteer_ids)))
        opened = ((one, self._vault.open_fields(one, sealed)) for one, sealed in found)
        views = [FreeMemberView(volunteer_id=one, name=fields["name"] or "") for one, fields in opened]
        return sorted(views, key=lambda view: view.volunteer_id)

    def _skills(self, member: Member) -> list[str]:
        held = (self._rules.posts_by_id.get(post_id) for post_id in member.claims)
        anyone = {skill.code for skill in self._rules.skills if skill.open}
        return sorted(anyone | {post.skill for post in held if post is not None})

    def _leg_for(self, whole: WholeDispatch, member: Member, load: Load, now: datetime) -> Leg | None:
        leg = whole.current_leg
        if leg is None or not whole.free_places(leg) or had_it(whole, leg, member.volunteer_id):
            return None
        known = whole.offer_to(leg, member.volunteer_id)
        if known is not None and known.is_asking:
            return None
        need = self._needs.of(whole, leg, now)
        if need is None or set(reasons(need, member, load, self._rules.areas)) - OVERLOOKED:
            return None
        return leg
