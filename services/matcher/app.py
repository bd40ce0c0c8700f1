"""Matcher put together: rules, machinery, clock and doors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI

from services.matcher import api, pages
from services.matcher.access import Access, Doors
from services.matcher.clocks import DispatchClock, PartiesClock
from services.matcher.consumers import make_answers, make_hearing
from services.matcher.pages.leading_on import leading_on_pages
from services.matcher.pages.roster_work import RosterWork
from services.matcher.pages.site import PEOPLE, SITE
from services.matcher.pages.surroundings import site_in
from services.matcher.policies.certificates import CertificateCodes
from services.matcher.queries import Queries
from services.matcher.repository import Repository, Unit
from services.matcher.settings import MatcherSettings
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.seating import Seating
from shared.community.clock import DomainClock
from shared.community.definition import Community, load
from shared.contracts.personal import ContactAsked, ContactTold
from shared.contracts.refusal import Unavailable
from shared.contracts.words import Role
from shared.identity.access_book import AccessBook
from shared.identity.asking_codes import AskingCodes
from shared.identity.code_door import CodeDoor, Phones
from shared.identity.codes import Codes
from shared.identity.handing_over import Handovers
from shared.identity.keys import read_key
from shared.identity.marks import Marks
from shared.identity.signing_in import Sessions
from shared.identity.tokens import CalendarTokens, PurposeTokens, TokenSigner
from shared.messaging.asyncapi import describe
from shared.messaging.connections import Connections
from shared.messaging.machinery import Machinery
from shared.messaging.requests import ask
from shared.persistence.engine import DATABASE_ERRORS
from shared.persistence.erasures import Register
from shared.persistence.migrating import check_migrated
from shared.persistence.vault import Vault
from shared.web.application import Parts, make_application
from shared.web.callers import Callers
from shared.web.code_pages import code_pages
from shared.web.csrf import FormTokens
from shared.web.handover import LeadingOn
from shared.web.i18n import Readers
from shared.web.live import Changes
from shared.web.signing_in import SigningIn, signing_in_routes
from shared.web.signing_in_by_code import SigningInByCode, code_routes
from shared.web.templating import Pages

log = structlog.get_logger()

HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations"
VERSION = "0.1.0"


class Matcher:
    """The wired service. ``rules`` may be given by whoever has loaded the definition already."""

    def __init__(self, settings: MatcherSettings, rules: Community | None = None) -> None:
        self.settings = settings
        self.rules = rules or load(settings.definition)
        self.clock = DomainClock.parse(settings.clock)
        self.changes = Changes(settings.live_seconds)
        self.machinery: Machinery[Repository] = Machinery(
            "matcher",
            Connections.of(settings),
            Repository,
            self.clock.now,
            [self._learn],
            read_key(settings.keys, "audit"),
            self.changes,
        )
        self.signer = TokenSigner(read_key(settings.keys, "tokens"), AccessBook(settings.keys))
        vault, marks = Vault(read_key(settings.keys, "matcher-vault")), Marks(read_key(settings.keys, "parties"))
        self.register, self._compared = Register(settings.erasures, "matcher"), False
        self.seating = Seating(vault, partial(self.signer.end_all, Role.COORDINATOR))
        database, writer = self.machinery.database, self.machinery.writer
        self.use_cases = UseCases(self.rules, vault, writer, None, marks, self.register, api.photo_limits(settings))
        self.machinery.hear(make_hearing(self.use_cases))
        pairing = self.use_cases.directories, self.use_cases.needs
        codes = CertificateCodes(read_key(settings.keys, "tokens"))
        self.queries = Queries(database, self.rules, vault, *pairing, settings.session_limits, codes)
        self.machinery.answer(make_answers(self.queries, self.clock.now, self.use_cases))
        access = Access(self.rules, self._stands_in)
        self.doors = Doors(
            self.rules,
            self.use_cases,
            self.queries,
            access,
            self.clock,
            links=PurposeTokens(read_key(settings.keys, "tokens"), "referral"),
            feeds=CalendarTokens(read_key(settings.keys, "tokens")),
            roster_rows=settings.roster_rows,
            gap_days=settings.gap_days,
            figures_days=settings.figures_days,
            admission=self.machinery.admission,
            audit=self.machinery.audit,
            asks_contact=self._contact,
            decodings=asyncio.Semaphore(settings.photo_decodings),
        )
        self.roster_work = RosterWork(self.doors, self.changes)
        self.dispatch_clock = DispatchClock(
            self.queries,
            self.use_cases,
            self.clock,
            settings.sweep_seconds,
            frozenset(self.rules.departments_by_code),
            timedelta(hours=settings.roster_draft_hours),
        )
        ask_other: Any = partial(ask, self.machinery.bus, within=settings.answer_seconds)
        self.code_door = CodeDoor(
            writer,
            AskingCodes(settings.code_limits),
            Codes(read_key(settings.keys, "tokens")),
            Phones(self.queries.signing_in.print_of, self.queries.signing_in.owners_of, sign_in=True),
            ask_other,
        )
        self.parties_clock = PartiesClock(self.queries, self.use_cases, ask_other, settings.sweep_seconds)

    async def _contact(self, asked: ContactAsked) -> ContactTold:
        return await ask(self.machinery.bus, asked, within=self.settings.answer_seconds)

    async def _stands_in(self, coordinator_id: str) -> tuple[str, ...]:
        return await self.queries.stand_ins.areas_of(coordinator_id, self.clock.now())

    def _learn(self, unit: Unit) -> None:
        self.use_cases.learn(unit)

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Everything that turns while HTTP is served."""
        beside = self.code_door.send, self.code_door.forget, self.roster_work.run
        async with self.machinery.running(self.settle_in, self.dispatch_clock.run, self.parties_clock.run, *beside):
            await self.begin()
            yield

    async def begin(self) -> None:
        """Before anything is shown. Without its database a service shows nothing, and compares later."""
        with suppress(Unavailable, *DATABASE_ERRORS):  # the tables may not be there yet either
            await self._compare()

    async def _compare(self) -> None:
        """Erase again whom the register names and a restored database still has."""
        if not self._compared:
            erased = [one.subject for one in self.register.read()]
            await self.use_cases.writer.do(self.use_cases.forgetting.erase_again, erased)
            self._compared = True

    async def settle_in(self) -> None:
        """The definition's posts into the database, the roster into memory; tried until the database is there."""
        while True:
            try:
                await self._compare()
                await self.use_cases.writer.do(self.use_cases.enrolling.settle_in, None)
            except Unavailable:
                log.warning("database.absent")
                await asyncio.sleep(self.settings.sweep_seconds)
            else:
                return

    async def check_migrated(self) -> None:
        """Readiness: the schema is the one this code needs."""
        await check_migrated(self.machinery.database, MIGRATIONS)


