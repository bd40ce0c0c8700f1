"""The door of one-time codes: whoever has a phone that is known here, and shows it, is let in.

Every service that sends codes has this one; it alone knows what a phone opens: a session, or the orders of the phone.

Whoever asks is answered before anybody looks whether the phone is known, and what is looked up, made and sent is off
the request's path: neither the answer nor its time tells known phones from unknown ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import structlog

from shared.contracts.refusal import Refusal, Unavailable
from shared.contracts.requests import CodeSent, CodeToSend
from shared.identity.asking_codes import AskCode, AskingCodes, EnterCode, MakeCode
from shared.identity.codes import CodeNotAccepted, Codes, hash_of_claim, new_claim
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()

FORGET_SECONDS = 60.0
"""So often old codes are forgotten, wall time."""
MOST_WAITING = 1000

Sends = Callable[[CodeToSend], Awaitable[CodeSent]]
"""Asks notifier to bring a code to a phone."""

Opened = TypeVar("Opened")
"""What a phone lets in to: who signs in, or the print that orders are found by."""


@dataclass(frozen=True)
class Phones(Generic[Opened]):
    """What a service knows of phones. ``print_of`` makes the keyed hash of one (E.164). ``opens`` says what a phone, by
    its print, lets in to, None for one nobody has. ``sign_in``: the notice says that the code is for signing in.
    """

    print_of: Callable[[str], str]
    opens: Callable[[str], Awaitable[Opened | None]]
    sign_in: bool


@dataclass(frozen=True)
class _Asked:
    claim: str = field(repr=False)
    phone: str = field(repr=False)
    phone_print: str
    language: str


def _wall_now() -> datetime:
    return datetime.now(UTC)


class CodeDoor(Generic[Opened]):
    """Sends codes, and says what one that was entered opens. ``phones`` are asked when a code is made and again when
    it is entered: who was taken off in between stays out. ``wall`` is wall time.
    """

    def __init__(
        self,
        writer: GroupCommit[Any],
        asking: AskingCodes,
        codes: Codes,
        phones: Phones[Opened],
        sends: Sends,
        wall: Callable[[], datetime] = _wall_now,
    ) -> None:
        self.limits = asking.limits
        self._writer = writer
        self._asking = asking
        self._codes = codes
        self._phones = phones
        self._sends = sends
        self._wall = wall
        self._waiting: asyncio.Queue[_Asked] = asyncio.Queue(MOST_WAITING)

    async def ask(self, phone: str, address: str, language: str) -> str:
        """Have a code sent if anybody has this phone; the claim that goes with it. Raises ``TooManyCodes``,
        ``Unavailable``."""
        if self._waiting.full():
            raise Unavailable
        asked = _Asked(new_claim(), phone, self._phones.print_of(phone), language)
        address_print = self._codes.print_of_address(address)
        command = AskCode(hash_of_claim(asked.claim), asked.phone_print, address_print, self._wall())
        await self._writer.do(self._asking.ask_codes, command)
        try:
            self._waiting.put_nowait(asked)
        except asyncio.QueueFull:
            raise Unavailable from None
        return asked.claim

    async def opened(self, phone_print: str) -> Opened:
        """What a phone opens at this moment. Raises ``CodeNotAccepted`` when nobody has it any more."""
        opened = await self._phones.opens(phone_print)
        if opened is None:
            raise CodeNotAccepted
        return opened

    def print_of(self, phone: str) -> str:
        """The keyed hash of a phone (E.164)."""
        return self._phones.print_of(phone)

    async def enter(self, claim: str, phone: str, code: str) -> Opened:
        """What the phone opens; the code is used up. Raises ``CodeNotAccepted``, ``CodeDead``, ``Unavailable``."""
        phone_print = self._phones.print_of(phone)
        command = EnterCode(hash_of_claim(claim), phone_print, self._codes.print_of(claim, code), self._wall())
        await self._writer.do(self._asking.enter_codes, command)
        return await self.opened(phone_print)

    async def send(self) -> None:
        """Send what was asked for, one after the other, for ever."""
        while True:
            await self._send(await self._waiting.get())

    async def forget(self) -> None:
        """Forget what is old, for ever."""
        while True:
            try:
                await self._writer.do(self._asking.forget_codes, self._wall())
            except Unavailable:  # the database is busy: they are forgotten the next time
                log.info("codes.kept")
            await asyncio.sleep(FORGET_SECONDS)

    async def _send(self, asked: _Asked) -> None:
        """A code that cannot be sent is given up: whoever waits for it asks again."""
        code = self._codes.new()
        made = MakeCode(hash_of_claim(asked.claim), self._codes.print_of(asked.claim, code))
        minutes = round(self.limits.valid.total_seconds() / 60)
        try:
            if await self._phones.opens(asked.phone_print) is None:
                return
            await self._writer.do(self._asking.make_codes, made)
            await self._sends(
                CodeToSend(
                    phone=asked.phone,
                    code=code,
                    language=asked.language,
                    valid_minutes=minutes,
                    sign_in=self._phones.sign_in,
                )
            )
        except Refusal as refusal:
            log.warning("code.unsent", error=type(refusal).__name__)
