"""How volunteers and coordinators are reached: told to the service that sends notices, at the moment of sending."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.matcher.commands.own import NameShown, ShowCard
from services.matcher.models import Incumbent, PublicCard, Volunteer
from services.matcher.models.incumbents import Person
from services.matcher.models.personal import Personal
from services.matcher.policies.cards import family_name
from services.matcher.queries.looking import Looking
from shared.community.definition import Community
from shared.contracts.reaching import Reach, ReachTold, ServersToReach
from shared.contracts.words import Role
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class Reaching(Looking):
    """Opens phones, and of volunteers what residents may call them: the family name, with the title of their card."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault

    async def tell(self, asked: ServersToReach) -> ReachTold:
        """Each in turn; None for who left, is suspended or unknown, and for an office that nobody holds. Raises
        ``Unavailable``.
        """
        volunteers = await self._volunteers({one.id for one in asked.people if one.role is Role.VOLUNTEER})
        areas = await self._areas({one.id for one in asked.people if one.role is Role.COORDINATOR})
        found = {Role.VOLUNTEER: volunteers, Role.COORDINATOR: areas}
        return ReachTold(people=tuple(found.get(one.role, {}).get(one.id) for one in asked.people))

    async def _volunteers(self, volunteer_ids: set[str]) -> dict[str, Reach]:
        if not volunteer_ids:
            return {}
        rows = await self._all(
            select(Volunteer, PublicCard)
            .outerjoin(PublicCard, col(PublicCard.volunteer_id) == col(Volunteer.volunteer_id))
            .where(col(Volunteer.volunteer_id).in_(volunteer_ids))
        )
        return {one.volunteer_id: self._called(one, card) for one, card in rows if one.is_there}

    def _called(self, volunteer: Volunteer, card: PublicCard | None) -> Reach:
        personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
        title = None
        if card is not None:
            chosen = ShowCard.model_validate_json(self._vault.open(volunteer.volunteer_id, card.sealed))
            title = chosen.title.value if chosen.name_shown is NameShown.FAMILY else None
        return Reach(phone=personal.phone, family=family_name(personal.name), title=title)

    async def _areas(self, areas: set[str]) -> dict[str, Reach]:
        offices = {one.coordinator_id: one.area for one in self._rules.ladder.by_id.values() if one.area in areas}
        if not offices:
            return {}
        rows = await self._all(select(Incumbent).where(col(Incumbent.coordinator_id).in_(offices)))
        held = {offices[one.coordinator_id]: one for (one,) in rows}
        return {
            area: Reach(phone=Person.opened(self._vault, one.coordinator_id, one.sealed).phone)
            for area, one in held.items()
        }
