"""A served application: real sockets, streams, signals."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from shared.web.serving import APART_SECONDS, FORCED
from tests.servers import free_port
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio, sys
from shared.web.serving import serve
from tests.unit.web.conftest import TeahouseSettings, make_teahouse
from shared.web.live import Changes
settings = TeahouseSettings(port=int(sys.argv[1]), shutdown_seconds=30)
app = make_teahouse(settings, changes=Changes(0.05))
@app.post("/api/poured/{tea}")
async def poured(tea: str) -> None:
    app.state.poured.append(tea)
    app.state.changes.announce("tea")
@app.post("/api/steeped")
async def steeped() -> None:
    app.state.poured.append("steeping")
    await asyncio.sleep(600)
@app.get("/api/steeping")
async def steeping() -> bool:
    return bool(app.state.poured)
sys.exit(serve(app, settings))
"""


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The small service in a process of its own, and its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(port)], cwd=ROOT)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


async def _alive(url: str) -> bool:
    async with httpx2.AsyncClient(base_url=url) as client:
        return (await client.get("/healthz")).status_code == 200


async def _events(answer: httpx2.Response) -> AsyncIterator[tuple[str, str]]:
    found: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, text = line.partition(": ")
        if not line and "data" in found:
            yield found["id"], json.loads(found["data"])
            found = {}
        elif name in {"id", "data"}:
            found[name] = text


async def test_sigterm_ends_open_streams_and_exits_cleanly(
    served: tuple[subprocess.Popen[bytes], str],
) -> None:
    """A reader of a live stream neither holds up the stop nor sees it break off."""
    process, url = served
    await wait_for(lambda: _alive(url), 20)
    async with httpx2.AsyncClient(base_url=url, timeout=20) as client, client.stream("GET", "/api/tea-live") as answer:
        events = _events(answer)
        await client.post("/api/poured/oolong")
        assert ("1", "oolong") == await asyncio.wait_for(anext(events), 10)
        process.send_signal(signal.SIGTERM)
        assert [] == [event async for event in events]
    assert 0 == await asyncio.wait_for(asyncio.to_thread(process.wait), 10)


async def test_a_second_sigterm_ends_what_will_not_end(served: tuple[subprocess.Popen[bytes], str]) -> None:
    """A request that never comes to its end holds up the first one, which two loops may send at once; not the next."""
    process, url = served
    await wait_for(lambda: _alive(url), 20)
    async with httpx2.AsyncClient(base_url=url, timeout=20) as client:
        steeping = asyncio.create_task(client.post("/api/steeped"))
        await wait_for(lambda: _poured(url), 10)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)

        async def told_again() -> int | None:
            process.send_signal(signal.SIGTERM)
            return process.poll()

        began = time.monotonic()
        assert FORCED == await wait_for(told_again, 10)
        assert APART_SECONDS <= time.monotonic() - began + 0.1
        with pytest.raises(httpx2.TransportError):
            await steeping


async def _poured(url: str) -> bool:
    async with httpx2.AsyncClient(base_url=url) as client:
        return (await client.get("/api/steeping")).text == "true"


async def test_a_stream_goes_on_after_the_last_event_its_reader_saw(
    served: tuple[subprocess.Popen[bytes], str],
) -> None:
    """Last-Event-ID continues a broken stream without repeating or losing an event."""
    _, url = served
    await wait_for(lambda: _alive(url), 20)
    async with httpx2.AsyncClient(base_url=url, timeout=20) as client:
        for tea in ("oolong", "puer", "maofeng"):
            await client.post(f"/api/poured/{tea}")
        async with client.stream("GET", "/api/tea-live", headers={"last-event-id": "1"}) as answer:
            events = _events(answer)
            assert [("2", "puer"), ("3", "maofeng")] == [await asyncio.wait_for(anext(events), 10) for _ in range(2)]
    assert "text/event-stream; charset=utf-8" == answer.headers["content-type"]


async def test_a_body_over_the_limit_is_answered_over_a_real_socket(
    served: tuple[subprocess.Popen[bytes], str],
) -> None:
    """A sender of two megabytes reads a 413 problem, not a broken connection, and the server's name stays ours."""
    _, url = served
    await wait_for(lambda: _alive(url), 20)
    async with httpx2.AsyncClient(base_url=url, timeout=20) as client:
        answer = await client.post("/api/tea", content=b"x" * 2_000_000, headers={"content-type": "application/json"})
    assert (413, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert "server" not in answer.headers
