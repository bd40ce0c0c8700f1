"""Floods are turned away, and an address is the connection's own unless a trusted proxy says otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from shared.web.flooding import Flood, FloodLimits, Kind
from tests.unit.web.conftest import ORIGIN, TeahouseSettings, make_teahouse

FEW: dict[str, Any] = {"flood_reads": 3, "flood_writes": 2, "flood_misses": 2, "flood_caller": 3}
PROXY = "10.0.0.9"


@asynccontextmanager
async def from_address(settings: TeahouseSettings, *hosts: str) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """Clients of one service, each at an address of its own."""
    app = make_teahouse(settings)
    clients = [httpx2.AsyncClient(transport=httpx2.ASGITransport(app, client=(h, 1)), base_url=ORIGIN) for h in hosts]
    yield clients
    await asyncio.gather(*(client.aclose() for client in clients))


async def reads(client: httpx2.AsyncClient, times: int, **headers: str) -> list[int]:
    """The statuses of so many requests for a page that is there."""
    return [(await client.get("/openapi.json", headers=headers)).status_code for _ in range(times)]


async def test_an_address_that_floods_is_turned_away_in_its_language_and_others_are_not() -> None:
    """429 as a problem with Retry-After; the neighbour is served, and operators always are."""
    async with from_address(TeahouseSettings(**FEW), "192.0.2.1", "192.0.2.2") as (loud, other):
        assert [200] * 3 + [429] == await reads(loud, 4)
        refused = await loud.get("/openapi.json", headers={"accept-language": "zh-CN"})
        assert ("/problems/too-many-requests", "请求过于频繁，请稍等片刻") == (
            refused.json()["type"],
            refused.json()["title"],
        )
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert "default-src 'none'" in refused.headers["content-security-policy"]
        assert [200] == await reads(other, 1)
        assert 200 == (await loud.get("/healthz")).status_code
        assert 'paidan_floods_refused_total{limit="reads"}' in (await loud.get("/metrics")).text


async def test_a_forwarded_address_counts_from_a_trusted_proxy_alone() -> None:
    """Case 20: written by anybody else, or before the proxy's own entry, it changes nothing."""
    trusting = TeahouseSettings(**FEW, trusted_proxies="10.0.0.0/24")
    spoofed = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(4)]
    async with from_address(trusting, "192.0.2.1", PROXY) as (direct, proxied):
        assert [200] * 3 + [429] == [(await reads(direct, 1, **one))[0] for one in spoofed]
        told = [{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"} for number in range(4)]
        assert [200] * 3 + [429] == [(await reads(proxied, 1, **one))[0] for one in told]
        assert [200] == await reads(proxied, 1, **{"X-Forwarded-For": "198.51.100.8"})
    with pytest.raises(ValidationError):
        TeahouseSettings(trusted_proxies="*")


async def test_who_looks_for_what_is_not_there_is_stopped_and_this_machine_is_not_counted() -> None:
    """Enumeration: after so many misses nothing is answered any more, also what is there."""
    async with from_address(TeahouseSettings(**FEW), "192.0.2.1", "127.0.0.1") as (stranger, local):
        found = [(await stranger.get(f"/nothing/{number}")).status_code for number in range(3)]
        assert [404, 404, 429] == found
        assert [200] * 5 == await reads(local, 5)


async def test_one_bearer_is_counted_wherever_they_are() -> None:
    """A token used from many addresses, this machine included, has one minute."""
    async with from_address(TeahouseSettings(**FEW), "127.0.0.1", "192.0.2.2") as clients:
        served = [await reads(client, 2, Authorization="Bearer x") for client in clients]
        assert [[200, 200], [200, 429]] == served


async def test_one_session_is_counted_wherever_its_browser_is() -> None:
    """The cookie of a session has one minute as well, from whatever addresses it comes; others are none of it."""
    async with from_address(TeahouseSettings(**FEW), "127.0.0.1", "192.0.2.2") as clients:
        served = [await reads(client, 2, Cookie="lang=en; paidan_teahouse=mine") for client in clients]
        assert [[200, 200], [200, 429]] == served
        assert [200] == await reads(clients[0], 1, Cookie="paidan_teahouse=another")


def _let_in(flood: Flood, hosts: Collection[str]) -> int:
    return sum(flood.wait(Kind.READS, host) == 0 for host in hosts)


def test_a_minute_is_let_in_at_once_and_then_the_steady_rate() -> None:
    """Twelve a minute: twelve, then one for each five seconds that pass; after a quiet minute twelve again."""
    moment = [1000.0]
    flood = Flood(FloodLimits(reads=12, uncounted=(ip_network("::1"),)), clock=lambda: moment[0])
    counts = []
    for later in (0, 5, 12, 200):
        moment[0] += later
        counts.append(_let_in(flood, ["a"] * 20))
    assert [12, 1, 2, 12] == counts


async def test_a_body_that_drips_is_not_waited_for() -> None:
    """Its time is over as a whole, however often a drop comes: 408, no 500."""

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b" "
            await asyncio.sleep(0.01)

    async with from_address(TeahouseSettings(body_seconds=0.05), "192.0.2.1") as (slow,):
        answer = await slow.post("/api/tea", content=drops(), headers={"content-type": "application/json"})
    assert (408, "/problems/request-timeout") == (answer.status_code, answer.json()["type"])
