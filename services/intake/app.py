"""Intake put together: rules, machinery, clock and doors."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.intake import api, pages
from services.intake.access import Access, Doors
from services.intake.access.finding import Finder, Secrets
from services.intake.access.missing import MissingOrders
from services.intake.access.personal import PERSONAL, OwnRecords
from services.intake.access.photos import Photos
from services.intake.api.personal import personal_routes
from services.intake.clocks import ForgettingClock, ReviewClock
from services.intake.commands import RevealReason
from services.intake.consumers import answering, make_hearing, make_notice_hearing
from services.intake.models import Audited
from services.intake.pages.entry import entry_pages
from services.intake.pages.personal import personal_pages
from services.intake.pages.photos import photo_pages
from services.intake.pages.privacy import Kept, privacy_pages
from services.intake.pages.site import site_of
from services.intake.policies.entry import DayHours
from services.intake.policies.forgetting import Keeping
from services.intake.policies.suspicion import SpamLimits
from services.intake.queries import Parties, Queries, Reaching
from services.intake.queries.by_phone import OrdersByPhone
from services.intake.queries.calls import Calls
from services.intake.queries.concerned import Concerned
from services.intake.queries.deadlines import Deadlines
from services.intake.queries.desk import DeskOrders
from services.intake.queries.incidents import IncidentWords
from services.intake.queries.lessons import Taught
from services.intake.queries.personal import Personal, ToForget
from services.intake.queries.serving import ServersContacts
from services.intake.queries.similar import Bounds, SimilarOrders
from services.intake.queries.suggestions import JoinTokens, Suggestions
from services.intake.queries.views import Views
from services.intake.repository import Repository
from services.intake.settings import IntakeSettings
from services.intake.use_cases import UseCases
from shared.community.clock import DomainClock
from shared.community.definition import Community, load
from shared.contracts.words import Role
from shared.identity.access_book import AccessBook
from shared.identity.code_door import CodeDoor, Phones
from shared.identity.codes import Codes
from shared.identity.handing_over import Handovers
from shared.identity.keys import read_key
from shared.identity.marks import Marks
from shared.identity.signing_in import Sessions
from shared.identity.tokens import PurposeTokens, TokenSigner, TrackingTokens
from shared.messaging.asyncapi import describe
from shared.messaging.connections import Connections
from shared.messaging.machinery import Machinery
from shared.messaging.requests import ask
from shared.persistence.bounding import BoundedAudit, ContactsADay
from shared.persistence.erasures import Register
from shared.persistence.migrating import check_migrated
from shared.persistence.vault import Vault
from shared.web.application import Parts, make_application
from shared.web.callers import Callers
from shared.web.csrf import FormTokens
from shared.web.handover import LettingIn, handover_routes
from shared.web.i18n import Readers
from shared.web.live import Changes
from shared.web.signing_in import SigningIn, signing_in_routes
from shared.web.templating import Pages

HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations"
VERSION = "0.1.0"


class Intake:
    """The wired service. ``rules`` may be given by whoever has loaded the definition already; ``wall`` is what moves
    the domain's clock.
    """

    def __init__(
        self, settings: IntakeSettings, rules: Community | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        self.settings = settings
        self.rules = rules or load(settings.definition)
        self.clock = DomainClock.parse(settings.clock, wall=wall)
        self.changes = Changes(settings.live_seconds)
        self.machinery: Machinery[Repository] = Machinery(
            "intake",
            Connections.of(settings),
            Repository,
            self.clock.now,
            audit_key=read_key(settings.keys, "audit"),
            hub=self.changes,
        )
        self.signer = TokenSigner(read_key(settings.keys, "tokens"), AccessBook(settings.keys))
        self.tracking = TrackingTokens(read_key(settings.keys, "tracking"))
        vault = Vault(read_key(settings.keys, "intake-vault"))
        register = Register(settings.erasures, "intake")
        spam = SpamLimits(
            settings.orders_per_phone, settings.orders_per_place, settings.orders_per_grid, settings.orders_alike
        )
        writer, free = self.machinery.writer, settings.misses_free
        self.use_cases = UseCases(self.rules, vault, writer, settings.code_limits, register, spam, free)
        self.machinery.hear(make_hearing(self.use_cases), make_notice_hearing(self.use_cases))
        self.queries = Queries(self.machinery.database, self.rules, vault, settings.session_limits)
        parties = Parties(self.machinery.database, vault, Marks(read_key(settings.keys, "parties")))
        a_day = ContactsADay(settings.contacts_volunteer, settings.contacts_coordinator, RevealReason.EMERGENCY.value)
        audit = BoundedAudit(self.machinery.audit, self.machinery.database, Audited, a_day)
        contacts = ServersContacts(self.machinery.database, vault, audit, self.clock, settings.returns_unstarted)
        self.machinery.answer(answering(parties, contacts, Reaching(self.machinery.database, vault)))
        bounds = Bounds(settings.similar_least, settings.similar_days, settings.similar_rows)
        similar = SimilarOrders(self.machinery.database, self.rules, vault, bounds)
        suggesting = Taught(self.machinery.database, vault, self.use_cases.teaching.suggesting)
        join_tokens = JoinTokens(PurposeTokens(read_key(settings.keys, "tokens"), "join"), vault)
        ask_other: Any = partial(ask, self.machinery.bus, within=settings.answer_seconds)
        views = Views(self.rules)
        secrets = Secrets(self.tracking, PurposeTokens(read_key(settings.keys, "tokens"), PERSONAL))
        codes = Codes(read_key(settings.keys, "tokens"))
        phones = OrdersByPhone(self.machinery.database, vault)
        known = Phones(phones.print_of, phones.with_any, sign_in=False)
        self.code_door = CodeDoor(writer, self.use_cases.finding, codes, known, ask_other)
        self.finder = Finder(self.code_door, phones, views, secrets)
        self.missing = MissingOrders(self.use_cases, codes, settings.flood_limits)
        self.doors = Doors(
            self.use_cases,
            self.queries,
            views,
            Access(self.rules, self.signer, self.tracking),
            self.tracking,
            self.clock,
            settings.import_rows,
            settings.figures_days,
            ask_other,
            DeskOrders(self.machinery.database, vault),
            Concerned(self.machinery.database, self.queries),
            similar,
            Suggestions(self.rules, suggesting, similar, join_tokens),
            Calls(self.machinery.database, self.rules, vault),
            ask_other,
            IncidentWords(self.machinery.database, vault),
            self.finder,
            self.machinery.admission,
            audit,
            self.missing,
        )
        self.photos = Photos(self.doors, ask_other, ask_other)
        database, keeping = self.machinery.database, Keeping.of_days(settings.hints_days, settings.contact_days)
        self.own_records = OwnRecords(self.doors, Personal(database, vault, keeping), phones, secrets.personal)
        due, pause = ToForget(database, keeping), settings.forget_seconds
        self.forgetting_clock = ForgettingClock(due, self.use_cases, register, ask_other, self.clock, pause)
        self.review_clock = ReviewClock(Deadlines(database), self.use_cases, self.clock, settings.sweep_seconds)

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Everything that turns while HTTP is served."""
        clocks = (
            self.review_clock.run,
            self.code_door.send,
            self.code_door.forget,
            self.missing.forget,
            self.forgetting_clock.run,
        )
        async with self.machinery.running(*clocks):
            await self.forgetting_clock.begin()
            yield

    async def check_migrated(self) -> None:
        """Readiness: the schema is the one this code needs."""
        await check_migrated(self.machinery.database, MIGRATIONS)


