"""Certificates of hours: which period, what they count, and the code by which a paper is known to be ours."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from shared.contracts.refusal import Conflict
from shared.identity.marks import folded

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L or U: what is read off a paper is typed right."""
_NUMBER, _CODE = 8, 12
"""Characters of a number and of a code; a code is too long to be guessed (58 bits, and misses are counted)."""
MOST_CERTIFICATES = 200


class NothingServed(Conflict):
    """There is nothing to certify."""

    title = "Nothing was served in this time, so there is nothing to certify"


class PeriodAhead(Conflict):
    """A certificate looks back."""

    title = "The time must begin before it ends, and must not lie ahead"


class TooManyCertificates(Conflict):
    """So many are kept and no more."""

    title = "No more certificates can be issued; please use one of those you have"


class Served(NamedTuple):
    """How often somebody served a service, and how long in all."""

    service: str
    times: int
    minutes: int


@dataclass(frozen=True)
class Statement:
    """What a certificate says, its name apart. Days are local."""

    number: str
    first_day: date
    last_day: date
    services: Sequence[Served]
    issued_on: date

    @property
    def minutes(self) -> int:
        """All of them."""
        return sum(one.minutes for one in self.services)

    @property
    def times(self) -> int:
        """How many assignments were completed."""
        return sum(one.times for one in self.services)


def check_period(first_day: date, last_day: date, today: date) -> None:
    """Raises ``PeriodAhead``."""
    if first_day > last_day or last_day > today:
        raise PeriodAhead


def counted(completed: Iterable[tuple[str, int]]) -> list[Served]:
    """What was served, by service, from the service and minutes of each; by code, so that two counts are the same.

    Raises ``NothingServed``.
    """
    found: dict[str, tuple[int, int]] = {}
    for service, minutes in completed:
        times, before = found.get(service, (0, 0))
        found[service] = times + 1, before + minutes
    if not found:
        raise NothingServed
    return [Served(service, *found[service]) for service in sorted(found)]


def number_of(certificate_id: str, issued_on: date) -> str:
    """``YYMMDD-XXXX-XXXX``, made from a random id: nobody can count from one to the next."""
    return f"{issued_on:%y%m%d}-{_grouped(sha256(certificate_id.encode()).digest(), _NUMBER)}"


def written(services: Sequence[Served]) -> str:
    """For the column, and to be signed."""
    return json.dumps([list(one) for one in services], separators=(",", ":"))


class CertificateCodes:
    """Makes and compares codes under a key of the installation: at least 32 random bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, name: str, said: Statement) -> str:
        """``XXXX-XXXX-XXXX``: changes with every letter of the name and every figure."""
        days = (said.first_day.isoformat(), said.last_day.isoformat(), said.issued_on.isoformat())
        text = "\n".join((said.number, *days, written(said.services), folded(name)))
        return _grouped(hmac.digest(self._key, b"certificate:" + text.encode(), "sha256"), _CODE)

    def fits(self, code: str, name: str, said: Statement) -> bool:
        """Whether a code is that of this name and these figures, however it was typed."""
        return hmac.compare_digest(_typed(code), _typed(self.of(name, said)))


def _typed(code: str) -> bytes:
    return "".join(folded(code).upper().split("-")).encode()


def _grouped(digest: bytes, length: int) -> str:
    number, letters = int.from_bytes(digest[:16]), ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return "-".join(letters[at : at + 4] for at in range(0, length, 4))
