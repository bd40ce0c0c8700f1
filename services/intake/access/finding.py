"""Finding the orders of a phone by one-time code, for JSON doors and pages alike.

Whoever asks is answered before anybody looks whether the phone is known: the code is made and sent off the request's
path, so that the answer and its time say nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import Request
from pydantic import BaseModel

from services.intake.commands.finding import FindOrders, OpenOrders
from services.intake.queries.by_phone import OrderOfPhone, OrdersByPhone
from services.intake.queries.views import Views
from services.intake.use_cases import UseCases
from services.intake.use_cases.finding import AskCode, EnterCode, MakeCode
from shared.community.text import Text
from shared.contracts.refusal import Refusal, Unavailable
from shared.contracts.requests import CodeSent, CodeToSend
from shared.identity.codes import Codes, hash_of_claim, new_claim
from shared.identity.tokens import PurposeTokens, TrackingTokens

log = structlog.get_logger()

FORGET_SECONDS = 60.0
"""So often old codes are forgotten, wall time."""
MOST_WAITING = 1000
PERSONAL_TTL = timedelta(minutes=15)
"""So long whoever entered a phone's code may look through everything kept under it, wall time."""

Sends = Callable[[CodeToSend], Awaitable[CodeSent]]
"""Asks notifier to bring a code to a phone."""


class CodeAskedView(BaseModel):
    """What whoever asks is told, whether or not we know the phone."""

    claim: str


class FoundOrderView(BaseModel):
    """One order of the phone. ``goes_on_under``: the number it goes on under once it was merged."""

    reference: str
    service: str
    service_name: Text
    state: str
    placed_at: datetime
    goes_on_under: str | None
    tracking_token: str


class FoundOrdersView(BaseModel):
    """The orders of a phone, the newest first. ``personal_token`` opens what is kept under the phone, for minutes."""

    items: list[FoundOrderView]
    personal_token: str


@dataclass(frozen=True)
class Secrets:
    """What a right code gives: the tokens of orders, and one of everything kept under the phone."""

    tracking: TrackingTokens
    personal: PurposeTokens


@dataclass(frozen=True)
class _Asked:
    claim: str
    phone: str
    phone_print: str
    language: str


def address_of(request: Request) -> str:
    """The network address that asks: the connection's own, never what the sender writes of it."""
    return request.client.host if request.client else ""


def _wall_now() -> datetime:
    return datetime.now(UTC)


class Finder:
    """Sends codes, and shows whoever has one what is theirs. ``wall`` is wall time."""

    def __init__(
        self,
        use_cases: UseCases,
        orders: OrdersByPhone,
        views: Views,
        codes: Codes,
        secrets: Secrets,
        sends: Sends,
        wall: Callable[[], datetime] = _wall_now,
    ) -> None:
        self._writer = use_cases.writer
        self._finding = use_cases.finding
        self._orders = orders
        self._views = views
        self._codes = codes
        self._secrets = secrets
        self._sends = sends
        self._wall = wall
        self._waiting: asyncio.Queue[_Asked] = asyncio.Queue(MOST_WAITING)

    async def ask(self, wish: FindOrders, address: str, language: str) -> CodeAskedView:
        """Have a code sent, if there is anything to find. Raises ``TooManyCodes``, ``Unavailable``."""
        if self._waiting.full():
            raise Unavailable
        asked = _Asked(new_claim(), wish.phone, self._orders.print_of(wish.phone), language)
        address_print = self._codes.print_of_address(address)
        command = AskCode(hash_of_claim(asked.claim), asked.phone_print, address_print, self._wall())
        await self._writer.do(self._finding.ask_codes, command)
        try:
            self._waiting.put_nowait(asked)
        except asyncio.QueueFull:
            raise Unavailable from None
        return CodeAskedView(claim=asked.claim)

    async def open(self, wish: OpenOrders) -> FoundOrdersView:
        """The orders of a phone to whoever has its code. Raises ``CodeNotAccepted``, ``CodeDead``."""
        phone_print = self._orders.print_of(wish.phone)
        code_print = self._codes.print_of(wish.claim, wish.code)
        command = EnterCode(hash_of_claim(wish.claim), phone_print, code_print, self._wall())
        await self._writer.do(self._finding.enter_codes, command)
        found = await self._orders.of(phone_print)
        log.info("orders.found", orders=len(found))
        token = self._secrets.personal.sign(phone_print, PERSONAL_TTL)
        return FoundOrdersView(items=[self._view(one) for one in found], personal_token=token)

    def _view(self, one: OrderOfPhone) -> FoundOrderView:
        return FoundOrderView(
            reference=one.reference,
            service=one.service,
            service_name=self._views.service_name(one.service),
            state=one.state,
            placed_at=one.placed_at,
            goes_on_under=one.goes_on_under,
            tracking_token=self._secrets.tracking.of(one.person_id),
        )

    async def send(self) -> None:
        """Send what was asked for, one after the other, for ever."""
        while True:
            await self._send(await self._waiting.get())

    async def forget(self) -> None:
        """Forget what is old, for ever."""
        while True:
            try:
                await self._writer.do(self._finding.forget_codes, self._wall())
            except Unavailable:  # the database is busy: they are forgotten the next time
                log.info("codes.kept")
            await asyncio.sleep(FORGET_SECONDS)

    async def _send(self, asked: _Asked) -> None:
        """A code that cannot be sent is given up: whoever waits for it asks again."""
        if not await self._orders.are_there(asked.phone_print):
            return
        code = self._codes.new()
        made = MakeCode(hash_of_claim(asked.claim), self._codes.print_of(asked.claim, code))
        minutes = round(self._finding.limits.valid.total_seconds() / 60)
        try:
            await self._writer.do(self._finding.make_codes, made)
            await self._sends(CodeToSend(phone=asked.phone, code=code, language=asked.language, valid_minutes=minutes))
        except Refusal as refusal:
            log.warning("code.unsent", error=type(refusal).__name__)
