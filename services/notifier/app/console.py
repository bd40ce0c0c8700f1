"""The console put together: eyes on notifier's database and on the broker, and a way to notifier's own doors.

It owns nothing and publishes nothing. Whatever else stands still, it shows what there is to see.
"""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from services.notifier.access.calling import NOTIFIER, NotifierDoors
from services.notifier.access.checking import Checking
from services.notifier.access.console import ConsoleDoors
from services.notifier.access.lately import Lately
from services.notifier.access.neighbours import Neighbours
from services.notifier.access.standing import Standing
from services.notifier.app.ground import HERE, MIGRATIONS, VERSION
from services.notifier.clocks.watching import StandingClock, TailClock
from services.notifier.pages.console import make_console_router
from services.notifier.pages.console.audit_words import AUDIT_WORDS
from services.notifier.pages.console.invariant_words import INVARIANT_WORDS
from services.notifier.pages.console.journey_words import JOURNEY_WORDS
from services.notifier.pages.console.letter_words import LETTER_WORDS
from services.notifier.policies.channels import read_order
from services.notifier.queries import DeadLetterQueries, EventQueries, JourneyQueries, SessionQueries, StreamQueries
from services.notifier.queries.figures import DaysView, FiguresQueries
from services.notifier.queries.invariants import InvariantQueries
from services.notifier.queries.standing import StandingQueries
from services.notifier.queries.watching import Measures, WatchQueries, WatchView
from services.notifier.settings import ConsoleSettings
from shared.community.clock import DomainClock
from shared.community.definition import Community, load
from shared.contracts.services import CONSOLE, SERVICES
from shared.contracts.words import Role
from shared.identity.access_book import AccessBook
from shared.identity.keys import read_key
from shared.identity.tokens import TokenSigner
from shared.messaging.bus import Bus
from shared.messaging.connections import entrance_of
from shared.messaging.ending import end
from shared.persistence.engine import Database
from shared.persistence.migrating import check_migrated
from shared.web.application import Parts, make_application
from shared.web.callers import Callers
from shared.web.csrf import FormTokens
from shared.web.i18n import Readers, msgid
from shared.web.live import Changes
from shared.web.signing_in import SIGN_IN
from shared.web.templating import Link, Pages, Site

LINKS = (
    Link("/", msgid("Events")),
    Link("/watch", msgid("To look at")),
    Link("/streams", msgid("Streams")),
    Link("/dead-letters", msgid("Dead letters")),
    Link("/figures", msgid("Figures")),
    Link("/invariants", msgid("Invariants")),
    Link("/audit", msgid("Audit")),
)


class Console:
    """The wired console. ``transport``: how services are reached over HTTP, for tests."""

    def __init__(
        self,
        settings: ConsoleSettings,
        rules: Community | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.rules = rules or load(settings.definition)
        clock = DomainClock.parse(settings.clock)
        self.changes = Changes(settings.live_seconds)
        self.database = Database(settings.database_url, busy_seconds=settings.busy_seconds, looks=True)
        self.bus = Bus(CONSOLE, entrance_of(settings))
        self.readers = Readers(NOTIFIER, HERE / "locale", zone=self.rules.zone, now=clock.now)
        self.signer = TokenSigner(read_key(settings.keys, "tokens"), AccessBook(settings.keys))
        sessions = SessionQueries(self.database, settings.session_limits)
        self.callers = Callers(NOTIFIER, self.signer, sessions.caller_of, secure=settings.secure)
        notifier = settings.notifier_url or settings.url_of(NOTIFIER)
        self.notifier = NotifierDoors(notifier, settings.ask_seconds, self.callers.cookie_name, transport)
        urls = {service: settings.url_of(service) for service in SERVICES} | {NOTIFIER: notifier}
        self.neighbours = Neighbours(urls, settings.ready_seconds, transport)
        streams, events = StreamQueries(self.bus), EventQueries(self.database, settings.searched_events)
        waiting = StandingQueries(self.database)
        self.standing = Standing(self.neighbours, streams, waiting, settings.standing_seconds, clock.now)
        figures = FiguresQueries(self.database, self.rules.zone, settings.figures_seconds)
        unoffered = Measures(timedelta(minutes=settings.unoffered_minutes))
        watch = WatchQueries(self.database, figures, unoffered)
        self.watch: Lately[str, WatchView] = Lately(lambda _: watch.look(clock.now()), settings.standing_seconds)
        self.figures: Lately[int, DaysView] = Lately(
            lambda days: figures.of(days, clock.now()), settings.standing_seconds
        )
        self.doors = ConsoleDoors(
            events,
            streams,
            DeadLetterQueries(self.database),
            JourneyQueries(self.database, read_order(settings.channels)),
            self.watch,
            self.figures,
            Checking(InvariantQueries(self.database)),
            self.standing,
            self.notifier,
        )
        self.tail_clock = TailClock(events.last_position, self.changes, settings.tail_seconds)
        self.standing_clock = StandingClock(self.standing)

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Everything that turns while HTTP is served."""
        loops: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = (
            self.bus.run,
            self.tail_clock.run,
            self.standing_clock.run,
        )
        turning = [asyncio.create_task(loop(), name=loop.__qualname__) for loop in loops]
        try:
            yield
        finally:
            await end(*turning[1:])
            await self.bus.stop()
            await end(turning[0])
            await self.doors.checking.end()
            await self.watch.end()
            await self.figures.end()
            await self.notifier.close()
            await self.neighbours.close()
            await self.database.close()

    async def check_migrated(self) -> None:
        """Readiness: the schema is the one this code reads."""
        await check_migrated(self.database, MIGRATIONS)


def make_console(
    settings: ConsoleSettings, rules: Community | None = None, transport: httpx2.AsyncBaseTransport | None = None
) -> FastAPI:
    """The console's application."""
    console = Console(settings, rules, transport)
    key = read_key(settings.keys, "csrf")
    tokens = FormTokens(CONSOLE, key, secure=settings.secure, trusted_origins=settings.trusted_origins)
    account = settings.url_of(NOTIFIER)
    site = Site(
        links=tuple(Link(one.path, one.text, (Role.OPS,)) for one in LINKS),
        sign_in=SIGN_IN,
        home=settings.public_url,
        account=account,
        globals={
            **LETTER_WORDS,
            **AUDIT_WORDS,
            **JOURNEY_WORDS,
            **INVARIANT_WORDS,
            "command": lambda path, body: command(account, path, body),
        },
    )
    shown = Pages(HERE / "templates", site, tokens)
    parts = Parts(
        title="paidan console",
        version=VERSION,
        pages=shown,
        readers=console.readers,
        callers=console.callers,
        routers=[make_console_router(console.doors, shown, console.rules)],
        changes=console.changes,
        checks={"database": console.check_migrated, "broker": console.bus.check},
    )
    return make_application(settings, parts, console.lifespan)


def command(url: str, path: str, body: Mapping[str, str]) -> str:
    """What does the same in a shell, in the name of whoever runs it."""
    bearer = '"Authorization: Bearer $(paidan token --role ops --subject ops)"'
    told = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl -X POST {shlex.quote(url + path)} \\\n  -H {bearer} \\\n  --json {told}"