def make_app(settings: MatcherSettings, rules: Community | None = None) -> FastAPI:
    """Matcher's application."""
    return application_of(Matcher(settings, rules))


def application_of(matcher: Matcher) -> FastAPI:
    """The wired service on HTTP."""
    settings = matcher.settings
    tokens = FormTokens(
        "matcher",
        read_key(settings.keys, "csrf"),
        secure=settings.secure,
        trusted_origins=settings.trusted_origins,
    )
    shown = Pages(HERE / "templates", site_in(matcher.rules, settings, SITE), tokens)
    sessions = Sessions(matcher.machinery.writer, settings.session_limits, AccessBook(settings.keys))
    lookup = matcher.queries.signing_in.caller_of
    callers = Callers("matcher", matcher.signer, lookup, sessions, secure=settings.secure)
    door = SigningIn(matcher.signer, sessions, callers, (*PEOPLE, Role.DEPARTMENT))
    key = read_key(settings.keys, "tokens")
    by_code = SigningInByCode(matcher.code_door, sessions, callers, key, secure=settings.secure)
    leading, to_letterbox = (
        LeadingOn(shown, Handovers(key, service), settings.url_of(service), settings.handover_seconds)
        for service in ("intake", "notifier")
    )
    readers = Readers("matcher", HERE / "locale", zone=matcher.rules.zone, now=matcher.clock.now)
    parts = Parts(
        title="paidan matcher",
        version=VERSION,
        pages=shown,
        readers=readers,
        callers=callers,
        routers=[
            api.make_router(matcher.doors, matcher.seating),
            code_routes(by_code),
            signing_in_routes(shown, door, code_pages(shown, by_code, pages.naming(matcher.rules))),
            pages.make_router(
                matcher.doors, shown, matcher.roster_work, readers, secure=settings.secure, map_link=settings.map_link
            ),
            leading_on_pages(matcher.doors, leading, to_letterbox),
        ],
        changes=matcher.changes,
        admission=matcher.machinery.admission,
        audit=matcher.machinery.audit,
        checks={
            "database": matcher.check_migrated,
            "broker": matcher.machinery.bus.check,
        },
        uploads=api.uploads(settings),
        asyncapi=lambda: describe(matcher.machinery.bus, VERSION),
    )
    return make_application(settings, parts, matcher.lifespan)
