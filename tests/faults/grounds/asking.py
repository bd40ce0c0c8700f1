"""Somebody who places orders while a fault holds, and looks at every answer: how a stack says no counts as well."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from tests.faults.probe import BODY
from tests.faults.site import Site

PAUSE_SECONDS = 0.5
ANSWER_SECONDS = 40.0


@dataclass
class Answers:
    """What intake answered: how often each status, and what it should never have answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


@asynccontextmanager
async def asking(site: Site) -> AsyncIterator[Answers]:
    """Place orders inside the block, two a second. Each 201 goes into the ledger: it must be there afterwards."""
    answers = Answers()
    async with httpx2.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as http:
        placing = asyncio.create_task(_place(site, http, answers))
        try:
            yield answers
        finally:
            placing.cancel()
            await asyncio.gather(placing, return_exceptions=True)


async def _place(site: Site, http: httpx2.AsyncClient, answers: Answers) -> None:
    url = f"{site.attached.url('intake')}/api/orders"
    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(_ask(url, site, http, answers))
            await asyncio.sleep(PAUSE_SECONDS)


async def _ask(url: str, site: Site, http: httpx2.AsyncClient, answers: Answers) -> None:
    try:
        answer = await http.post(url, json=BODY, headers={"Idempotency-Key": str(uuid.uuid4())})
    except httpx2.HTTPError as error:
        answers.wrong[f"POST /api/orders: {type(error).__name__}"] += 1
        return
    answers.statuses[answer.status_code] += 1
    if answer.status_code == 201:
        placed = answer.json()
        with site.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: placed[name] for name in ("order_id", "reference", "tracking_token")}) + "\n")
    elif answer.status_code != 503 or not answer.headers.get("Retry-After", "").isdecimal():
        answers.wrong[f"POST /api/orders: {answer.status_code}, Retry-After {answer.headers.get('Retry-After')}"] += 1
