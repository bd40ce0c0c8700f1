"""Notifier put together: rules, machinery, delivery clock and doors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI

from services.notifier import api, pages
from services.notifier.access import Doors
from services.notifier.access.passwords import PasswordDoor
from services.notifier.access.settling import Settling
from services.notifier.app.ground import HERE, MIGRATIONS, VERSION
from services.notifier.clocks import AlertClock, DefinitionNoted, LetterCount
from services.notifier.clocks.reach import Ground, Reach
from services.notifier.consumers import HEARINGS, dead_letters
from services.notifier.consumers.answering import answering
from services.notifier.pages.letterbox import LETTERBOX, PEOPLE, PREFERENCES
from services.notifier.pages.provider import BACK, provider_pages
from services.notifier.pages.reach_words import REACH_WORDS
from services.notifier.pages.signing_in import password_pages
from services.notifier.queries import (
    BoardQueries,
    DeadLetterQueries,
    DigestQueries,
    EventQueries,
    JourneyQueries,
    NoticeQueries,
    SessionQueries,
    StreamQueries,
)
from services.notifier.queries.audit import AuditQueries
from services.notifier.queries.figures import FiguresQueries
from services.notifier.queries.watching import Measures, WatchQueries
from services.notifier.repository import Repository, Unit
from services.notifier.settings import NotifierSettings
from services.notifier.use_cases.alerting import Alerting
from shared.community.clock import DomainClock
from shared.community.definition import Community, load
from shared.contracts.services import CONSOLE
from shared.contracts.words import Role
from shared.identity.access_book import AccessBook
from shared.identity.handing_over import Handovers
from shared.identity.keys import read_key
from shared.identity.operators import Operators
from shared.identity.providers import read_operators
from shared.identity.signing_in import Sessions
from shared.identity.tokens import TokenSigner
from shared.messaging.asyncapi import describe
from shared.messaging.connections import Connections
from shared.messaging.machinery import Machinery
from shared.messaging.requests import ask
from shared.persistence.auditing import Auditing
from shared.persistence.migrating import check_migrated
from shared.web.application import Parts, make_application
from shared.web.callers import Callers
from shared.web.csrf import FormTokens
from shared.web.handover import LettingIn, handover_routes
from shared.web.i18n import Readers, msgid
from shared.web.live import Changes
from shared.web.signing_in import SIGN_IN, SigningIn, signing_in_routes
from shared.web.templating import Link, Pages, Site

if TYPE_CHECKING:
    from services.notifier.access.providers import ProviderDoor


LED_ON_FROM = "/messages"
"""Where matcher leads people on to their letterbox: a stranger there signs in first."""


def site_of(settings: NotifierSettings) -> Site:
    """What is on every page."""
    console, matcher = settings.url_of(CONSOLE), settings.url_of("matcher")
    shown = (Link("/", msgid("Console"), (Role.OPS,)),) if console else ()
    return Site(
        links=(
            *shown,
            Link(LETTERBOX, msgid("My letterbox"), PEOPLE),
            Link(PREFERENCES, msgid("How I am reached"), PEOPLE),
            Link("/board", msgid("Public board")),
        ),
        sign_in=SIGN_IN,
        sign_ins=dict.fromkeys((LETTERBOX, PREFERENCES), f"{matcher}{LED_ON_FROM}") if matcher else {},
        others=(console,),
        globals=REACH_WORDS,
    )


class Notifier:
    """The wired service. ``rules`` may be given by whoever has loaded the definition already, ``clock`` by whoever sets
    the time by hand.
    """

    def __init__(
        self, settings: NotifierSettings, rules: Community | None = None, clock: DomainClock | None = None
    ) -> None:
        self.settings = settings
        self.rules = rules or load(settings.definition)
        self.clock = clock or DomainClock.parse(settings.clock)
        self.changes = Changes(settings.live_seconds)
        self.machinery: Machinery[Repository] = Machinery(
            "notifier",
            Connections.of(settings),
            Repository,
            self.clock.now,
            [self._wake_deliveries, self._recount],
            read_key(settings.keys, "audit"),
            self.changes,
        )
        again = self.machinery.hear(*HEARINGS)
        self.machinery.bus.attach(partial(dead_letters.attach, self.machinery.writer))
        self.signer = TokenSigner(read_key(settings.keys, "tokens"), AccessBook(settings.keys))
        self.readers = Readers("notifier", HERE / "locale", zone=self.rules.zone, now=self.clock.now)
        database = self.machinery.database
        ask_others = partial(ask, self.machinery.bus, within=settings.answer_seconds)
        ground = Ground(database, self.machinery.writer, ask_others)
        self.reach = Reach(settings, self.rules, self.readers, ground, self.clock)
        self.sessions, letters = SessionQueries(database, settings.session_limits), DeadLetterQueries(database)
        self.doors = Doors(
            self.machinery.writer,
            NoticeQueries(database, self.reach.wording, self.reach.order, self.reach.reaching),
            EventQueries(database, settings.searched_events),
            letters,
            StreamQueries(self.machinery.bus),
            BoardQueries(database, self.rules, settings.board_least, settings.board_seconds),
            Settling(
                letters,
                self.machinery.writer,
                again.hear,
                ask_others,
                settings.replay_letters,
            ),
            AuditQueries(database, self.machinery.deeds, ask_others),
            self.machinery.audit,
            self.reach.reaching,
            self.reach.preferring,
            self.reach.order,
            self.reach.push_key,
            JourneyQueries(database, self.reach.order),
            DigestQueries(database, self.rules.zone),
            WatchQueries(
                database,
                FiguresQueries(database, self.rules.zone, settings.figures_seconds),
                Measures(timedelta(minutes=settings.unoffered_minutes)),
            ),
            self.clock.now,
        )
        self.alerting = Alerting(self.rules.areas, timedelta(hours=settings.alert_hours))
        self.alert_clock = AlertClock(self.doors.audits, self.alerting, self.machinery.writer, settings.audit_seconds)
        self.definition_noted = DefinitionNoted(settings.definition, self.machinery.deeds, self.machinery.audit)
        self.letter_count = LetterCount(letters, settings.live_seconds)
        self.machinery.answer(answering(self.reach.send_code, self.readers))
        self.delivery_clock = self.reach.delivery_clock

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Everything that turns while HTTP is served."""
        counts = self.letter_count.run, self.alert_clock.run, self.doors.board.run
        reach = self.reach.time_clock.run, self.reach.forgetting_clock.run
        async with (
            self.machinery.running(self.delivery_clock.run, self.definition_noted.run, *reach, *counts),
            self.reach.open(),
        ):
            yield

    async def check_migrated(self) -> None:
        """Readiness: the schema is the one this code needs."""
        await check_migrated(self.machinery.database, MIGRATIONS)

    def _recount(self, unit: Unit) -> None:
        self.letter_count.wake(unit)

    def _wake_deliveries(self, unit: Unit) -> None:
        self.delivery_clock.wake(unit)


