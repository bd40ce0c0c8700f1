"""One-time codes: six digits that show that somebody has a phone, good once, for the browser that asked.

Who asks gets a claim, random and theirs alone; the code goes to the phone. Tables hold keyed hashes of both and of the
phone. Whether a phone is known shows nowhere: rows are kept and counted for either. All times are wall time.
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.refusal import TooMany, Unauthenticated

DIGITS = 6
COUNTED = timedelta(hours=1)
"""Over so long a time codes are counted; their rows are forgotten after it."""


class CodeNotAccepted(Unauthenticated):
    """Mistyped, used, too old, of another phone or asked for by another browser; never says which."""

    title = "This code is not accepted; ask for a new one if it is older than a few minutes"


class CodeDead(TooMany):
    """The code was mistyped too often; the right one does not help any more."""

    title = "This code was mistyped too often; please ask for a new one"


class TooManyCodes(TooMany):
    """This phone, this address or everybody together has asked for as many codes as may be sent in an hour."""

    title = "Too many codes were asked for; please try again in an hour"
    retry_after = COUNTED.total_seconds()


@dataclass(frozen=True)
class CodeLimits:
    """How long a code is ``valid``, after how many wrong ``attempts`` it is dead, and how many codes may be asked for
    in an hour: for one phone, from one network address, in all.
    """

    valid: timedelta = timedelta(minutes=10)
    attempts: int = 5
    per_phone: int = 5
    per_address: int = 60
    in_all: int = 1000


@dataclass
class CodesAsked:
    """How many codes were asked for in the last hour: by print of the phone, by print of the address, in all."""

    by_phone: Counter[str] = field(default_factory=Counter)
    by_address: Counter[str] = field(default_factory=Counter)
    in_all: int = 0

    def add(self, phone_print: str, address_print: str, limits: CodeLimits) -> None:
        """Count one more. Raises ``TooManyCodes``, and then counts nothing."""
        if (
            self.in_all >= limits.in_all
            or self.by_phone[phone_print] >= limits.per_phone
            or self.by_address[address_print] >= limits.per_address
        ):
            raise TooManyCodes
        self.by_phone[phone_print] += 1
        self.by_address[address_print] += 1
        self.in_all += 1


class Codes:
    """Makes codes and their prints under an installation's key: at least 32 random bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self) -> str:
        """A fresh code: six digits."""
        return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"

    def print_of(self, claim: str, code: str) -> str:
        """What a table knows of a code: 64 hex digits, another for each claim; useless without the key."""
        return self._print(b"code:", f"{claim}:{code}")

    def print_of_address(self, address: str) -> str:
        """What a table knows of the network address that asked: 64 hex digits."""
        return self._print(b"code-address:", address)

    def _print(self, purpose: bytes, text: str) -> str:
        return hmac.digest(self._key, purpose + text.encode(), "sha256").hex()


def new_claim() -> str:
    """A fresh claim with 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of_claim(claim: str) -> str:
    """What a table knows of a claim."""
    return sha256(claim.encode()).hexdigest()


class CodeColumns(SQLModel):
    """One code that was asked for. ``code_print`` is None as long as none was made, and once it is of no use."""

    claim_hash: str = Field(primary_key=True)
    phone_print: str = Field(index=True)
    address_print: str
    code_print: str | None = None
    attempts: int = 0
    asked_at: datetime = Field(index=True)
    used_at: datetime | None = None

    def enter(self, phone_print: str, code_print: str, wall: datetime, limits: CodeLimits) -> None:
        """Use the code up. Every attempt counts, also for a phone that no code was made for.

        Raises ``CodeNotAccepted`` or ``CodeDead``.
        """
        if self.used_at is not None or wall >= self.asked_at + limits.valid:
            raise CodeNotAccepted
        if self.attempts >= limits.attempts:
            raise CodeDead
        self.attempts += 1
        same_code = hmac.compare_digest(self.code_print or "", code_print)
        same_phone = hmac.compare_digest(self.phone_print, phone_print)
        if not (same_code and same_phone):
            raise CodeNotAccepted
        self.used_at, self.code_print = wall, None


class CodeRepository:
    """The code part of a service's repository; the service names its table."""

    codes: ClassVar[type[CodeColumns]]
    _session: AsyncSession

    async def codes_asked(self, wall: datetime) -> CodesAsked:
        """How many codes were asked for in the hour before ``wall``."""
        table = self.codes
        recent = col(table.asked_at) > wall - COUNTED
        phones = select(col(table.phone_print), func.count()).where(recent).group_by(col(table.phone_print))
        addresses = select(col(table.address_print), func.count()).where(recent).group_by(col(table.address_print))
        by_phone, by_address = Counter[str](), Counter[str]()
        for phone_print, count in await self._session.execute(phones):
            by_phone[phone_print] = count
        for address_print, count in await self._session.execute(addresses):
            by_address[address_print] = count
        return CodesAsked(by_phone, by_address, by_phone.total())

    def add_code(self, claim_hash: str, phone_print: str, address_print: str, wall: datetime) -> None:
        """Remember that a code was asked for."""
        table = self.codes
        self._session.add(
            table(claim_hash=claim_hash, phone_print=phone_print, address_print=address_print, asked_at=wall)
        )

    async def codes_of(self, claim_hashes: Collection[str]) -> dict[str, CodeColumns]:
        """Codes by the hash of their claim, locked for change where the database has row locks."""
        found = select(self.codes).where(col(self.codes.claim_hash).in_(claim_hashes)).with_for_update()
        return {one.claim_hash: one for one in await self._session.scalars(found)}

    async def forget_codes(self, wall: datetime, valid: timedelta) -> None:
        """Forget codes that are valid no more, and that they were asked for once they are not counted any more."""
        table = self.codes
        await self._session.execute(delete(table).where(col(table.asked_at) <= wall - COUNTED))
        old = update(table).where(col(table.asked_at) <= wall - valid, col(table.code_print).is_not(None))
        await self._session.execute(old.values(code_print=None))