def make_app(settings: IntakeSettings, rules: Community | None = None) -> FastAPI:
    """Intake's application."""
    return application_of(Intake(settings, rules))


def application_of(intake: Intake) -> FastAPI:
    """The wired service on HTTP."""
    settings = intake.settings
    tokens = FormTokens(
        "intake",
        read_key(settings.keys, "csrf"),
        secure=settings.secure,
        trusted_origins=settings.trusted_origins,
    )
    site = site_of(intake.rules, settings)
    shown = Pages(HERE / "templates", site, tokens)
    sessions = Sessions(intake.machinery.writer, settings.session_limits, AccessBook(settings.keys))
    callers = Callers("intake", intake.signer, intake.queries.caller_of, sessions, secure=settings.secure)
    door = SigningIn(intake.signer, sessions, callers, (Role.COORDINATOR,))
    handovers = Handovers(read_key(settings.keys, "tokens"), "intake")
    hours = DayHours(settings.day_from, settings.day_to, settings.evening_to)
    kept = Kept(round(settings.hints_days), round(settings.contact_days), settings.code_minutes)
    parts = Parts(
        title="paidan intake",
        version=VERSION,
        pages=shown,
        readers=Readers("intake", HERE / "locale", zone=intake.rules.zone, now=intake.clock.now),
        callers=callers,
        routers=[
            api.make_router(intake.doors),
            personal_routes(intake.own_records),
            personal_pages(intake.own_records, shown, secure=settings.secure),
            signing_in_routes(shown, door),
            handover_routes(LettingIn(handovers, sessions, callers, Role.COORDINATOR)),
            pages.make_router(intake.doors, intake.rules, shown, hours, secure=settings.secure),
            photo_pages(intake.photos, shown),
            entry_pages(intake.doors, intake.rules, shown, hours),
            privacy_pages(intake.rules, shown, kept),
        ],
        changes=intake.changes,
        admission=intake.machinery.admission,
        audit=intake.machinery.audit,
        checks={
            "database": intake.check_migrated,
            "broker": intake.machinery.bus.check,
        },
        uploads={"/api/orders/import": settings.upload_limit_bytes},
        asyncapi=lambda: describe(intake.machinery.bus, VERSION),
    )
    return make_application(settings, parts, intake.lifespan)