def provider_of(settings: NotifierSettings, key: bytes, audit: Auditing) -> ProviderDoor | None:
    """The door for those who sign in at a provider, where one is told; only there its library is loaded."""
    if not settings.oidc_issuer:
        return None
    from services.notifier.access.providers import Provider, ProviderDoor  # noqa: PLC0415 - most have none

    provider = Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.oidc_claim,
        read_operators(settings.oidc_operators),
        settings.oidc_seconds,
    )
    return ProviderDoor(provider, settings.public_url + BACK, key, audit)


def make_app(settings: NotifierSettings, rules: Community | None = None) -> FastAPI:
    """Notifier's application."""
    return application_of(Notifier(settings, rules))


def application_of(notifier: Notifier) -> FastAPI:
    """The wired service on HTTP."""
    settings = notifier.settings
    tokens = FormTokens(
        "notifier",
        read_key(settings.keys, "csrf"),
        secure=settings.secure,
        trusted_origins=settings.trusted_origins,
    )
    shown = Pages(HERE / "templates", site_of(settings), tokens)
    sessions = Sessions(notifier.machinery.writer, settings.session_limits, AccessBook(settings.keys))
    callers = Callers("notifier", notifier.signer, notifier.sessions.caller_of, sessions, secure=settings.secure)
    door = SigningIn(notifier.signer, sessions, callers, (Role.OPS,))
    operators, key = Operators(settings.keys), read_key(settings.keys, "tokens")
    by_password = PasswordDoor(notifier.machinery.writer, operators, key, settings.password_tries)
    provider = provider_of(settings, key, notifier.machinery.audit)
    parts = Parts(
        title="paidan notifier",
        version=VERSION,
        pages=shown,
        readers=notifier.readers,
        callers=callers,
        routers=[
            api.make_router(notifier.doors),
            signing_in_routes(
                shown, door, password_pages(shown, by_password, sessions, callers, provider=provider is not None)
            ),
            provider_pages(shown, provider, sessions, callers, secure=settings.secure),
            handover_routes(LettingIn(Handovers(key, "notifier"), sessions, callers, *PEOPLE)),
            pages.make_router(notifier.doors, shown, notifier.rules, settings.public_url, settings.url_of(CONSOLE)),
        ],
        changes=notifier.changes,
        admission=notifier.machinery.admission,
        audit=notifier.machinery.audit,
        checks={
            "database": notifier.check_migrated,
            "broker": notifier.machinery.bus.check,
        },
        asyncapi=lambda: describe(notifier.machinery.bus, VERSION),
    )
    return make_application(settings, parts, notifier.lifespan)
