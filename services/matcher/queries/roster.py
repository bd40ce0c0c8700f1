"""Volunteers as they see themselves, and the whole roster as a file says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from services.matcher import models
from services.matcher.models import Claim, Volunteer
from services.matcher.models.personal import Personal
from services.matcher.queries.card_views import PublicCardView
from services.matcher.queries.cards import CardQueries, numbers_of, shown_since, thanks_of
from services.matcher.queries.looking import Looking
from services.matcher.queries.roster_views import HeldPostView, MeView, Mine, StandingView
from shared.community.definition import Community
from shared.community.posts import Unit
from shared.community.roster import RosterFile, RosterRow
from shared.community.text import Text
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

OPENED = 500
"""Volunteers read at a time while those of one area are looked for."""


@dataclass(frozen=True)
class Made:
    """What somebody has made of their own, and was thanked for."""

    thanks: int
    card: PublicCardView | None
    calendar_since: datetime | None
    certificates: list[str]


class RosterQueries(Looking):
    """Reads the roster, under one community's names."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault
        self._cards = CardQueries(database, rules, vault)

    async def me(self, volunteer_id: str) -> MeView:
        """A volunteer's own card. Raises ``NotFound`` for somebody who is not on the roster."""
        claims = select(Claim).where(col(Claim.volunteer_id) == volunteer_id).order_by(col(Claim.post_id))
        async with self._looking() as session:
            volunteer = await session.get(Volunteer, volunteer_id)
            if volunteer is None:
                raise NotFound
            personal = Personal.opened(self._vault, volunteer_id, volunteer.sealed)
            unit = await session.get(models.Unit, personal.unit) if personal.unit else None
            made = Made(
                await thanks_of(session, volunteer_id),
                await self._cards.public_in(session, volunteer_id),
                await shown_since(session, volunteer_id),
                await numbers_of(session, volunteer_id),
            )
            return self._me(volunteer, personal, unit, list(await session.scalars(claims)), made)

    async def standing(self, areas: Sequence[str], most: int, after: str = "", said: str = "") -> list[StandingView]:
        """Volunteers who live at or below these areas, by id after ``after``, and whether anything may reach them;
        those whose name or id has ``said`` in it.

        Homes and names are sealed, so rows are opened until enough are found.
        """
        found: list[StandingView] = []
        async with self._looking() as session:
            while len(found) < most:
                rows = select(Volunteer).where(col(Volunteer.volunteer_id) > after)
                rows = rows.order_by(col(Volunteer.volunteer_id)).limit(OPENED)
                volunteers = (await session.scalars(rows)).all()
                if not volunteers:
                    break
                after = volunteers[-1].volunteer_id
                views = [self._standing(volunteer) for volunteer in volunteers]
                views = [view for view in views if said.casefold() in f"{view.name}\n{view.volunteer_id}".casefold()]
                found += [view for view in views if self._rules.areas.within(view.home, tuple(areas))]
        return found[:most]

    async def standing_of(self, volunteer_id: str) -> StandingView | None:
        """How one volunteer stands."""
        async with self._looking() as session:
            volunteer = await session.get(Volunteer, volunteer_id)
        return self._standing(volunteer) if volunteer else None

    def _standing(self, volunteer: Volunteer) -> StandingView:
        personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
        return StandingView(
            volunteer_id=volunteer.volunteer_id,
            name=personal.name,
            home=personal.home,
            left_at=volunteer.left_at,
            suspended_at=volunteer.suspended_at,
            suspended_for=self._vault.open(volunteer.volunteer_id, why) if (why := volunteer.suspended_for) else None,
        )

    async def units(self) -> list[Unit]:
        """Every unit, the definition's and those of rosters, by id."""
        async with self._looking() as session:
            return [_unit(row) for row in await session.scalars(select(models.Unit).order_by(col(models.Unit.unit_id)))]

    async def roster(self) -> RosterFile:
        """Everybody and every unit, as an import would read them; open, so for the county's eyes alone."""
        async with self._looking() as session:
            units = list(await session.scalars(select(models.Unit).order_by(col(models.Unit.unit_id))))
            people = select(Volunteer).order_by(col(Volunteer.position), col(Volunteer.volunteer_id))
            volunteers = list(await session.scalars(people))
            claims: dict[str, list[Claim]] = {}
            for claim in await session.scalars(select(Claim).order_by(col(Claim.post_id))):
                claims.setdefault(claim.volunteer_id, []).append(claim)
        leading = {unit.secretary_id: unit.unit_id for unit in units}
        rows = [self._row(volunteer, claims.get(volunteer.volunteer_id, ()), leading) for volunteer in volunteers]
        return RosterFile(tuple(rows), tuple(_unit(unit) for unit in units))

    def _row(self, volunteer: Volunteer, claims: Sequence[Claim], leading: Mapping[str | None, str]) -> RosterRow:
        personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
        known = [claim for claim in claims if claim.post_id in self._rules.posts_by_id]
        return RosterRow(
            volunteer_id=volunteer.volunteer_id,
            name=personal.name,
            phone=personal.phone,
            kind=personal.kind,
            unit=personal.unit,
            profession=personal.profession,
            home=personal.home,
            posts=tuple(claim.post_id for claim in known),
            vetted_posts=tuple(claim.post_id for claim in known if claim.vetted),
            hours=personal.hours,
            capacity=volunteer.capacity,
            on_duty=volunteer.on_duty,
            daily_offers=volunteer.daily_offers,
            urgent_at_work=volunteer.urgent_at_work,
            secretary=leading.get(volunteer.volunteer_id) == personal.unit if personal.unit else None,
        )

    def _me(
        self,
        volunteer: Volunteer,
        personal: Personal,
        unit: models.Unit | None,
        claims: Sequence[Claim],
        made: Made,
    ) -> MeView:
        profession = self._rules.professions_by_code.get(personal.profession or "")
        return MeView(
            volunteer_id=volunteer.volunteer_id,
            name=personal.name,
            phone=personal.phone,
            kind=personal.kind.value,
            unit=personal.unit,
            unit_name=Text(zh=unit.name_zh, en=unit.name_en) if unit else None,
            secretary=unit is not None and unit.secretary_id == volunteer.volunteer_id,
            profession=personal.profession,
            profession_name=profession.name if profession else None,
            home=personal.home,
            home_name=self._area(personal.home),
            hours=personal.free_hours(self._rules).hex,
            default_hours=personal.hours is None,
            on_duty=volunteer.on_duty,
            absences=list(personal.absences),
            capacity=volunteer.capacity,
            daily_offers=volunteer.daily_offers,
            urgent_at_work=volunteer.urgent_at_work,
            left=volunteer.left_at is not None,
            suspended=volunteer.suspended_at is not None,
            held=volunteer.held,
            served_minutes=volunteer.served_minutes,
            thanks=made.thanks,
            posts=[self._held_post(claim) for claim in claims if claim.post_id in self._rules.posts_by_id],
            public_card=made.card,
            calendar_since=made.calendar_since,
            certificates=made.certificates,
        )

    def _held_post(self, claim: Claim) -> HeldPostView:
        post = self._rules.posts_by_id[claim.post_id]
        return HeldPostView(
            post_id=claim.post_id,
            skill=post.skill,
            skill_name=self._rules.skills_by_code[post.skill].name,
            area=post.area,
            area_name=self._area(post.area),
            vetted=claim.vetted,
            state=Mine(claim.state),
            claimed_at=claim.claimed_at,
        )

    def _area(self, code: str) -> Text | None:
        area = self._rules.areas.get(code)
        return area.name if area else None


def _unit(row: models.Unit) -> Unit:
    return Unit(
        unit_id=row.unit_id,
        name=Text(zh=row.name_zh, en=row.name_en),
        located_in=row.located_in,
        paired_with=row.paired_with,
        hidden=row.hidden,
    )
