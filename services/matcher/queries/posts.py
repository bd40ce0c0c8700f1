"""Posts as volunteers and coordinators see them: what is left of each, who waits to be vetted, what lies idle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher import models
from services.matcher.models import Claim, Volunteer
from services.matcher.models.personal import Personal
from services.matcher.policies.claims import ClaimState, Registration, areas_of_interest, fits, reasons
from services.matcher.queries.looking import Looking
from services.matcher.queries.roster_views import IdlePostView, Mine, PostView, WaitingClaimView
from shared.community.definition import Community
from shared.community.posts import Post
from shared.community.text import Text
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

HELD, WAITING = ClaimState.HELD.value, ClaimState.WAITING.value


class PostQueries(Looking):
    """Reads posts and claims, under one community's names."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault

    async def for_volunteer(
        self, volunteer_id: str, area: str | None, limit: int | None = None, after: str = ""
    ) -> list[PostView]:
        """Posts at, below or covering an area, by id; without one those around the volunteer's home and unit.

        Raises ``NotFound`` for an area that does not exist and for somebody who is not on the roster.
        """
        async with self._looking() as session:
            registration = await self._registration(session, volunteer_id)
            wanted = self._around(area) if area else areas_of_interest(registration, self._rules.areas)
            posts = self._posts(wanted, limit, after)
            taken = await _taken(session, posts)
            rows = select(col(Claim.post_id), col(Claim.state)).where(col(Claim.volunteer_id) == volunteer_id)
            mine: dict[str, str] = dict((await session.execute(rows)).all())
        return [self._post(post, taken, registration, mine.get(post.post_id)) for post in posts]

    async def for_coordinator(self, areas: Sequence[str], limit: int | None = None, after: str = "") -> list[PostView]:
        """Posts at, below or covering these areas, by id. Raises ``NotFound`` for one that does not exist."""
        posts = self._posts({code for area in areas for code in self._around(area)}, limit, after)
        async with self._looking() as session:
            taken = await _taken(session, posts)
        return [self._post(post, taken, None, None) for post in posts]

    async def idle(
        self, areas: Sequence[str], limit: int, after: tuple[datetime, str] | None = None
    ) -> list[IdlePostView]:
        """Posts at or below these areas with places left, the longest idle first; after ``(idle_since, post_id)``."""
        here = [post.post_id for post in self._rules.posts if self._rules.areas.within(post.area, areas)]
        rows = (
            select(models.Post)
            .where(col(models.Post.post_id).in_(here), col(models.Post.idle_since).is_not(None))
            .order_by(col(models.Post.idle_since), col(models.Post.post_id))
            .limit(limit)
        )
        if after is not None:
            rows = rows.where(tuple_(col(models.Post.idle_since), col(models.Post.post_id)) > after)
        async with self._looking() as session:
            found = [(row.post_id, row.idle_since) for row in await session.scalars(rows)]
            posts = [self._rules.posts_by_id[post_id] for post_id, _ in found]
            taken = await _taken(session, posts)
        return [
            IdlePostView(**self._place(post, taken), idle_since=since)
            for post, (_, since) in zip(posts, found, strict=True)
            if since is not None
        ]

    async def waiting(
        self, areas: Sequence[str], limit: int, after: tuple[datetime, str, str] | None = None
    ) -> list[WaitingClaimView]:
        """Claims of posts at or below these areas that wait to be vetted, the oldest first; after
        ``(claimed_at, post_id, volunteer_id)``.
        """
        here = [post.post_id for post in self._rules.posts if self._rules.areas.within(post.area, areas)]
        place = col(Claim.claimed_at), col(Claim.post_id), col(Claim.volunteer_id)
        rows = (
            select(Claim, Volunteer)
            .join(Volunteer, col(Volunteer.volunteer_id) == col(Claim.volunteer_id))
            .where(col(Claim.state) == WAITING, col(Claim.post_id).in_(here))
            .order_by(*place)
            .limit(limit)
        )
        if after is not None:
            rows = rows.where(tuple_(*place) > after)
        async with self._looking() as session:
            found = (await session.execute(rows)).all()
            units = {unit.unit_id: unit for unit in await session.scalars(select(models.Unit))}
        return [self._waiting(claim, volunteer, units) for claim, volunteer in found]

    async def _registration(self, session: AsyncSession, volunteer_id: str) -> Registration:
        volunteer = await session.get(Volunteer, volunteer_id)
        if volunteer is None:
            raise NotFound
        personal = Personal.opened(self._vault, volunteer_id, volunteer.sealed)
        unit = await session.get(models.Unit, personal.unit) if personal.unit else None
        return personal.registration(unit.areas if unit else ())

    def _around(self, area: str) -> Collection[str]:
        areas = self._rules.areas
        if area not in areas:
            raise NotFound
        return {*areas.below(area), *areas.ancestors(area)}

    def _posts(self, areas: Collection[str], limit: int | None, after: str) -> list[Post]:
        found = [post for post in self._rules.posts if post.area in areas and post.post_id > after]
        return sorted(found, key=lambda post: post.post_id)[:limit]

    def _post(self, post: Post, taken: Counter[Any], caller: Registration | None, mine: str | None) -> PostView:
        place, skill = self._place(post, taken), self._rules.skills_by_code[post.skill]
        rule = None
        if caller is not None:
            claimed = mine is not None
            broken = reasons(caller, post, skill, self._rules.areas, left=place["left"], claimed=claimed)
            rule = next(broken, None)
        return PostView(
            **place,
            mine=Mine(mine or Mine.NONE),
            fits=caller is not None and fits(caller, skill),
            may_claim=caller is not None and rule is None,
            reason=rule,
        )

    def _place(self, post: Post, taken: Counter[Any]) -> dict[str, Any]:
        held, waiting = taken[post.post_id, HELD], taken[post.post_id, WAITING]
        skill = self._rules.skills_by_code[post.skill]
        return {
            **self._named(post),
            "headcount": post.headcount,
            "held": held,
            "waiting": waiting,
            "left": max(post.headcount - held - waiting, 0),
            "needs_vetting": skill.needs_vetting,
            "open": skill.open,
        }

    def _named(self, post: Post) -> dict[str, Any]:
        return {
            "post_id": post.post_id,
            "skill": post.skill,
            "skill_name": self._rules.skills_by_code[post.skill].name,
            "area": post.area,
            "area_name": self._rules.areas[post.area].name,
        }

    def _waiting(self, claim: Claim, volunteer: Volunteer, units: dict[str, models.Unit]) -> WaitingClaimView:
        personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
        profession = self._rules.professions_by_code.get(personal.profession or "")
        unit = units.get(personal.unit or "")
        return WaitingClaimView(
            **self._named(self._rules.posts_by_id[claim.post_id]),
            volunteer_id=volunteer.volunteer_id,
            volunteer_name=personal.name,
            kind=personal.kind.value,
            profession_name=profession.name if profession else None,
            unit_name=Text(zh=unit.name_zh, en=unit.name_en) if unit and not unit.hidden else None,
            claimed_at=claim.claimed_at,
        )


async def _taken(session: AsyncSession, posts: Sequence[Post]) -> Counter[Any]:
    rows = (
        select(col(Claim.post_id), col(Claim.state), func.count())
        .where(col(Claim.post_id).in_([post.post_id for post in posts]))
        .group_by(col(Claim.post_id), col(Claim.state))
    )
    return Counter({(post_id, state): count for post_id, state, count in await session.execute(rows)})
