"""Notifier with channels, and the other services' answers about whom it reaches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from services.notifier.app import Notifier
from services.notifier.commands import Prefer, PutPreferences, Recipient
from services.notifier.models import Notice
from shared.community.definition import Community
from shared.contracts.envelope import OrderEvent
from shared.contracts.reaching import Reach, ReachTold, ResidentsToReach, ServersToReach
from shared.contracts.words import Role
from tests.integration.notifier.running import Place, hear, make_place

MORNING = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
WALL = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
PHONE = "+8613800138000"


@dataclass
class Known:
    """Whom intake and matcher know: everybody has a phone, unless said otherwise."""

    others: dict[str, Reach | None] = field(default_factory=dict)

    async def tell(self, request: Any) -> ReachTold:
        """Answer either request."""
        match request:
            case ResidentsToReach():
                ids = [one.resident_id for one in request.residents]
            case ServersToReach():
                ids = [one.id for one in request.people]
            case _:
                raise AssertionError(request)
        there = Reach(phone=PHONE, family="王")
        return ReachTold(people=tuple(self.others.get(one, there) for one in ids))


@dataclass
class Ringing:
    """Notifier at work, at a time that is set by hand: ``now`` in the domain, ``wall`` beside it."""

    notifier: Notifier
    place: Place
    known: Known
    now: datetime = MORNING
    wall: datetime = WALL

    async def hear(self, events: Iterable[OrderEvent]) -> None:
        """Have facts heard now."""
        ((last,),) = await self.place.rows("SELECT coalesce(max(notice_id), '') FROM notices")
        await hear(self.notifier, events)
        async with self.notifier.machinery.database.writing() as session:
            fresh = update(Notice).where(col(Notice.notice_id) > last)
            await session.execute(fresh.values(made_at=self.now))

    async def go(self, span: timedelta = timedelta(0)) -> int:
        """Let time pass on both clocks, and deliver what is due then."""
        self.now, self.wall = self.now + span, self.wall + span
        done = 0
        while due := await self.notifier.delivery_clock.sweep(self.wall, self.now):
            done += due
            if due < 256:
                break
        return done

    async def go_on(self, whole: timedelta, step: timedelta) -> None:
        """Let a long time pass in steps."""
        end = self.now + whole
        while self.now < end:
            await self.go(step)

    async def prefer(self, recipient: Recipient, **wishes: Any) -> None:
        """Somebody says how they want to be reached."""
        told = Prefer(recipient, PutPreferences.model_validate(wishes))
        await self.notifier.machinery.writer.do(self.notifier.reach.preferring.prefer, told)

    async def states(self, role: Role = Role.RESIDENT) -> list[tuple[str, str, str]]:
        """Kind, channel and state of what goes to a role, past the letterbox."""
        found = await self.place.rows(
            "SELECT kind, channel, state FROM deliveries JOIN notices USING (notice_id) WHERE channel <> 'letterbox' "
            "AND recipient_role = :role ORDER BY notice_id, delivery_id",
            role=role.value,
        )
        return [(kind, channel, state) for kind, channel, state in found]


@asynccontextmanager
async def ringing(
    folder: Path, database_url: str, rules: Community, channels: str, **settings: Any
) -> AsyncIterator[Ringing]:
    """A notifier that rings, quickly tried again."""
    told: Mapping[str, Any] = {
        "channels": channels,
        "connect_seconds": 0.5,
        "answer_within_seconds": 0.5,
        "gather_seconds": 0,
        **settings,
    }
    place = await make_place(folder, database_url, rules, **told)
    async with place.writing() as notifier:
        known = Known()
        notifier.reach.reaching.ask = known.tell
        try:
            yield Ringing(notifier, place, known)
        finally:
            for channel in notifier.reach.channels.values():
                await channel.close()
