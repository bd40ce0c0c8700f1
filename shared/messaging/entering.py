"""How one gets in at the broker: over TLS to a server that proves its name, with an nkey that never leaves the process.

Services, commands and tests all come in here. The client library's own way of nkeys wants a package that is no wheel
(ADR 0002); what it would set is set here instead.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from faststream.nats import NatsBroker
from nats.aio.client import Client

from shared.contracts.refusal import Unavailable
from shared.identity.nkeys import SeedBroken, public_of, sign

GOODBYE_SECONDS = 0.5


@dataclass(frozen=True)
class Entrance:
    """Where the broker is and who one is there.

    ``url``: a server, or several with commas between. ``seed``: the file with this user's nkey; it is read at each
    connecting, so that a new one is taken without a restart. ``user`` and ``password`` are for a broker that knows
    users by passwords. ``authority``: the certificates (PEM) one of which signed the servers'; with it everything is
    TLS from the first byte, and a server that cannot prove its name is told nothing.
    """

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    seed: Path | None = None
    authority: Path | None = None

    @property
    def servers(self) -> list[str]:
        """The servers one by one."""
        return self.url.split(",")

    def mark(self) -> str:
        """Who one would be on connecting now: the public key, or the user's name. Raises ``Unavailable``."""
        return public_of(self._read_seed()) if self.seed is not None else self.user

    def options(self) -> dict[str, Any]:
        """What the client is told. Raises ``Unavailable`` when a file cannot be read."""
        told: dict[str, Any] = {"servers": self.servers}
        if self.seed is not None:
            told["nkeys_seed_str"] = self._read_seed()
        elif self.user:
            told |= {"user": self.user, "password": self.password}
        if self.authority is not None:
            told |= {"tls": self._tls(self.authority), "tls_handshake_first": True}
        return told

    def _read_seed(self) -> str:
        try:
            seed = self.seed.read_text(encoding="ascii").strip() if self.seed is not None else ""
            public_of(seed)
        except (OSError, UnicodeDecodeError, SeedBroken) as error:
            raise Unavailable("this user's key for the broker cannot be read") from error
        return seed

    @staticmethod
    def _tls(authority: Path) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=authority)
        except (OSError, ssl.SSLError) as error:
            raise Unavailable("the certificates that vouch for the broker cannot be read") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        return context


class KeyedClient(Client):
    """The client, signing with our nkeys."""

    def _setup_nkeys_connect(self) -> None:
        seed = str(self._nkeys_seed_str)
        self._public_nkey = public_of(seed)
        self._signature_cb = partial(sign, seed)

    async def abandon(self) -> None:
        """Close a connection that nobody has yet: nobody is told that it is closed."""
        await self._close(Client.CLOSED, do_cbs=False)


class KeyedBroker(NatsBroker):
    """The broker object of a service, coming in by an ``Entrance``."""

    def __init__(self, entrance: Entrance, **options: Any) -> None:
        super().__init__(entrance.servers, **options)
        self._entrance = entrance

    async def _connect(self) -> Client:
        connection = await enter(self._entrance, **self._connection_kwargs)
        self.config.connect(connection)
        return connection


async def enter(entrance: Entrance, **options: Any) -> Client:
    """A connection; ``options`` as ``nats.connect`` takes them, and the caller closes it.

    Raises ``Unavailable`` for a file that cannot be read, else whatever the client raises.
    """
    client = KeyedClient()
    try:
        await client.connect(**(options | entrance.options()))
    except BaseException:
        with suppress(TimeoutError):  # a handshake that failed may never be said goodbye to
            async with asyncio.timeout(GOODBYE_SECONDS):
                await client.abandon()
        raise
    return client
