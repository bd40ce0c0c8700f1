"""The wire between a service and the broker, as a TCP relay of the harness's own: it can be cut and mended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.contracts.flows import SERVICES
from tests.ports import LOOPBACK, free_port

_CHUNK = 64 * 1024


@dataclass
class Wire:
    """Passes bytes to the broker's port until it is cut; cut, every connection is reset and none is taken."""

    broker: int
    port: int = field(default_factory=free_port)
    whole: bool = True
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Reset what is connected; whoever connects from now on is reset too."""
        self.whole = False
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """From now on, connections pass again."""
        self.whole = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the service's, for as long as it lasts."""
        self._open.add(writer)
        try:
            if self.whole:
                await self._pass(reader, writer)
        except OSError:
            pass  # a broken wire is what we are for
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.broker)
        self._open.add(far_writer)
        try:
            both = [asyncio.create_task(_flow(reader, far_writer)), asyncio.create_task(_flow(far_reader, writer))]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            self._open.discard(far_writer)
            far_writer.transport.abort()


@asynccontextmanager
async def wires(broker: int | None) -> AsyncIterator[Mapping[str, Wire]]:
    """A wire for each service, to a broker's port on loopback; none without a port."""
    strung = {service: Wire(broker) for service in SERVICES if broker is not None}
    async with contextlib.AsyncExitStack() as stack:
        for wire in strung.values():
            server = await asyncio.start_server(wire.serve, LOOPBACK, wire.port)
            stack.callback(wire.cut)
            stack.callback(server.close)
        yield strung


def as_environment(strung: Mapping[str, Wire]) -> dict[str, str]:
    """What has each service reach the broker over its wire."""
    return {f"PAIDAN_{name.upper()}_NATS_URL": f"nats://{LOOPBACK}:{wire.port}" for name, wire in strung.items()}


async def _flow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
