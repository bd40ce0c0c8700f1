"""A volunteer's card: what they served, what they show of themselves, and what residents see of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher import models
from services.matcher.commands.own import NameShown, ShowCard
from services.matcher.models import Assignment, Claim, Dispatch, PublicCard, Volunteer
from services.matcher.models.assignments import SERVED_ROWS
from services.matcher.models.personal import Personal
from services.matcher.policies.acceptance import AssignmentState
from services.matcher.policies.cards import family_name
from services.matcher.policies.claims import ClaimState
from services.matcher.queries.card_views import MonthView, PublicCardView, ServedView, ShownCardView, ShownPostView
from services.matcher.queries.looking import Looking
from shared.community.definition import Community
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

COMPLETED = AssignmentState.COMPLETED.value


class CardQueries(Looking):
    """Reads cards, under one community's names."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault

    async def months(self, volunteer_id: str, most: int) -> list[MonthView]:
        """The newest ``most`` months in which somebody served, the newest first."""
        rows = (
            select(col(Assignment.ended_at), col(Assignment.minutes), col(Assignment.thanked_at))
            .where(col(Assignment.volunteer_id) == volunteer_id, SERVED_ROWS.of(col(Assignment.state)))
            .order_by(col(Assignment.ended_at).desc())
        )
        found: dict[tuple[int, int], MonthView] = {}
        for ended_at, minutes, thanked_at in await self._all(rows):
            local = ended_at.astimezone(self._rules.zone)
            key = (local.year, local.month)
            if key not in found and len(found) == most:
                break
            view = found.setdefault(key, MonthView(year=key[0], month=key[1], served=0, minutes=0, thanks=0))
            view.served, view.minutes = view.served + 1, view.minutes + (minutes or 0)
            view.thanks += thanked_at is not None
        return list(found.values())

    async def served(self, volunteer_id: str, most: int) -> list[ServedView]:
        """What somebody completed last, the newest first."""
        rows = (
            select(Assignment, col(Dispatch.reference), col(Dispatch.service))
            .join(Dispatch, col(Dispatch.order_id) == col(Assignment.order_id))
            .where(col(Assignment.volunteer_id) == volunteer_id, SERVED_ROWS.of(col(Assignment.state)))
            .order_by(col(Assignment.ended_at).desc())
            .limit(most)
        )
        return [self._served(*row) for row in await self._all(rows)]

    async def public(self, volunteer_id: str) -> PublicCardView | None:
        """A volunteer's public card as they see it themselves."""
        async with self._looking() as session:
            return await self.public_in(session, volunteer_id)

    async def public_in(self, session: AsyncSession, volunteer_id: str) -> PublicCardView | None:
        """The same, in a session that is open already."""
        card = await session.get(PublicCard, volunteer_id)
        volunteer = await session.get(Volunteer, volunteer_id)
        if card is None or volunteer is None:
            return None
        personal, chosen = self._opened(volunteer, card)
        return PublicCardView(
            card_id=card.card_id,
            name_shown=chosen.name_shown,
            title=chosen.title,
            promise=chosen.promise,
            posts=chosen.posts,
            community=card.community,
            seen=await self._is_seen(session, card, volunteer, personal),
            shown_at=card.shown_at,
        )

    async def communities(self) -> dict[str, int]:
        """How many cards there are in each community that has any."""
        rows = select(col(PublicCard.community), func.count()).group_by(col(PublicCard.community))
        return dict(await self._all(rows))

    async def shown_in(self, community: str, most: int, after: str = "") -> list[ShownCardView]:
        """What the residents of a community see, by the cards' ids, after one of them."""
        rows = (
            select(PublicCard, Volunteer)
            .join(Volunteer, col(Volunteer.volunteer_id) == col(PublicCard.volunteer_id))
            .where(col(PublicCard.community) == community, col(PublicCard.card_id) > after)
            .order_by(col(PublicCard.card_id))
            .limit(most)
        )
        async with self._looking() as session:
            found = (await session.execute(rows)).all()
            views = [await self._shown(session, card, volunteer) for card, volunteer in found]
        return [view for view in views if view is not None]

    async def shown(self, card_id: str) -> ShownCardView:
        """One card. Raises ``NotFound`` for one that was taken back, and for one nobody sees at the moment."""
        rows = (
            select(PublicCard, Volunteer)
            .join(Volunteer, col(Volunteer.volunteer_id) == col(PublicCard.volunteer_id))
            .where(col(PublicCard.card_id) == card_id)
        )
        async with self._looking() as session:
            found = (await session.execute(rows)).first()
            view = await self._shown(session, *found) if found else None
        if view is None:
            raise NotFound
        return view

    async def _shown(self, session: AsyncSession, card: PublicCard, volunteer: Volunteer) -> ShownCardView | None:
        personal, chosen = self._opened(volunteer, card)
        if not await self._is_seen(session, card, volunteer, personal):
            return None
        whole = chosen.name_shown is NameShown.FULL
        return ShownCardView(
            card_id=card.card_id,
            name=personal.name if whole else family_name(personal.name),
            title=None if whole else chosen.title,
            promise=chosen.promise,
            posts=await self._posts(session, volunteer.volunteer_id) if chosen.posts else [],
            community=card.community,
        )

    async def _is_seen(self, session: AsyncSession, card: PublicCard, volunteer: Volunteer, personal: Personal) -> bool:
        """Never who is not there, lives elsewhere by now, or whose employer is hidden."""
        unit = await session.get(models.Unit, personal.unit) if personal.unit else None
        lives_there = self._rules.areas.community_of(personal.home) == card.community
        return volunteer.is_there and lives_there and not (unit is not None and unit.hidden)

    async def _posts(self, session: AsyncSession, volunteer_id: str) -> list[ShownPostView]:
        rows = select(col(Claim.post_id)).where(col(Claim.volunteer_id) == volunteer_id)
        held: Sequence[str] = (
            await session.scalars(rows.where(col(Claim.state) == ClaimState.HELD.value).order_by(col(Claim.post_id)))
        ).all()
        posts = [self._rules.posts_by_id[post_id] for post_id in held if post_id in self._rules.posts_by_id]
        return [ShownPostView(skill_name=self._rules.skills_by_code[one.skill].name, area=one.area) for one in posts]

    def _opened(self, volunteer: Volunteer, card: PublicCard) -> tuple[Personal, ShowCard]:
        personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
        return personal, ShowCard.model_validate_json(self._vault.open(volunteer.volunteer_id, card.sealed))

    def _served(self, assignment: Assignment, reference: str, service: str) -> ServedView:
        known, ended_at = self._rules.services_by_code.get(service), assignment.ended_at
        return ServedView(
            reference=reference,
            service=service,
            service_name=known.name if known else None,
            minutes=assignment.minutes or 0,
            ended_at=ended_at or assignment.assigned_at,
        )


async def thanks_of(session: AsyncSession, volunteer_id: str) -> int:
    """How often a resident was content with what somebody served."""
    rows = select(func.count()).where(col(Assignment.volunteer_id) == volunteer_id)
    return await session.scalar(rows.where(col(Assignment.thanked_at).is_not(None))) or 0


async def shown_since(session: AsyncSession, volunteer_id: str) -> datetime | None:
    """Since when somebody's calendar has had an address."""
    feed = await session.get(models.CalendarFeed, volunteer_id)
    return feed.made_at if feed else None


async def numbers_of(session: AsyncSession, volunteer_id: str) -> list[str]:
    """The numbers of the certificates that were issued to somebody, the oldest first."""
    rows = select(col(models.Certificate.number)).where(col(models.Certificate.volunteer_id) == volunteer_id)
    return list(await session.scalars(rows.order_by(col(models.Certificate.certificate_id))))
