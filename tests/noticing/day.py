"""The day: matcher's and intake's facts by the simulation, heard by a real notifier, sent to a real SMS platform.

Time is set by hand, minute by minute, in the domain and on the wall alike. Matcher is on its stage (its real use cases,
database and answers); residents have phones made of their orders. The platform is a server on loopback that keeps
idempotency keys, and is away for hours.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.simulate.acting import Cast
from deploy.simulate.behaviour import Assumptions
from deploy.simulate.course import Course
from deploy.simulate.dice import Dice
from deploy.simulate.peers import PEERS
from deploy.simulate.stage import Act, Stage
from deploy.simulate.volunteers import Volunteers
from services.matcher.queries.reaching import Reaching as Matchers
from services.notifier.app import MIGRATIONS, Notifier
from services.notifier.commands import Prefer, PutPreferences, Recipient
from services.notifier.settings import NotifierSettings
from services.notifier.use_cases.confirming import confirm_steps
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.community.roster import RosterRow
from shared.contracts.envelope import Event, Fact, OrderEvent
from shared.contracts.reaching import Reach, ReachTold, ResidentsToReach, ServersToReach
from shared.contracts.words import Role
from shared.identity.keys import create_keys
from shared.persistence.migrating import migrate
from tests.integration.notifier.peers import Peer, Received, http_peer
from tests.ports import free_port

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """What a day is like. ``away_from``, ``away_hours``: when nobody answers at the platform. ``digest``, ``woken``:
    shares of people who want a digest, and who agreed to be rung at night for what is urgent."""

    begin: datetime
    seed: int = 1
    orders: float = 60.0
    hours: int = 24
    drain_hours: int = 36
    away_from: int = 10
    away_hours: int = 6
    digest: float = 0.2
    woken: float = 0.1


@dataclass
class Day:
    """What came of it. ``rung``: each message as the platform has it, with the minute."""

    plan: Plan
    rung: list[tuple[datetime, Received]] = field(default_factory=list)


class _Telling(Stage):
    """A stage that keeps what intake told matcher, for whoever else hears it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.told: list[Fact[Any]] = []

    async def do(self, acts: Sequence[Act]) -> None:
        """As its parent does."""
        await super().do(acts)
        self.told += [act.command for act in acts if isinstance(act.command, Fact)]

    def reaching(self) -> Matchers:
        """Matcher's own answers about whom to reach."""
        return self._queries.reaching


class Playing:
    """One day on its stage."""

    def __init__(
        self,
        folder: Path,
        rules: Community,
        roster: Sequence[RosterRow],
        plan: Plan,
    ) -> None:
        self._folder = folder
        self._plan = plan
        dice, assumed = Dice(plan.seed), Assumptions()
        peer = PEERS["ours"]
        self._rules = peer.rules(rules)
        volunteers = Volunteers(self._rules, roster, assumed, dice)
        self._stage = _Telling(folder, self._rules, peer.policy(self._rules.pairing), plan.begin)
        self._course = Course(self._stage)
        self._cast = Cast(self._stage, self._course, volunteers, assumed, dice, chat=peer.chat)
        self._cast.place_all(plan.begin, 1, plan.orders)
        self._roster = [person.row for person in volunteers.people.values()]
        self._heard: list[Event] = []
        self._facts = 0
        self._now = plan.begin

    async def play(self, reached: Callable[[datetime], None]) -> tuple[Day, NotifierSettings]:
        """Play the day, and as many hours more as what is open may take."""
        day, port = Day(self._plan), free_port()
        settings = self._settings(port)
        notifier = Notifier(settings, self._rules, DomainClock(wall=self._wall))
        notifier.reach.reaching.ask = self._tell
        await migrate(notifier.machinery.database, MIGRATIONS)
        writing = asyncio.create_task(notifier.machinery.writer.run())
        try:
            async with self._stage.playing(self._roster), notifier.reach.open():
                await self._wish(notifier)
                await self._minutes(notifier, day, port, reached)
        finally:
            notifier.machinery.writer.close()
            await writing
            await notifier.machinery.database.close()
        return day, settings

    def _wall(self) -> float:
        return self._now.timestamp()

    async def _minutes(self, notifier: Notifier, day: Day, port: int, reached: Callable[[datetime], None]) -> None:
        away = self._plan.begin + HOUR * self._plan.away_from
        back = away + HOUR * self._plan.away_hours
        whole = self._plan.begin + HOUR * (self._plan.hours + self._plan.drain_hours)
        async with AsyncExitStack() as platform:
            peer: Peer | None = None
            while self._now < whole + DAY:
                self._now += MINUTE if self._now < whole else 20 * MINUTE
                is_away = away <= self._now < back
                if is_away and peer is not None:
                    await platform.aclose()
                    peer = None
                elif not is_away and peer is None:
                    peer = platform.enter_context(http_peer(port))
                if self._now <= whole:  # afterwards nobody does anything, and what waits for its time leaves
                    await self._course.run(self._now, self._hear)
                    await self._tell_notifier(notifier)
                await self._ring(notifier)
                if peer is not None:
                    day.rung += [(self._now, one) for one in peer.received]
                    peer.received.clear()
                if self._now.minute == 0:
                    reached(self._now)

    def _hear(self, event: Event) -> None:
        self._cast.hear(event)
        self._heard.append(event)

    async def _tell_notifier(self, notifier: Notifier) -> None:
        """Intake's facts of the minute, then matcher's: each publisher's in its order."""
        told, self._stage.told = self._stage.told, []
        heard, self._heard = self._heard, []
        facts = told + [self._fact(event) for event in heard if isinstance(event, OrderEvent)]
        await asyncio.gather(*(notifier.machinery.writer.do(confirm_steps, fact) for fact in facts))

    def _fact(self, event: OrderEvent) -> Fact[OrderEvent]:
        self._facts += 1
        return Fact(f"m-{self._facts:08}", self._now, event)

    async def _ring(self, notifier: Notifier) -> None:
        await notifier.reach.time_clock.sweep(self._now)
        while await notifier.delivery_clock.sweep(self._now, self._now):
            pass

    async def _wish(self, notifier: Notifier) -> None:
        """Some volunteers want a digest, some agreed to be woken."""
        choosing = random.Random(self._plan.seed)  # noqa: S311 - a simulation, the same for the same seed
        for row in self._roster:
            wishes = {
                "digest": choosing.random() < self._plan.digest,
                "urgent_at_night": choosing.random() < self._plan.woken,
            }
            if any(wishes.values()):
                told = Prefer(Recipient(Role.VOLUNTEER, row.volunteer_id), PutPreferences.model_validate(wishes))
                await notifier.machinery.writer.do(notifier.reach.preferring.prefer, told)

    async def _tell(self, request: Any) -> ReachTold:
        if isinstance(request, ServersToReach):
            return await self._stage.reaching().tell(request)
        assert isinstance(request, ResidentsToReach)
        return ReachTold(people=tuple(Reach(phone=phone_of(one.order_id)) for one in request.residents))

    def _settings(self, port: int) -> NotifierSettings:
        create_keys(self._folder / "keys")
        return NotifierSettings(
            database_url=f"sqlite+aiosqlite:///{self._folder / 'notifier.db'}",
            keys=self._folder / "keys",
            notice_file=self._folder / "notices.jsonl",
            channels="sms",
            sms_url=f"http://127.0.0.1:{port}",
            connect_seconds=1.0,
        )


def phone_of(order_id: str) -> str:
    """A number of nobody's, always the same for an order."""
    return f"+8615400{int(order_id.removeprefix('o-')):06}"
