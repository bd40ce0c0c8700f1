"""Floods are turned away before anything is done for them: so many requests a minute of one address, one caller, and in
all, by what they ask.

Counted in this process alone: it protects the process. What matters for abuse (codes, contacts that are seen) is
counted in the database, for all replicas together. Addresses are the connection's own; what a trusted proxy says of it
has been put in their place by the outermost ring (application.py).
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.refusal import TooMany
from shared.observability.metrics import FLOODS_REFUSED
from shared.web.cookies import cookie_of
from shared.web.errors import Problems, problem_of_refusal

MINUTE = 60.0
MOST_COUNTED = 100_000
"""So many addresses and callers are remembered at a time, for two minutes at most."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_FREE = ("/healthz", "/readyz", "/metrics", "/static/")
_MISSED = frozenset({401, 404})


class Kind(StrEnum):
    """What is counted. ``misses``: answers that something is not there, or not theirs."""

    READS = "reads"
    WRITES = "writes"
    MISSES = "misses"
    CALLER = "caller"
    ALL = "all"


class TooManyRequests(TooMany):
    """More requests came from there than people make."""

    title = "Too many requests; please wait a little"

    def __init__(self, seconds: float) -> None:
        """``seconds`` until the next one is let in."""
        super().__init__()
        self.retry_after = max(1, math.ceil(seconds))


@dataclass(frozen=True)
class FloodLimits:
    """Requests a minute: of one address by what they ask, of one caller, of everybody together. ``uncounted``:
    networks whose addresses are not counted one by one, such as this machine's own.
    """

    reads: int = 6000
    writes: int = 1200
    misses: int = 300
    caller: int = 6000
    in_all: int = 300_000
    uncounted: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    def by_kind(self) -> Mapping[Kind, int]:
        """The limit of each kind."""
        return {
            Kind.READS: self.reads,
            Kind.WRITES: self.writes,
            Kind.MISSES: self.misses,
            Kind.CALLER: self.caller,
            Kind.ALL: self.in_all,
        }


@dataclass
class Flood:
    """How full each one's minute is (the generic cell rate algorithm: one number for each, nothing to sweep).

    A number is the moment at which all that was asked would be paid for at the steady rate; one that is past says
    nothing, so numbers older than a minute are forgotten by generations. ``clock`` gives seconds.
    """

    limits: FloodLimits
    clock: Callable[[], float] = time.monotonic
    _young: dict[tuple[Kind, str], float] = field(default_factory=dict)
    _old: dict[tuple[Kind, str], float] = field(default_factory=dict)
    _turned_at: float = -math.inf

    def __post_init__(self) -> None:
        self._cost = {kind: MINUTE / most for kind, most in self.limits.by_kind().items()}

    def wait(self, kind: Kind, whom: str, *, counts: bool = True) -> float:
        """Seconds until the next one is let in; 0 lets it in, and counts it where ``counts``."""
        now, cost, key = self.clock(), self._cost[kind], (kind, whom)
        if now - self._turned_at >= MINUTE or len(self._young) >= MOST_COUNTED:
            self._young, self._old, self._turned_at = {}, self._young, now
        paid = max(self._young.get(key) or self._old.get(key, now), now)
        over = paid + cost - now - MINUTE
        if over > cost / 1e6:
            return over
        if counts:
            self._young[key] = paid + cost
        return 0.0

    def is_counted(self, host: str) -> bool:
        """Whether requests of an address are counted one by one."""
        return _is_counted(host, self.limits.uncounted)


class Flooding:
    """ASGI middleware: 429 with ``Retry-After`` for whoever floods."""

    def __init__(self, app: ASGIApp, problems: Problems, flood: Flood, session_cookie: str) -> None:
        """``session_cookie``: the name of the cookie by which this service knows a browser's session."""
        self._app = app
        self._session_cookie = session_cookie
        self._problems = problems
        self._flood = flood

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or turn it away."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        host = scope["client"][0] if scope.get("client") else ""
        address = neighbourhood(host) if self._flood.is_counted(host) else None
        if (kind_wait := self._refused(scope, address)) is not None:
            kind, seconds = kind_wait
            FLOODS_REFUSED.labels(kind.value).inc()
            refusal = problem_of_refusal(TooManyRequests(seconds))
            await self._problems.answer(Request(scope, receive), refusal)(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _MISSED and address is not None:
                self._flood.wait(Kind.MISSES, address)
            await send(message)

        await self._app(scope, receive, send_counted)

    def _refused(self, scope: Scope, address: str | None) -> tuple[Kind, float] | None:
        """The first limit that is used up, with the seconds until it is not."""
        flood = self._flood
        if address is not None:
            if seconds := flood.wait(Kind.MISSES, address, counts=False):
                return Kind.MISSES, seconds
            kind = Kind.READS if scope["method"] in _READING else Kind.WRITES
            if seconds := flood.wait(kind, address):
                return kind, seconds
        caller = _mark_of(scope, self._session_cookie)
        if caller and (seconds := flood.wait(Kind.CALLER, caller)):
            return Kind.CALLER, seconds
        if seconds := flood.wait(Kind.ALL, ""):
            return Kind.ALL, seconds
        return None


def _mark_of(scope: Scope, session_cookie: str) -> str:
    """Who says who they are, as a hash of the token or session they bring; whether it is good is not asked here."""
    for name, text in scope["headers"]:
        if name == b"authorization":
            return hashlib.blake2b(text, digest_size=16).hexdigest()
    session = cookie_of(scope, session_cookie)
    return hashlib.blake2b(session.encode(), digest_size=16).hexdigest() if session else ""


@lru_cache(maxsize=4096)
def neighbourhood(host: str) -> str:
    """What is counted as one: an IPv4 address; of IPv6 the /64 that one household or phone has."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


@lru_cache(maxsize=4096)
def _is_counted(host: str, uncounted: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    return not any(address in network for network in uncounted)
