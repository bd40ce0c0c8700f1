"""``make promtool``: rules, dashboard and metrics tried on Prometheus itself, beside a real stack that people act on.

Checks the configuration and the rules, runs their tests, lints what the three services and the console answer at
``/metrics``, then starts Prometheus on loopback, waits until it sees all of them, and asks it every query of the
dashboard and of the rules.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from deploy.attached import attach
from deploy.demo.doors import Doors
from deploy.stack_file import Stack
from tests.flows.people import place
from tests.integration.deploy.stacks import EVENING, free_port_base, up
from tests.ports import LOOPBACK, free_port
from tests.waiting import wait_for

ROOT = Path(__file__).parents[1]
RULES, CONFIGURATION = ROOT / "deploy/prometheus/rules.yml", ROOT / "deploy/prometheus/prometheus.yml"
TESTS, DASHBOARD = ROOT / "deploy/prometheus/rules_test.yml", ROOT / "deploy/grafana/paidan.json"
SERVICES = ("intake", "matcher", "notifier", "console")
ORDERS = 5


def queries() -> Iterator[tuple[str, str]]:
    """Title and expression of everything the dashboard draws."""
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "1m")


def _run(*command: str | Path, text: str | None = None) -> bool:
    ran = subprocess.run([str(part) for part in command], input=text, text=True, check=False)
    return ran.returncode == 0


def _static() -> bool:
    return all(
        [
            _run("promtool", "check", "config", CONFIGURATION),
            _run("promtool", "check", "rules", RULES),
            _run("promtool", "test", "rules", TESTS),
        ]
    )


async def _metrics(client: httpx2.AsyncClient, stack: Stack) -> bool:
    """What each service answers, as Prometheus' own lint sees it."""
    clean = True
    for service in SERVICES:
        text = (await client.get(f"{stack.addresses[service]}/metrics")).text
        clean &= _run("promtool", "check", "metrics", text=text)
        _say(f"{service}: /metrics, {len(text.splitlines())} lines")
    return clean


@asynccontextmanager
async def _prometheus(stack: Stack, folder: Path) -> AsyncIterator[str]:
    """Prometheus at the stack, with our rules; yields its address."""
    configuration = (
        CONFIGURATION.read_text(encoding="utf-8")
        .replace("15s", "1s")
        .replace("scrape_timeout: 5s", "scrape_timeout: 1s")
    )
    for service, usual in zip(SERVICES, (8101, 8102, 8103, 8105), strict=True):
        configuration = configuration.replace(f"127.0.0.1:{usual}", stack.addresses[service].removeprefix("http://"))
    (folder / "prometheus.yml").write_text(configuration, encoding="utf-8")
    shutil.copy(RULES, folder)
    address = f"{LOOPBACK}:{free_port()}"
    arguments = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "prometheus", *arguments, f"--web.listen-address={address}", "--log.level=warn", stdout=log, stderr=log
        )
    try:
        yield f"http://{address}"
    finally:
        process.terminate()
        await process.wait()


async def _ask(client: httpx2.AsyncClient, prometheus: str, query: str) -> list[Any] | None:
    """The result of a query, None where it is refused or nobody is there."""
    try:
        answer = await client.get(f"{prometheus}/api/v1/query", params={"query": query})
    except httpx2.HTTPError:
        return None
    found: dict[str, Any] = answer.json()
    return found["data"]["result"] if found.get("status") == "success" else None


async def _live(client: httpx2.AsyncClient, stack: Stack, folder: Path) -> bool:
    async with _prometheus(stack, folder) as prometheus:

        async def sees_all() -> bool:
            return len(await _ask(client, prometheus, 'up{job="paidan"} == 1') or []) == len(SERVICES)

        await wait_for(sees_all, 30.0, "Prometheus to see the three services")
        _say("Prometheus sees intake, matcher and notifier")
        await asyncio.sleep(5.0)  # rates need two looks

        broken = 0
        for title, query in queries():
            result = await _ask(client, prometheus, query)
            broken += result is None
            _say(f"{'refused' if result is None else f'{len(result):3} series'}  {title}")
        rules = (await client.get(f"{prometheus}/api/v1/rules")).json()["data"]["groups"]
        unwell = [rule["name"] for group in rules for rule in group["rules"] if rule["health"] == "err"]
        _say(f"rules that cannot be evaluated: {unwell or 'none'}")
    return not broken and not unwell


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _whole() -> bool:
    clean = _static()
    with tempfile.TemporaryDirectory(prefix="paidan-promtool-") as folder:
        data, ground = Path(folder) / "data", Path(folder) / "prometheus"
        ground.mkdir()
        async with up(data, free_port_base(), "--clock", EVENING), httpx2.AsyncClient(timeout=10.0) as client:
            attached = attach(data)
            async with Doors(attached) as doors:
                for _ in range(ORDERS):
                    await place(doors, "neighbour_dispute")
            stack = attached.stack
            clean &= await _metrics(client, stack)
            clean &= await _live(client, stack, ground)
    return clean


def main(needed: Sequence[str] = ("promtool", "prometheus")) -> int:
    """0 when all of it holds, 1 when not, 2 where a tool is missing."""
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        sys.stderr.write(
            f"{' and '.join(missing)} missing: install the package prometheus (Debian: apt-get install prometheus).\n"
        )
        return 2
    clean = asyncio.run(_whole())
    _say("holds" if clean else "does not hold")
    return 0 if clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
