"""The three services wired in one process, each on its own database, with a broker that is played by hand.

Every fact is carried from one service's outbox into another's inbox as the broker would: each durable in its order, the
durables in any order, a fact twice, or into a service that dies over it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from deploy.verify.evidence import Databases
from services.intake import app as intake_app
from services.intake.consumers import answering
from services.intake.consumers import make_hearing as heard_by_intake
from services.intake.consumers import make_notice_hearing as notices_heard_by_intake
from services.intake.queries import Parties, Reaching
from services.intake.queries.serving import ServersContacts
from services.matcher import app as matcher_app
from services.matcher.clocks import PartiesClock
from services.matcher.consumers import make_hearing
from services.matcher.use_cases.enrolling import ImportRoster
from services.notifier.app import service as notifier_app
from services.notifier.consumers import HEARINGS
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.community.roster import RosterRow
from shared.contracts.envelope import Fact
from shared.contracts.flows import EVENTS, SERVICES, durables_of
from shared.contracts.refusal import Refusal, TooEarly
from shared.contracts.requests import PartiesAsked
from shared.contracts.versions import Vocabulary
from shared.contracts.words import Role
from shared.identity.keys import create_keys, read_key
from shared.identity.marks import Marks
from shared.identity.tokens import Caller, TokenSigner, TrackingTokens
from shared.messaging.consuming import take
from shared.messaging.outbox import headers_of
from shared.persistence.vault import Vault

START = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
"""A Monday morning."""

_APPS: Mapping[str, Any] = {"intake": intake_app, "matcher": matcher_app, "notifier": notifier_app}
_EVERYTHING = Vocabulary(EVENTS)


class Died(Exception):
    """The service died before the commit."""


@dataclass
class Running:
    """One service at work: wired, on HTTP, its writer turning."""

    wired: Any
    app: FastAPI
    client: httpx2.AsyncClient
    writing: asyncio.Task[None]

    async def stop(self) -> None:
        """The process is gone; what it had committed stays."""
        await self.client.aclose()
        self.wired.machinery.writer.close()
        await self.writing
        await self.wired.machinery.database.close()


class Trio:
    """The house in one process. ``now`` is set by hand; nothing moves by itself."""

    def __init__(self, folder: Path, urls: Mapping[str, str], rules: Community, roster: list[RosterRow]) -> None:
        self.rules = rules
        self.roster = roster
        self.seconds = 0.0
        self._folder, self._urls = folder, urls
        self._at: dict[str, int] = {}
        self.running: dict[str, Running] = {}
        create_keys(folder / "keys")
        self.signer = TokenSigner(read_key(folder / "keys", "tokens"))
        self.tracking = TrackingTokens(read_key(folder / "keys", "tracking"))

    @property
    def now(self) -> datetime:
        """Domain time."""
        return START + timedelta(seconds=self.seconds)

    async def begin(self) -> None:
        """All three start; the roster is enrolled."""
        for service in SERVICES:
            self.start(service)
        await self._settle_in()
        enrolling = self.running["matcher"].wired.use_cases.enrolling
        await self.do("matcher", enrolling.import_rosters, ImportRoster(self.roster, "county"))

    def start(self, service: str) -> None:
        """Wire a service on its database, as its process would at its start."""
        module, wired = _APPS[service], service.title()
        settings = getattr(module, f"{wired}Settings")(
            database_url=self._urls[service],
            keys=self._folder / "keys",
            nats_url="nats://127.0.0.1:1",
            **self._more(service),
        )
        clock = DomainClock(START, 1.0, 0.0, lambda: self.seconds)
        with ExitStack() as held:
            held.enter_context(patch.object(DomainClock, "parse", lambda *_, **__: clock))
            made = getattr(module, wired)(settings, self.rules)
        app = module.application_of(made)
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app),
            base_url=f"http://{service}.test",
            headers={"accept-language": "en"},
        )
        writing = asyncio.get_running_loop().create_task(made.machinery.writer.run())
        self.running[service] = Running(made, app, client, writing)

    def _more(self, service: str) -> dict[str, Any]:
        return {"notice_file": self._folder / "notices.jsonl"} if service == "notifier" else {}

    async def _settle_in(self) -> None:
        await self.do("matcher", self.running["matcher"].wired.use_cases.enrolling.settle_in, None)

    async def restart(self, service: str) -> None:
        """The process dies and comes back: only what the database has is left."""
        await self.running[service].stop()
        self.start(service)
        if service == "matcher":
            await self._settle_in()

    async def end(self) -> None:
        """All three are gone."""
        for one in self.running.values():
            await one.stop()

    async def do(self, service: str, use_case: Any, command: Any) -> Any:
        """One command through a service's writer."""
        return await self.running[service].wired.machinery.writer.do(use_case, command)

    async def ask(self, service: str, method: str, path: str, secret: str, body: Any = None) -> tuple[int, Any]:
        """``(status, JSON)`` of a request at a service's door. A 5xx is a fault, whatever was asked."""
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        answer = await self.running[service].client.request(method, path, headers=headers, json=body)
        assert answer.status_code < 500, f"{method} {path} {body}: {answer.status_code} {answer.text}"
        return answer.status_code, answer.json()

    def token(self, role: Role, subject: str, area: str | None = None) -> str:
        """A signed caller."""
        return self.signer.sign(Caller(role, subject, area), timedelta(minutes=5))

    def tracks(self, resident_id: str) -> str:
        """The tracking token of who ordered (the order's id), or of somebody else who is concerned."""
        return self.tracking.of(resident_id)

    async def sweep(self) -> None:
        """Everything that is due at this moment, of every clock, until nothing is."""
        intake, matcher = self.running["intake"].wired, self.running["matcher"].wired
        await self._parties().sweep()
        for _ in range(20):
            done = await matcher.dispatch_clock.sweep(self.now)
            if not done + await intake.review_clock.sweep(self.now):
                return
        raise AssertionError("something is due again and again")

    def _parties(self) -> PartiesClock:
        """Matcher asks intake directly: requests need no broker here."""
        intake, matcher = self.running["intake"].wired, self.running["matcher"].wired
        vault = Vault(read_key(self._folder / "keys", "intake-vault"))
        marks = Marks(read_key(self._folder / "keys", "parties"))
        contacts = ServersContacts(intake.machinery.database, vault, intake.machinery.audit, intake.clock, 3)
        parties, reaching = Parties(intake.machinery.database, vault, marks), Reaching(intake.machinery.database, vault)
        tells = answering(parties, contacts, reaching).tells[PartiesAsked]
        return PartiesClock(matcher.queries, matcher.use_cases, tells, 1.0)  # type: ignore[arg-type]  # in place of the bus

    async def carry(self, service: str, publisher: str, *, twice: bool = False, dying: bool = False) -> bool:
        """The next fact of one durable, if there is one and it is not too early; True when it was taken.

        ``twice``: it is delivered again after the commit; ``dying``: the service dies over it before the commit, comes
        back, and takes it then.
        """
        durable = f"{service}_from_{publisher}"
        row = await self._next(durable, publisher)
        if row is None:
            return False
        fact: Fact[Any] = _EVERYTHING.read(row.subject, headers_of(row), row.body.encode())
        if dying:
            try:
                await self.do(service, self._hears(service, publisher, fact, dies=True), fact)
            except Died:
                await self.restart(service)
            except TooEarly:
                return False
        for _ in range(2 if twice else 1):
            try:
                await self.do(service, self._hears(service, publisher, fact), fact)
            except TooEarly:
                return False
        self._at[durable] = row.position
        return True

    async def _next(self, durable: str, publisher: str) -> Any:
        machinery = self.running[publisher].wired.machinery
        outbox = _APPS[publisher].Repository.outbox
        following = (
            select(outbox)
            .where(col(outbox.position) > self._at.get(durable, 0))
            .order_by(col(outbox.position))
            .limit(1)
        )
        async with machinery.database.reading() as session:
            return await session.scalar(following)

    def _hears(self, service: str, publisher: str, fact: Fact[Any], *, dies: bool = False) -> Any:
        consumers = {hearing.publisher: hearing for hearing in self._hearings(service)}[publisher].consumers
        hear = partial(take, f"{service}_from_{publisher}", consumers)
        if not dies:
            return hear

        async def hear_and_die(uow: Any, facts: Any) -> Any:
            for answer in await hear(uow, facts):
                if isinstance(answer, Refusal):
                    return [answer]
            raise Died

        return hear_and_die

    def _hearings(self, service: str) -> tuple[Any, ...]:
        if service == "intake":
            use_cases = self.running["intake"].wired.use_cases
            return heard_by_intake(use_cases), notices_heard_by_intake(use_cases)
        return (make_hearing(self.running["matcher"].wired.use_cases),) if service == "matcher" else HEARINGS

    async def carry_all(self) -> None:
        """Quiet: every fact has arrived everywhere, as it would after any outage."""
        moved = True
        while moved:
            moved = False
            for service in SERVICES:
                for _, publisher in durables_of(service):
                    while publisher in SERVICES and await self.carry(service, publisher):
                        moved = True
        for service in SERVICES:
            for durable, publisher in durables_of(service):
                left = await self._next(durable, publisher) if publisher in SERVICES else None
                assert left is None, f"{durable} is stuck at {left.type} v{left.version} of {left.about}"

    @property
    def databases(self) -> Databases:
        """The three databases, for the outside checks."""
        return Databases(**{name: one.wired.machinery.database for name, one in self.running.items()})
